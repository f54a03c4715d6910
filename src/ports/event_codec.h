// EventCodec: events to bytes and back. The bytes are the truth: they are what is stored, hashed into the
// Merkle tree and published; encode() of the same event gives the same bytes for ever (golden files in
// adapters/protobuf). decode() accepts every released version and keeps the meaning. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/event.h"

namespace wonjang {

class EventCodec {
 public:
  virtual ~EventCodec() = default;
  // Appends the bytes of `event` to `out`.
  virtual void encode(const Event& event, std::string& out) const = 0;
  // Errors: corrupt (not an event, or of a version that this program doesn't know).
  virtual Result<Event> decode(std::string_view bytes) const = 0;
};

}  // namespace wonjang
