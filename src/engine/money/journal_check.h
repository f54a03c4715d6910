// check_journal: proves that a snapshot holds exactly the journal that the log up to its positions makes:
// every entry, every day's sum, every mark and head, nothing missing and nothing foreign. Everything is
// derived again from the log; the first difference is named.
//
// Cost: one pass over the log and one over the four spaces, a look-up per entry. Memory: a sum per account,
// currency and day, and MoneyBefore.
//
// Threads: any; the snapshot is the caller's. The log may grow meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/money/journal_reader.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"

namespace wonjang::money {

struct JournalToCheck {
  const EventLog& log;
  const EventCodec& codec;
  const KvSnapshot& snapshot;
  LogPositions seen;  // what the snapshot has folded, per book
};

struct JournalDifference {
  KvSpace space = 0;
  std::string key;   // bytes
  std::string what;  // for people: the record, what the log says, what is stored
};

struct JournalReport {
  std::uint64_t events = 0;   // read from the log
  std::uint64_t entries = 0;  // that it makes
  TrialBalance balance;       // that it makes
  std::optional<JournalDifference> first;
  bool ok() const { return !first.has_value(); }
};

struct JournalCheckOptions {
  std::uint32_t mark_every = kMarkEvery;
  // Called now and then with the events read so far; false gives up.
  std::function<bool(std::uint64_t events)> progress = {};
};

// Errors: unavailable (given up, reading failed), corrupt (the log can't be folded, or makes a journal that
// isn't balanced: `wonjang check` of the ledger says more).
Result<JournalReport> check_journal(const JournalToCheck& journal, const JournalCheckOptions& options = {});

}  // namespace wonjang::money
