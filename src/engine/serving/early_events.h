// EarlyEvents: events that came before an earlier one of their stream (a broker's log can do that; the
// ledger's never does). They wait, in the order of their versions, until the gap is filled. Mirrored in the
// `pending` space, so that a restart still has them.
//
// Bounded: a log with more gaps than kEarlyMax is broken, and the projection stops and says so.
//
// Threads: one owner (the projection's).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/id.h"
#include "base/result.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

constexpr std::size_t kEarlyMax = 100'000;

class EarlyEvents {
 public:
  // Errors: corrupt, those of the store.
  Result<void> open(const KvSnapshot& store);

  bool empty() const { return events_.empty(); }
  std::size_t size() const { return events_.size(); }

  // Keeps the event; the first of two with one (stream, version) stands. Gives the bytes that stand.
  // Errors: unavailable (too many wait).
  Result<std::string_view> keep(RawId stream, std::uint32_t version, std::string_view bytes, KvBatch& out);

  // Takes out the event that was waited for, if it is here.
  std::optional<std::string> take(RawId stream, std::uint32_t version, KvBatch& out);

 private:
  std::map<std::pair<RawId, std::uint32_t>, std::string> events_;
};

std::string event_key(RawId stream, std::uint32_t version);

}  // namespace wonjang::serving
