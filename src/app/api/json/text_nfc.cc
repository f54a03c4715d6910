#include "app/api/json/text_nfc.h"

#include <utf8proc.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace wonjang {
namespace {

unsigned byte(char c) { return static_cast<unsigned char>(c); }

// Two- and three-byte ranges in which every character is its own NFC and joins with nothing before it: Latin
// U+00C0..U+02FF, kana U+3041..U+3096 and U+30A1..U+30FA, U+4E00..U+9FFF, Hangul syllables U+AC00..U+D7A3.
bool is_plain(std::uint32_t c) {
  return (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xC0 && c <= 0x2FF) ||
         (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA);
}

bool is_surely_nfc(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const unsigned lead = byte(s[i]);
    if (lead < 0x80) {
      ++i;
    } else if (lead < 0xE0) {
      if (!is_plain(((lead & 0x1FU) << 6U) | (byte(s[i + 1]) & 0x3FU))) return false;
      i += 2;
    } else if (lead < 0xF0) {
      const auto c = ((lead & 0xFU) << 12U) | ((byte(s[i + 1]) & 0x3FU) << 6U) | (byte(s[i + 2]) & 0x3FU);
      if (!is_plain(c)) return false;
      i += 3;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

// Eight bytes at a time: the high bit is set where a byte is 0x80 or above, below 0x20, or 0x7F.
bool is_plain_ascii(std::string_view utf8) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101ULL;
  constexpr std::uint64_t kHighs = 0x80 * kOnes;
  std::uint64_t odd = 0;
  for (; utf8.size() >= 8; utf8.remove_prefix(8)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, utf8.data(), 8);
    odd |= eight | (eight + kOnes) | (((eight | kHighs) - 0x20 * kOnes) ^ kHighs);
  }
  if ((odd & kHighs) != 0) return false;
  for (const char c : utf8) {
    if (byte(c) < 0x20 || byte(c) >= 0x7F) return false;
  }
  return true;
}

std::size_t count_characters(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (byte(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

bool has_control_characters(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const unsigned c = byte(utf8[i]);
    if (c < 0x20 || c == 0x7F) return true;
    if (c == 0xC2 && byte(utf8[i + 1]) < 0xA0) return true;
  }
  return false;
}

std::string to_nfc(std::string_view utf8) {
  if (is_surely_nfc(utf8)) return std::string(utf8);
  utf8proc_uint8_t* out = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                 static_cast<utf8proc_ssize_t>(utf8.size()), &out,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(out, &std::free);
  if (size < 0)
    return std::string(utf8);  // characters that this Unicode version doesn't know stay as they are
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

}  // namespace wonjang
