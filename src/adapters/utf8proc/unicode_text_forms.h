// UnicodeTextForms: TextForms by the tables of utf8proc.
// Threads: any.
#pragma once

#include "ports/text_forms.h"

namespace wonjang {

class UnicodeTextForms final : public TextForms {
 public:
  std::u32string folded(std::string_view utf8) const override;
  // Ours, the library's and Unicode's: "1/utf8proc 2.8.0/unicode 14.0.0".
  std::string version() const override;
};

}  // namespace wonjang
