#include "adapters/protobuf/utf8.h"

#include <cstdint>
#include <cstring>

namespace wonjang {
namespace {

bool is_tail(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

// Size of the whole character at the front of `text`; 0 when there is none.
std::size_t character_size(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_tail(at(i))) return 0;
  }
  if (lead == 0xE0 && at(1) < 0xA0) return 0;  // overlong
  if (lead == 0xED && at(1) > 0x9F) return 0;  // surrogates
  if (lead == 0xF0 && at(1) < 0x90) return 0;  // overlong
  if (lead == 0xF4 && at(1) > 0x8F) return 0;  // above U+10FFFF
  return size;
}

// The front without the ASCII it begins with, eight bytes at a time: nearly all text is ASCII.
std::string_view skip_ascii(std::string_view text) {
  while (text.size() >= 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), 8);
    if ((eight & 0x8080808080808080ULL) != 0) break;
    text.remove_prefix(8);
  }
  while (!text.empty() && static_cast<std::uint8_t>(text[0]) < 0x80) text.remove_prefix(1);
  return text;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (text = skip_ascii(text); !text.empty(); text = skip_ascii(text)) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    out.append(size == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace wonjang
