// check(): re-derives everything a book stores from its events and names the first difference: dense
// positions, stream versions, statuses and balances, invariants of every payment, idempotency entries and
// (given the rules of who rendered them) their answers, claims, alarms, every Merkle node and the head,
// recorded times, and the counts of every index (so that nothing stands there too much).
//
// Threads: reads only; the book may be written to meanwhile, what comes after the start isn't looked at...
// but counts are compared only when nothing was appended meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/ledger/book_place.h"
#include "engine/ledger/book_writer.h"
#include "engine/ledger/stored_replies.h"

namespace wonjang {

struct CheckReport {
  std::uint64_t events = 0;
  std::uint64_t units = 0;
  std::uint64_t payments = 0;
  std::uint64_t idempotency_keys = 0;
  std::uint64_t tree_nodes = 0;
  Hash256 root{};
  bool counts_compared = false;
  std::string difference;  // empty: all is as derived

  bool ok() const { return difference.empty(); }
};

using CheckProgress = std::function<void(Position at, Position tail)>;

// Errors: only those that keep it from looking (book closed); damage is a difference. Of a book whose `place`
// is said every payment must belong there.
// `replies` null: the answers that are kept under keys are compared with nothing but themselves.
Result<CheckReport> check(const Book& book, const Ports& ports, const CheckProgress& progress = {},
                          const StoredReplies* replies = nullptr,
                          const std::optional<BookPlace>& place = std::nullopt);

}  // namespace wonjang
