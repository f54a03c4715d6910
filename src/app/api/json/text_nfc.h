// Text as Unicode sees it: counting characters, finding control characters, NFC.
// Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wonjang {

// REQUIRES (all): valid UTF-8.
bool is_plain_ascii(std::string_view utf8);  // no control characters: NFC, and a byte is a character
std::size_t count_characters(std::string_view utf8);
bool has_control_characters(std::string_view utf8);  // C0, DEL, C1
// Normal form C. Free of charge for ASCII, composed Hangul and Chinese characters, kana and Latin letters.
std::string to_nfc(std::string_view utf8);

}  // namespace wonjang
