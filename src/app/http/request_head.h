// A request's head out of the bytes of a connection: a pure function, so that it can be fuzzed. The grammar
// is Boost.Beast's parser; on top of it, what a server must refuse (RFC 9112): no or two Host headers, a
// transfer coding we don't know, folded lines, both Content-Length and Transfer-Encoding.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "app/http/message.h"

namespace wonjang {

enum class HeadOutcome : std::uint8_t { need_more, complete, refused };

struct ParsedHead {
  HeadOutcome outcome = HeadOutcome::need_more;

  // complete:
  HttpRequestHead head;
  std::size_t size = 0;  // bytes of the head, blank line included
  bool chunked = false;
  std::uint64_t content_length = 0;  // 0 if there is no body
  bool keep_alive = false;
  bool expects_continue = false;

  // refused: an HTTP status, a stable code and why. Nothing after these bytes can be trusted.
  int status = 0;
  std::string_view code;
  std::string_view detail;
};

// `bytes` start at a request line; empty lines before it are the caller's to skip. A head of more than
// `head_bytes_max` is refused with 431, also while it is incomplete.
ParsedHead parse_request_head(std::string_view bytes, std::size_t head_bytes_max);

// Sets what the bytes don't say.
struct RequestHeadBuilder {
  static void set_origin(HttpRequestHead& head, std::shared_ptr<const std::string> peer, bool is_tls,
                         std::chrono::steady_clock::time_point arrival) {
    head.peer_ = std::move(peer);
    head.is_tls_ = is_tls;
    head.arrival_ = arrival;
  }
  class Parser;
};

}  // namespace wonjang
