// What a body is said to be, and whether it is what it has to be: UTF-8.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "app/http/message.h"

namespace wonjang {

// Whether `content_type` is `type` (in small letters), whatever its case, and its charset, if it names one,
// UTF-8.
bool is_type(std::string_view content_type, std::string_view type);

// Whether the body is said to be packed: any Content-Encoding but identity.
bool is_packed(const HttpRequestHead& head);

// The first line, counted from 1, with bytes that are no UTF-8; nothing: there is none.
std::optional<std::uint64_t> not_utf8_at(std::string_view text);

}  // namespace wonjang
