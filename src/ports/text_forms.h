// TextForms: the part of text comparison that needs Unicode's tables. Search compares texts in one normal
// form, made at write and at query by the same function; this port gives its first two steps. What is special
// about Hangul (initial consonants, masks) is engine/serving/text.h.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wonjang {

class TextForms {
 public:
  virtual ~TextForms() = default;

  // NFC, then width and case folded (full-width Latin and digits to ASCII, half-width jamo to compatibility
  // jamo, simple case folding), then NFC once more. Compatibility jamo (U+3131..) stay what they are: NFKC
  // would turn a typed ㄱ into a conjoining one. Code points, in order.
  // Invalid UTF-8 can't get here: the door refuses it; a stray byte becomes U+FFFD.
  virtual std::u32string folded(std::string_view utf8) const = 0;

  // Of the tables behind it. Stored forms were made by one version; another one means a rebuild.
  virtual std::string version() const = 0;
};

}  // namespace wonjang
