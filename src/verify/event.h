// The little that the verifier reads of an event: protobuf's wire format, the first level of
// wonjang.v1.Event. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace verify {

struct EventFacts {
  std::string id;       // evt_...
  std::string payment;  // its stream, written as pay_...
  std::uint64_t version = 0;
  std::string type;         // "approval.approved"
  std::string occurred_at;  // UTC
  std::string recorded_at;
};

// Throws NotValid when the bytes are no event.
EventFacts facts_of(std::string_view event);

}  // namespace verify
