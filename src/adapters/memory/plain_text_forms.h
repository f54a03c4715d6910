// PlainTextForms: what needs no tables. Hangul by arithmetic, ASCII and full-width folding; accents and other
// scripts stay as they came. For tests of Korean and ASCII texts; adapters/utf8proc is the real one.
// Threads: any.
#pragma once

#include "ports/text_forms.h"

namespace wonjang {

class PlainTextForms final : public TextForms {
 public:
  std::u32string folded(std::string_view utf8) const override;
  std::string version() const override { return "plain-1"; }
};

}  // namespace wonjang
