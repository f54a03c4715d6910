// Retier: a contract that holds backwards (a merchant classified late, reference: korean-payments.md 9)
// changes the fee of lines that stand. They stay; further lines (adjustments) bring the difference, for each
// approval and all of its returns together. Done again it finds nothing left to do.
//
// Which approvals: settled, of the contract's merchant and currency, with a basis date on which the newest
// known contract is this one.
//
// What a canary's terms alone made (its merchant was moved over) stays under those: of the contract such a
// line takes everything but the fee terms, the tier too. Which ones they were when the line was made stands
// beside the line.
//
// Threads: any; retier() is a job (JobGate).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/int128.h"
#include "engine/money/contract_book.h"
#include "engine/money/job_gate.h"
#include "engine/money/line_source.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

// One approval's adjustments, dated; settled together or not at all.
struct Adjustment {
  LineKey approval;
  MerchantNo merchant_no = 0;
  Currency currency;
  BusinessDate basis;             // of the approval
  settlement::Contract contract;  // that they were computed by: the new one, or it with a canary's fee terms
  std::string canary;             // whose they are, or empty
  std::vector<settlement::SettlementLine> lines;  // the contract's index is the taker's to fill in
};
struct AdjustmentFailed {
  LineKey approval;
  std::string why;
};

// Hears of each approval that `contract` changes. `contract` stands in `book`, as known; `date` is that of
// the run in which the adjustments are to stand. Errors: those of the reader, the source and the callbacks.
Result<void> each_adjustment(const MoneyReader& reader, LineSource& source, const ContractBook& book,
                             const settlement::Contract& contract, MerchantNo merchant, BusinessDate date,
                             const std::function<Result<void>(Adjustment&&)>& each,
                             const std::function<void(AdjustmentFailed&&)>& failed);

struct RetierOptions {
  std::vector<settlement::Contract> contracts;  // approved ones
  BusinessDate date;
  JobOwner owner;
  bool also_far_ahead = false;  // days_ahead.h; said explicitly
  bool dry_run = false;
  std::function<bool()> stop_wanted;
  std::function<void(const Adjustment&)> heard;  // of each, dry or not, before it is recorded
};

struct RetierReport {
  std::uint64_t merchants = 0;  // with adjustments
  std::uint64_t approvals = 0;
  std::uint64_t lines = 0;
  std::map<Currency, int128> fee_delta;  // negative: the merchants get it back
  BusinessDate first;                    // basis dates of the approvals; zero: none
  BusinessDate last;
  std::uint64_t failed = 0;
  std::string first_failure;
  std::map<std::string, std::uint64_t> by_canary;  // approvals that were adjusted under a canary's fee terms
  bool stopped = false;
};

// An approval that can't be adjusted fails alone, by name: `failed`. One whose adjustments (it and its
// returns) don't fit into one event is such a one; that takes some hundred partial cancels.
//
// Errors: invalid (too far ahead, a contract that isn't approved, a merchant that isn't there, a calendar
// that ends: nothing was written), conflict (a job is under way), those of the sink: what was recorded
// stands, and the rest is done by calling it again.
Result<RetierReport> retier(const MoneyPorts& ports, const RetierOptions& options);

}  // namespace wonjang::money
