#include "adapters/memory/plain_text_forms.h"

#include "base/hangul.h"
#include "base/utf8.h"

namespace wonjang {
namespace {

char32_t folded_character(char32_t c) {
  if (c == 0x3000) return U' ';
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  if (c >= U'A' && c <= U'Z') return c + 0x20;
  return hangul::full_width(c);
}

// Joins `c` to the syllable or initial in front of it, if it belongs there.
bool join(std::u32string& out, char32_t c) {
  if (out.empty()) return false;
  char32_t& last = out.back();
  if (hangul::is_initial(last) && hangul::is_vowel(c)) {
    last = hangul::kSyllableFirst +
           ((last - hangul::kInitialFirst) * hangul::kVowelCount + (c - hangul::kVowelFirst)) *
               hangul::kFinalCount;
    return true;
  }
  const bool is_open =
      hangul::is_syllable(last) && (last - hangul::kSyllableFirst) % hangul::kFinalCount == 0;
  if (is_open && hangul::is_final(c)) {
    last += c - hangul::kFinalBase;
    return true;
  }
  return false;
}

}  // namespace

std::u32string PlainTextForms::folded(std::string_view utf8) const {
  std::u32string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const char32_t c = folded_character(take_code_point(utf8));
    if (!join(out, c)) out.push_back(c);
  }
  return out;
}

}  // namespace wonjang
