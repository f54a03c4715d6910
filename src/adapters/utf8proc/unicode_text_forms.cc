#include "adapters/utf8proc/unicode_text_forms.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/hangul.h"
#include "base/utf8.h"

namespace wonjang {
namespace {

// Of the steps below, apart from the tables.
constexpr const char* kOwnVersion = "1";
// Unicode's longest decomposition has 18.
constexpr std::size_t kDecomposedMax = 32;

// The code points that `c` becomes under `options`, appended.
void append_mapped(std::u32string& out, char32_t c, int options) {
  std::array<utf8proc_int32_t, kDecomposedMax> buffer;
  int boundary = 0;
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), buffer.data(),
                                             static_cast<utf8proc_ssize_t>(buffer.size()),
                                             static_cast<utf8proc_option_t>(options), &boundary);
  WJ_ASSERT(count >= 0);
  WJ_ASSERT(static_cast<std::size_t>(count) <= buffer.size());
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    out.push_back(static_cast<char32_t>(buffer[static_cast<std::size_t>(i)]));
  }
}

void append_folded_width(std::u32string& out, char32_t c) {
  const char32_t wide = hangul::full_width(c);
  const auto type = utf8proc_get_property(static_cast<utf8proc_int32_t>(wide))->decomp_type;
  if (type == UTF8PROC_DECOMP_TYPE_WIDE || type == UTF8PROC_DECOMP_TYPE_NARROW) {
    append_mapped(out, wide, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  } else {
    out.push_back(wide);
  }
}

// Simple folding: one character for one. Where Unicode knows a longer one (ß and ss), the lower case letter.
char32_t folded_case(char32_t c) {
  std::u32string full;
  append_mapped(full, c, UTF8PROC_CASEFOLD);
  if (full.size() == 1) return full.front();
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

// NFC. utf8proc decomposes from UTF-8, so code points make a detour.
std::u32string nfc(std::u32string_view text) {
  constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const std::string utf8 = to_utf8(text);
  std::vector<utf8proc_int32_t> buffer(text.size() * kDecomposedMax);
  const auto room = static_cast<utf8proc_ssize_t>(buffer.size());
  const auto decomposed =
      utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                         static_cast<utf8proc_ssize_t>(utf8.size()), buffer.data(), room, kOptions);
  WJ_ASSERT(decomposed >= 0);
  WJ_ASSERT(decomposed <= room);
  const auto composed = utf8proc_normalize_utf32(buffer.data(), decomposed, kOptions);
  WJ_ASSERT(composed >= 0);
  return {buffer.begin(), buffer.begin() + composed};
}

// Characters that are their own NFC, join with nothing in front of them, have no width and no case: what
// names in Korea are made of. Behind a syllable a final could still join, but a final isn't plain.
bool is_plain(char32_t c) {
  return (c >= 0x20 && c < 0x7F) || hangul::is_syllable(c) || (c >= 0x3131 && c <= 0x318E) ||
         (c >= 0x4E00 && c <= 0x9FFF);
}

char32_t lower_ascii(char32_t c) { return c >= U'A' && c <= U'Z' ? c + 0x20 : c; }

}  // namespace

std::u32string UnicodeTextForms::folded(std::string_view utf8) const {
  std::u32string text = to_code_points(utf8);
  if (std::all_of(text.begin(), text.end(), is_plain)) {
    std::transform(text.begin(), text.end(), text.begin(), lower_ascii);
    return text;
  }
  std::u32string wide;
  for (const char32_t c : nfc(text)) append_folded_width(wide, c);
  std::transform(wide.begin(), wide.end(), wide.begin(), folded_case);
  return nfc(wide);
}

std::string UnicodeTextForms::version() const {
  return std::string(kOwnVersion) + "/utf8proc " + utf8proc_version() + "/unicode " +
         utf8proc_unicode_version();
}

}  // namespace wonjang
