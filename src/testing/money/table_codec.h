// TableCodec: an EventCodec for tests that keeps the events and stores their number: nothing is lost or
// changed, and no test of a projection depends on the public form.
//
// Threads: one at a time.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "ports/event_codec.h"

namespace wonjang {

class TableCodec final : public EventCodec {
 public:
  void encode(const Event& event, std::string& out) const override {
    put_be32(out, static_cast<std::uint32_t>(events_.size()));
    events_.push_back(event);
  }
  Result<Event> decode(std::string_view bytes) const override {
    ByteReader in(bytes);
    const auto number = in.be32();
    if (!in.ok() || number >= events_.size()) return corrupt("no event of this table");
    return events_[number];
  }

 private:
  mutable std::vector<Event> events_;
};

}  // namespace wonjang
