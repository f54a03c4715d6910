// What the bank answers to a payout file: CSV (domain/settlement/csv.h) with a header, columns in any order.
//
//   payout_id       pyo_...                                              required
//   state           PAID, FAILED, RETURNED                               required
//   bank_trace_no   the bank's number                                    optional
//   at              RFC 3339, by the bank's clock; now, where not said   optional
//   failure         why it failed or came back                           optional
//   merchant_id, date, currency, amount, account                         optional: as the file said them
//
// So our own file comes back as it went out, with the bank's columns added. What a row says of the payout
// besides its id is held against it: a row that names another amount, currency, account, date or merchant is
// refused, as nobody knows which payout the bank meant, or what it paid. An empty field says nothing. A
// column of another name is refused with the whole file: it may be a mistyped one of these.
//
// Allowed: REQUESTED -> SENT -> PAID, FAILED or RETURNED; PAID -> RETURNED. Not before both the payout's date
// and the day on which it was sent, and at most a day ahead of our clock. A row that says what is known
// already is counted and changes nothing; a row that can't be true is refused by itself. A file that can't be
// read (a quote that goes wrong, a line with more or fewer fields than the header, a column that is missing,
// unknown or stands twice) is refused whole before anything is applied: who knows what its other rows were to
// say.
//
// PAID after FAILED or RETURNED is refused, as the money is with the merchant's next payout by then: the
// row's `why` says where, and what to do (docs/settlement.md, "The bank takes its word back"). So is FAILED
// after PAID: the books say that the money is gone. That the bank said so is noted, and stands in a list
// (MoneyReader::disputed_payouts) until somebody decides.
//
// Threads: any; apply_payout_results() is a job (JobGate).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/money/job_gate.h"
#include "engine/money/money_reader.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

struct PayoutResult {
  std::uint32_t line_no = 0;  // of the file; the header is 1
  settlement::PayoutId payout;
  settlement::PayoutState state{};
  std::string bank_trace_no;
  Instant at;  // zero: not said
  std::string failure;
  // As the row says them; empty: it doesn't.
  std::string merchant;
  std::string date;
  std::string currency;
  std::string amount;  // major units
  std::string account;
};
struct RefusedRow {
  std::uint32_t line_no = 0;
  std::string why;
};
struct PayoutResults {
  std::vector<PayoutResult> rows;
  std::vector<RefusedRow> refused;
};
// Errors: invalid (the file can't be read; begins with the line: "line 3: ...").
Result<PayoutResults> parse_payout_results(std::string_view csv);

struct ResultsApplied {
  std::uint64_t applied = 0;
  std::uint64_t already = 0;
  std::vector<RefusedRow> refused;
};
// `file`: the name under which the rows came. Errors: conflict (a job is under way, or somebody else updated
// one), those of the sink: what was applied stands, and the file may be sent again.
Result<ResultsApplied> apply_payout_results(const MoneyPorts& ports, const PayoutResults& results,
                                            const std::string& file, const JobOwner& owner);

// Which is true of a payout that is disputed: as the bank says (PAID: its amount is taken from what the
// merchant gets next; FAILED: it becomes RETURNED, and its amount goes there), or as it stands. That another
// person decides than who told it is the caller's to see to.
struct PayoutDecision {
  settlement::PayoutId payout;
  bool as_the_bank_says = false;
  std::string told_by;  // Actor::id of who told it, when the caller looked; empty: nobody looked
};
// As it stands then; also when it was decided so already (a process that died in between asks again). Errors:
// not_found, invalid (not disputed: nothing was written), conflict (a job is under way, somebody else told or
// updated it meanwhile), those of the sink.
Result<PayoutNow> decide_payout(const MoneyPorts& ports, const PayoutDecision& decision,
                                const JobOwner& owner);

}  // namespace wonjang::money
