// The normal form of a text, and patterns that are looked for in it. Index and query use the same function;
// its version is part of the views' version, so a change means a rebuild.
//
// Normal form: folded() of the port TextForms (NFC, width, case), then
//   - spaces of every kind, hyphens and dots are left out ("LG-전자 (주)" and "lg전자(주)" meet);
//   - * and its look-alikes ○ ● become one mask character, which stands for one character nobody stored;
//   - consonant clusters that a keyboard makes of two typed consonants are split (ㄳ is ㄱ ㅅ);
//   - conjoining jamo without a partner become the keyboard's;
//   - what is longer than kFormMax characters is cut there.
// It may be empty: such a text has nothing to find.
//
// A pattern is a normal form read with other eyes: a consonant also stands for each syllable that it opens
// (초성; ㄱ doesn't open 까), and a mask for any one character. It matches a form that contains it, position
// by position. A mask in the *form* agrees with any character, but at least one position must hold the same
// unmasked character in both; a match that needs a mask of the form is only *possible*.
//
// Lengths are counted in characters of the normal form, never in bytes.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/text_forms.h"

namespace wonjang::serving {

constexpr std::uint32_t kTextVersion = 1;
constexpr std::size_t kFormMax = 512;
constexpr std::size_t kPatternMax = 64;
constexpr char32_t kMask = U'*';

std::u32string normal_form(const TextForms& forms, std::string_view utf8);
// Of normal_form(): ours and that of the tables. Stored with everything made by it.
std::string text_version(const TextForms& forms);

bool has_mask(std::u32string_view form);
// The initial of a syllable; any other character itself.
char32_t initial_or_self(char32_t c);
// The form with the initial in place of each syllable: as long as the form.
std::u32string initials_of(std::u32string_view form);

class Pattern {
 public:
  // Of what somebody typed. Errors: invalid (nothing to look for; masks alone; more than kPatternMax
  // characters), with words for the one who typed it.
  static Result<Pattern> parse(const TextForms& forms, std::string_view utf8);

  std::size_t size() const { return characters_.size(); }  // 1..kPatternMax
  char32_t operator[](std::size_t i) const { return characters_[i]; }
  std::u32string_view characters() const { return characters_; }
  // Then *possible* matches are what was asked for, and need no place behind the certain ones.
  bool has_mask() const { return serving::has_mask(characters_); }

 private:
  explicit Pattern(std::u32string characters) : characters_(std::move(characters)) {}
  std::u32string characters_;
};

// Whether the pattern is in `form`, a normal form. `possible`, if given: the match needs a mask of the form;
// false when there is none.
bool matches(const Pattern& pattern, std::u32string_view form, bool* possible = nullptr);

}  // namespace wonjang::serving
