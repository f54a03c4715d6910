// Changes: the payments that make up a difference of totals. How a cube stands now, less how it stood at the
// close of a day, comes from payments with an event recorded after that close; here they are, each with how
// it counted then and counts now. What they add up to is the difference that read_totals() gives for the
// same question, row by row, exactly.
//
// A payment's row says when its newest event was recorded; how it stood at the close is folded from its
// events in the book. So a page reads the rows of the period, of one merchant or of all, up to
// ListSources::rows_max and kHistoriesMax histories: then it ends early, with a cursor that goes on from
// there.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "engine/serving/cell.h"
#include "engine/serving/plan.h"
#include "engine/serving/totals_reader.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"

namespace wonjang::serving {

// That one page reads from the book.
constexpr std::uint64_t kHistoriesMax = 2'000;

// Of a cube of payments with history: its period, filters and `close`; what rows are made of isn't looked at.
struct ChangesQuery {
  TotalsQuery totals;
  std::uint32_t limit = 50;  // 1..kPageMax
  std::string after = {};
};

struct ChangedPayment {
  Locator at;
  Payment payment;                   // as it stands now
  std::uint32_t events_after = 0;    // recorded after the close
  std::optional<PaymentFacts> then;  // as it stood at the close; nothing: it wasn't known
  Measures difference;               // what it adds to the difference asked for
};

// Newest first. Errors: invalid (as read_totals; of transactions; more than one merchant; a cursor of another
// question), corrupt, those of the log.
Result<Paged<ChangedPayment>> read_changes(const ListSources& sources, const EventLog& log,
                                           const EventCodec& codec, const KvSnapshot& snapshot,
                                           const ChangesQuery& query);

}  // namespace wonjang::serving
