#include "app/http/chunk_decoder.h"

#include <algorithm>

namespace wonjang {
namespace {

constexpr std::size_t kOverheadMax = 4096;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::size_t ChunkDecoder::feed(std::string_view bytes, std::string& body, std::size_t body_max) {
  std::size_t used = 0;
  std::size_t taken = 0;
  while (used < bytes.size() && at_ != At::end && at_ != At::broken) {
    if (at_ != At::data) {
      step(bytes[used++]);
      continue;
    }
    if (taken == body_max) break;
    const auto size = static_cast<std::size_t>(
        std::min<std::uint64_t>(left_, std::min(bytes.size() - used, body_max - taken)));
    body.append(bytes.substr(used, size));
    used += size;
    taken += size;
    left_ -= size;
    if (left_ == 0) at_ = At::data_cr;
  }
  return used;
}

// One byte of framing.
void ChunkDecoder::step(char c) {
  if (++overhead_ > kOverheadMax) {
    at_ = At::broken;
    return;
  }
  switch (at_) {
    case At::size_first:
    case At::size: {
      const int digit = hex_digit(c);
      if (digit >= 0) {
        // 2^60 and more is no size anyone sends.
        if (left_ >> 56U != 0) {
          at_ = At::broken;
          return;
        }
        left_ = left_ * 16 + static_cast<unsigned>(digit);
        at_ = At::size;
      } else if (at_ == At::size_first) {
        at_ = At::broken;
      } else if (c == '\r') {
        at_ = At::size_lf;
      } else {
        at_ = c == ';' || c == ' ' || c == '\t' ? At::extension : At::broken;
      }
      return;
    }
    case At::extension:
      if (c == '\r') at_ = At::size_lf;
      // A bare line feed here is how requests are smuggled past a more lenient proxy.
      if (c == '\n') at_ = At::broken;
      return;
    case At::size_lf:
      if (c != '\n') {
        at_ = At::broken;
        return;
      }
      at_ = left_ == 0 ? At::trailer_first : At::data;
      overhead_ = 0;
      return;
    case At::data_cr:
      at_ = c == '\r' ? At::data_lf : At::broken;
      return;
    case At::data_lf:
      at_ = c == '\n' ? At::size_first : At::broken;
      overhead_ = 0;
      return;
    case At::trailer_first:
      at_ = c == '\r' ? At::end_lf : At::trailer;
      if (c == '\n') at_ = At::broken;
      return;
    case At::trailer:
      if (c == '\r') at_ = At::trailer_lf;
      if (c == '\n') at_ = At::broken;
      return;
    case At::trailer_lf:
      at_ = c == '\n' ? At::trailer_first : At::broken;
      return;
    case At::end_lf:
      at_ = c == '\n' ? At::end : At::broken;
      return;
    case At::data:
    case At::end:
    case At::broken:
      return;
  }
}

}  // namespace wonjang
