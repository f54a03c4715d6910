#include "adapters/protobuf/wire_writer.h"

#include <algorithm>

namespace wonjang {

void WireWriter::grow(std::size_t more) { out_.resize(size_ + std::max(more, kFirstRoom)); }

void WireWriter::close(std::size_t length_at) {
  const std::size_t length = size_ - length_at - 1;
  std::size_t extra = 0;
  for (std::size_t rest = length >> 7U; rest != 0; rest >>= 7U) ++extra;
  if (extra != 0) {
    room(extra);
    char* const body = out_.data() + length_at + 1;
    std::memmove(body + extra, body, length);
  }
  size_ = length_at;
  varint(length);
  size_ += length;
}

}  // namespace wonjang
