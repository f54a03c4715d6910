// Hangul by arithmetic (Unicode 3.12): a syllable is initial x vowel x final, and stands at
// 0xAC00 + (initial * 21 + vowel) * 28 + final. Consonants that stand alone are "compatibility jamo"
// (U+3131..U+3163), the ones a keyboard types; conjoining jamo (U+1100..) are the parts of decomposed
// syllables. Threads: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace wonjang::hangul {

constexpr char32_t kSyllableFirst = 0xAC00;
constexpr char32_t kSyllableLast = 0xD7A3;
constexpr char32_t kInitialFirst = 0x1100;  // conjoining
constexpr char32_t kVowelFirst = 0x1161;
constexpr char32_t kFinalBase = 0x11A7;  // "no final"; the first one is the next
constexpr char32_t kInitialCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kFinalCount = 28;  // with "none"

// As compatibility jamo, in the order of the arithmetic.
constexpr std::u32string_view kInitials = U"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
constexpr std::u32string_view kFinals = U"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

constexpr bool is_syllable(char32_t c) { return c >= kSyllableFirst && c <= kSyllableLast; }
constexpr bool is_initial(char32_t c) { return c - kInitialFirst < kInitialCount; }
constexpr bool is_vowel(char32_t c) { return c - kVowelFirst < kVowelCount; }
constexpr bool is_final(char32_t c) { return c - kFinalBase - 1 < kFinalCount - 1; }
// A consonant of the keyboard that can open a syllable, or a cluster of two: U+3131..U+314E.
constexpr bool is_consonant(char32_t c) { return c >= 0x3131 && c <= 0x314E; }

// The initial of a syllable as compatibility jamo. REQUIRES: is_syllable(c)
constexpr char32_t initial_of(char32_t c) {
  return kInitials[(c - kSyllableFirst) / (kVowelCount * kFinalCount)];
}

// A conjoining jamo that stands alone, as the keyboard's; anything else unchanged.
constexpr char32_t stand_alone(char32_t c) {
  if (is_initial(c)) return kInitials[c - kInitialFirst];
  if (is_vowel(c)) return 0x314F + (c - kVowelFirst);
  if (is_final(c)) return kFinals[c - kFinalBase - 1];
  return c;
}

// Half-width jamo (U+FFA0..U+FFDC) as the keyboard's; anything else unchanged. Unicode's own mapping goes
// one step further, to conjoining jamo.
constexpr char32_t full_width(char32_t c) {
  if (c == 0xFFA0) return 0x3164;
  if (c >= 0xFFA1 && c <= 0xFFBE) return 0x3131 + (c - 0xFFA1);
  for (char32_t row = 0; row < 4; ++row) {  // vowels: four rows of six places, the last one half empty
    const char32_t first = 0xFFC2 + row * 8;
    if (c >= first && c < first + (row < 3 ? 6U : 3U)) return 0x314F + row * 6 + (c - first);
  }
  return c;
}

}  // namespace wonjang::hangul
