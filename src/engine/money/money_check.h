// money_check: proves that a snapshot of the projection `money` holds exactly what the log up to its
// positions says: the log is folded again from the beginning into an empty store, and the two are compared
// record by record in every space, those of the journal too. Then what a fold can't see alone: runs whose
// lines aren't all there.
//
// Cost: one pass over the log, one fold, one scan of both stores. The empty store holds as much as the
// checked one: in memory for a small ledger, on disk for a large one; it is the caller's, and the caller
// removes it.
//
// Threads: any; the snapshot and the empty store are the caller's. The log may grow meanwhile.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "engine/money/money_spaces.h"
#include "ports/event_codec.h"

namespace wonjang::money {

struct MoneyToCheck {
  const EventLog& log;
  const EventCodec& codec;
  const KvSnapshot& stored;
};

struct MoneyDifference {
  KvSpace space = 0;
  std::string what;  // "lines, day 2026-11-22, merchant 3, line pay_....2.0: missing in money"
};

struct MoneyReport {
  std::uint64_t events = 0;                          // folded again
  std::array<std::uint64_t, kSpaceCount> records{};  // compared, by space
  std::vector<MoneyDifference> differences;          // the first of each space
  std::string stopped;                               // the log itself doesn't fold: why
  bool is_sound() const { return differences.empty() && stopped.empty(); }
};

struct MoneyCheckOptions {
  std::uint32_t batch_units = 4096;
  // Events folded so far; false gives up with `unavailable`. May be empty.
  std::function<bool(std::uint64_t events)> go_on;
};

// Errors: unavailable (given up, or a store can't be read), those of the log. A log that contradicts itself
// is no error but MoneyReport::stopped. REQUIRES: `empty` was opened with money_spaces() and holds nothing
Result<MoneyReport> money_check(const MoneyToCheck& money, KvStore& empty,
                                const MoneyCheckOptions& options = {});

}  // namespace wonjang::money
