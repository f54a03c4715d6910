// UTF-8 to code points and back.
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wonjang {

constexpr char32_t kReplacementCharacter = 0xFFFD;

// Takes one character off the front of `utf8`. No overlong forms, no surrogates, nothing above U+10FFFF: a
// byte that isn't part of a whole character gives U+FFFD and is skipped alone. REQUIRES: not empty
char32_t take_code_point(std::string_view& utf8);
std::u32string to_code_points(std::string_view utf8);

void append_utf8(std::string& out, char32_t c);
std::string to_utf8(std::u32string_view code_points);

}  // namespace wonjang
