// What goes to the bank and what comes back.
//
// The file: CSV (domain/settlement/csv.h, with a header), one payout a line:
//   payout_id    pyo_...
//   merchant_id  mch_...
//   date         payout date, 2026-11-22
//   currency     ISO 4217
//   amount       in major units with the currency's digits, no separators: 12345 (KRW), 123.45 (USD)
//   account      token
//
// The results: CSV with a header, columns in any order: payout_id, state (PAID, FAILED, RETURNED),
// bank_trace_no, at (RFC 3339), failure. Allowed: REQUESTED -> SENT -> PAID, FAILED or RETURNED; PAID ->
// RETURNED; not PAID before both the payout's date and the day on which it was sent. A row that says what is
// known already is counted and changes nothing; a row that can't be true is refused by itself. A file that
// can't be read (a quote that goes wrong, a line with more or fewer fields than the header, a column that is
// missing or stands twice) is refused whole before anything is applied: who knows what its other rows were to
// say.
//
// Threads: any; the two that write are jobs (JobGate).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/money/job_gate.h"
#include "engine/money/money_reader.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

struct PayoutFile {
  std::string name;
  std::string csv;
  std::uint64_t payouts = 0;
  std::uint64_t held = 0;  // left out: their merchants are on hold. Of a file that is given again: 0
};

// All payouts of `date` that are REQUESTED become SENT, in the file `name`. The same name again gives the
// very same file again, and sends nothing further: a file lost on the way is asked for once more.
//
// No part of a file is ever given out. Each SENT says how many payouts are to stand in the file; when fewer
// do, as the process died between, nobody has it yet, and the same name again sends what waits by now, too.
//
// Payouts of merchants on hold (holds.h) stay REQUESTED: a file made after the release has them. What is SENT
// stays in its file.
//
// Errors: invalid (the name is empty), not_found (nothing to send; says how many are on hold, and in which
// files the others stand), conflict, those of the sink (nothing is given out: ask by the same name).
Result<PayoutFile> send_payouts(const MoneyPorts& ports, BusinessDate date, const std::string& name,
                                const JobOwner& owner);

std::string payout_csv(std::span<const PayoutNow> payouts);

struct PayoutResult {
  std::uint32_t line_no = 0;  // of the file; the header is 1
  settlement::PayoutId payout;
  settlement::PayoutState state{};
  std::string bank_trace_no;
  Instant at;  // zero: not said
  std::string failure;
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

}  // namespace wonjang::money
