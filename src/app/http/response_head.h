// The bytes of an answer's head. Pure; written by hand into the connection's output buffer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/http/message.h"

namespace wonjang {

enum class Framing : std::uint8_t { content_length, chunked, until_close };

struct ResponseHeadOptions {
  Framing framing = Framing::content_length;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool http_1_0 = false;    // of the request: keep-alive must be said, not assumed
  std::string_view date{};  // empty: no Date header
};

// Appends status line, headers and the blank line. 1xx, 204 and 304 get no length and no coding.
void append_response_head(std::string& out, const HttpResponse& response, const ResponseHeadOptions& options);

// Whether an answer of this status to this method may have a body at all.
bool has_body(int status, bool is_head_request);

std::string_view reason_of(int status);            // "OK"; empty for what we don't know
std::string http_date(std::int64_t unix_seconds);  // "Sun, 06 Nov 1994 08:49:37 GMT"

}  // namespace wonjang
