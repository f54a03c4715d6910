// PayoutRun: one payout per merchant and currency for a payout date: all lines dated up to it that no payout
// covers, what was carried over, less what the contract keeps back. The payout's stream names merchant, date
// and currency, so a merchant is never paid twice for one date; a second run for the date requests only what
// the first one didn't.
//
//   on hold            nothing is requested, the lines wait (holds.h)
//   closed             the calendar of the merchant's own contract is closed on the date: the lines wait
//   nothing to pay     a payout with state CARRIED takes the lines, the next one gets the negative sum
//   no lines, but money waits (a failed payout, money released)    a payout without lines
//   a manual cycle     its lines have no payout day: a run that names the merchant gives them its own date
//                      (LinesRedated, before the payout), and pays them with the rest
//
// Threads: any; run_payouts() is a job (JobGate): no settlement run adds lines meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/int128.h"
#include "engine/money/job_gate.h"
#include "engine/money/run_plan.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

struct PayoutOptions {
  BusinessDate date;
  std::string calendar = "KR";      // that says whether the banks work on `date`
  bool also_on_closed_day = false;  // said explicitly
  bool also_far_ahead = false;      // days_ahead.h; said explicitly
  MerchantId manual_of;             // whose lines of a manual cycle are paid too; zero: nobody's
  bool dry_run = false;
  JobOwner owner;
  // Of a run that goes on after its process died: when that was asked for. What the owner requested for the
  // date since then is this run's too.
  std::optional<Instant> goes_on_since;
};

struct PayoutReport {
  struct Sum {
    std::uint64_t count = 0;
    int128 amount = 0;
  };
  std::uint64_t requested = 0;
  std::uint64_t carried = 0;
  std::uint64_t held = 0;  // merchants on hold with something due
  // Payouts of the date that stood before this run. What became due to their merchants since waits for the
  // next date.
  std::uint64_t already = 0;
  // Merchants among them, by currency, to whom more became due since.
  std::uint64_t waiting = 0;
  // Merchants with something due whose contract's own calendar is closed on the date: paid on the next one.
  // None when `also_on_closed_day` says so.
  std::uint64_t closed = 0;
  // Of a manual cycle, among those requested or carried. What an earlier attempt had dated and not requested
  // isn't among them.
  std::uint64_t manual_lines = 0;
  std::map<Currency, Sum> totals;  // of those requested
  // NO_CONTRACT, NO_ACCOUNT, SUB_MALL_ACCOUNT, OVERFLOW: nothing was requested for these.
  std::vector<PlanProblem> problems;
};

// Errors: invalid (not a business day, or no calendar says so; too far ahead; no such merchant to pay
// manually: nothing was written), conflict (a job is under
// way; somebody else requested a payout), those of the sink: what was requested stands.
Result<PayoutReport> run_payouts(const MoneyPorts& ports, const PayoutOptions& options);

}  // namespace wonjang::money
