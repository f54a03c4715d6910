// Takes the chunked transfer coding off a body as its bytes come (RFC 9112 section 7.1). Shared by the server
// (requests) and the load client (responses). Chunk extensions and trailers are skipped, within a bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wonjang {

class ChunkDecoder {
 public:
  enum class State : std::uint8_t { more, end, broken };

  // Appends the body bytes found in `bytes` to `body` (at most `body_max` of them) and gives the number of
  // input bytes used. Stops at the end of the body; what is left over belongs to the next message.
  std::size_t feed(std::string_view bytes, std::string& body, std::size_t body_max);

  State state() const {
    if (at_ == At::broken) return State::broken;
    return at_ == At::end ? State::end : State::more;
  }

 private:
  enum class At : std::uint8_t {
    size_first,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_first,
    trailer,
    trailer_lf,
    end_lf,
    end,
    broken
  };
  void step(char c);

  At at_ = At::size_first;
  std::uint64_t left_ = 0;    // of the chunk at hand
  std::size_t overhead_ = 0;  // of the line at hand, or of all trailers
};

}  // namespace wonjang
