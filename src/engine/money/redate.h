// Redate: after a new calendar version is approved, lines that no payout covers yet and whose payout day it
// moves get the new day, by further events. What was paid out, or stands in a payout, stays. Done again it
// finds nothing.
//
// Threads: any; redate() is a job (JobGate).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/money/contract_book.h"
#include "engine/money/job_gate.h"
#include "engine/money/line_source.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

struct Moving {
  const Due& due;  // whose
  const LineSummary& line;
  BusinessDate to;
};

// Hears of each line that `calendar` moves, by merchant and currency; `beyond` of those whose new day it
// doesn't cover. Errors: those of the reader, the source and the callback.
Result<void> each_moving(const MoneyReader& reader, LineSource& source, const UsableCalendar& calendar,
                         const std::function<Result<void>(const Moving&)>& each,
                         const std::function<void(const LineSummary&)>& beyond);

struct RedateOptions {
  std::string calendar;  // code; its newest approved version counts
  JobOwner owner;
  bool dry_run = false;
};
struct RedateReport {
  std::uint32_t calendar_version = 0;
  std::uint64_t merchants = 0;
  std::uint64_t lines = 0;
  std::uint64_t beyond = 0;  // can't be dated: the calendar ends
};

// Errors: not_found (no such calendar), conflict (a job is under way), those of the sink: what was recorded
// stands, and the rest is done by calling it again.
Result<RedateReport> redate(const MoneyPorts& ports, const RedateOptions& options);

}  // namespace wonjang::money
