#include "base/utf8.h"

#include <cstddef>

namespace wonjang {
namespace {

struct Lead {
  std::size_t size;  // 0: no lead byte
  char32_t bits;
  char32_t smallest;  // below it the form is overlong
};

Lead lead_of(unsigned byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xC2 && byte < 0xE0) return {2, byte & 0x1FU, 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return {3, byte & 0x0FU, 0x800};
  if (byte >= 0xF0 && byte < 0xF5) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

bool is_scalar(char32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

}  // namespace

char32_t take_code_point(std::string_view& utf8) {
  const Lead lead = lead_of(static_cast<unsigned char>(utf8.front()));
  char32_t c = lead.bits;
  bool whole = lead.size > 0 && lead.size <= utf8.size();
  for (std::size_t i = 1; whole && i < lead.size; ++i) {
    const unsigned next = static_cast<unsigned char>(utf8[i]);
    whole = (next & 0xC0U) == 0x80U;
    c = (c << 6U) | (next & 0x3FU);
  }
  whole = whole && c >= lead.smallest && is_scalar(c);
  utf8.remove_prefix(whole ? lead.size : 1);
  return whole ? c : kReplacementCharacter;
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) out.push_back(take_code_point(utf8));
  return out;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | (c >> 6U));
    put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0U | (c >> 12U));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | (c >> 18U));
    put(0x80U | ((c >> 12U) & 0x3FU));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  }
}

std::string to_utf8(std::u32string_view code_points) {
  std::string out;
  out.reserve(code_points.size() * 3);
  for (const char32_t c : code_points) append_utf8(out, c);
  return out;
}

}  // namespace wonjang
