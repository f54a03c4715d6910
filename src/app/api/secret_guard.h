// What may not be said back or logged, wherever a caller put it: a card number, an API key of ours. For texts
// outside the body (headers, the path); bodies are read by json/pan_guard.h.
// Threads: any.
#pragma once

#include <string_view>

namespace wonjang {

// `text` as sent, or percent-encoded. What is badly encoded counts as a secret: nobody can say what it holds.
bool holds_secret(std::string_view text);

// The path for a problem's `instance`; empty where the path holds a secret.
std::string_view sayable(std::string_view path);

}  // namespace wonjang
