// UTF-8 as the protobuf library checks it: no overlong forms, no surrogates, nothing above U+10FFFF.
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace wonjang {

bool is_utf8(std::string_view text);
// The same text; each byte that isn't part of a whole character becomes U+FFFD.
std::string to_utf8(std::string_view text);

}  // namespace wonjang
