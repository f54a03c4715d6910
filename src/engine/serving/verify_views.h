// verify_views: proves that a snapshot of the views holds exactly what the log up to its positions says: all
// spaces, every record of them, nothing missing and nothing foreign. Each payment is folded again from its
// own events (derived.h), without the increments that built the views; both sides are added up in groups
// (group_sums.h), and only groups that differ are looked at record by record, until the first differences are
// named.
//
//   rows, locators, timeline, amounts, transactions, ids, postings   record by record
//   dictionary            every text has its form, every form its text
//   totals_now, _late     every group of every cell, in front of it the sums, as bytes; of a saturated cell
//                         (cell.h) what it tells apart: the currencies
//   buckets               count, money and set-hash of each merchant and month
//   pending, quarantine   what a disordered log leaves over; empty for a ledger's
//
// The quick one (VerifyOptions::quick) compares the buckets alone: verify_buckets.h says what it sees.
//
// Cost: one pass over the log and a look-up of each payment's events, one scan of the store; twice that when
// something differs. Memory: 2 MiB, 8 bytes and a bit per distinct text, the differences, and what waits or
// is set aside (kSetAsideMax). Of damage in more than kGroupsSplit groups of a space the first are named, the
// others counted.
//
// Threads: any; the snapshot is the caller's. The log may grow meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/serving/cube.h"
#include "engine/serving/queries.h"
#include "engine/serving/spaces.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"
#include "ports/kv_store.h"
#include "ports/text_forms.h"

namespace wonjang::serving {

constexpr std::size_t kSetAsideMax = 1'000'000;
constexpr std::size_t kGroupsSplit = 64;

struct ViewsToVerify {
  const EventLog& log;
  const EventCodec& codec;
  const TextForms& forms;
  std::span<const CubeSpec> cubes;
  const KvSnapshot& snapshot;
  LogPositions seen;  // what the snapshot has folded
};

struct ViewsDifference {
  KvSpace space = 0;
  std::string key;  // bytes; empty: of the space as a whole
  std::optional<PaymentId> payment;
  std::string what;  // for people, with the space and the payment; the key in hex, no personal data
};

struct ViewsReport {
  bool quick = false;
  std::uint64_t events = 0;  // of payments, read from the log
  std::uint64_t payments = 0;
  std::vector<Sums> sums;                    // of them, by currency
  std::vector<std::uint64_t> records;        // in the store, by space; of a quick one those of `buckets`
  std::uint64_t rows_read = 0;               // of the views
  std::vector<ViewsDifference> differences;  // the first differences_max
  std::uint64_t groups_not_split = 0;        // that differ and weren't looked at
  bool ok() const { return differences.empty() && groups_not_split == 0; }
};

enum class VerifyPhase : std::uint8_t { reading_views, reading_log, splitting };
const char* name_of(VerifyPhase phase);
struct VerifyProgress {
  VerifyPhase phase = VerifyPhase::reading_views;
  std::uint64_t done = 0;   // records, or events
  std::uint64_t total = 0;  // 0: unknown
};

struct VerifyOptions {
  // Buckets against the log, and rows only where a bucket differs.
  bool quick = false;
  std::size_t differences_max = 20;
  // Of a quick one: payments whose rows are kept in memory while their events come.
  std::size_t open_payments_max = 65'536;
  // Called now and then; false gives up.
  std::function<bool(const VerifyProgress&)> progress = {};
};

// Errors: unavailable (given up, more than kSetAsideMax set aside, reading failed), corrupt (the log can't be
// folded: `wonjang check` of the ledger says more). A store that can't be read is a difference.
Result<ViewsReport> verify_views(const ViewsToVerify& views, const VerifyOptions& options = {});

}  // namespace wonjang::serving
