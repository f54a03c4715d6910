// What goes to the bank and what comes back.
//
// The file: CSV (domain/settlement/csv.h, with a header), one payout a line:
//   payout_id    pyo_...
//   merchant_id  mch_...
//   date         payout date, 2026-11-22
//   currency     ISO 4217
//   amount       in major units with the currency's digits, no separators: 12345 (KRW), 123.45 (USD)
//   account      token; one that begins like a formula (of a contract from before such were refused) has a '
//                in front
//
// What the bank answers: payout_results.h.
//
// Threads: any; send_payouts() is a job (JobGate).
#pragma once

#include <cstdint>
#include <span>
#include <string>

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

}  // namespace wonjang::money
