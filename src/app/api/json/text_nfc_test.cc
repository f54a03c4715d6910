#include "app/api/json/text_nfc.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

// Each byte at each place of a text longer than a machine word.
TEST(TextNfc, plain_ascii_has_no_control_characters_and_nothing_above) {
  const std::string plain = "0123456789 abcdefghij~";
  for (std::size_t size = 0; size <= plain.size(); ++size) EXPECT_TRUE(is_plain_ascii(plain.substr(0, size)));
  for (std::size_t at = 0; at < plain.size(); ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      auto text = plain;
      text[at] = static_cast<char>(byte);
      EXPECT_EQ(is_plain_ascii(text), byte >= 0x20 && byte < 0x7F) << at << " " << byte;
    }
  }
  EXPECT_FALSE(is_plain_ascii(std::string(16, '\xFF')));
  EXPECT_FALSE(is_plain_ascii(std::string(16, '\x7F')));
}

}  // namespace
}  // namespace wonjang
