// SettlementRun: settles the items of one basis date (run_scope.h says which) and records the lines.
//
//   lease    settlement.run_started at the version that the run's stream has. Of two at once exactly one
//            gets it in. A run that never ended and whose holder is another process is resumed: books belong
//            to one process, so the other one is dead
//   read     one snapshot that has seen the lease; contracts, calendars and canaries once
//   settle   run_pump.h; chunks of at most 400 lines go to their streams while the rest is computed
//   prove    the projection catches up: totals before + added are those after, and the lines that stood
//            before hash as before
//   end      settlement.run_ended
//
// A kill at any moment, an error or a stop leaves items with lines settled and all others open; the next run
// for the date does the rest. Items that have a line aren't open any more: nothing is settled twice.
//
// Threads: any; one job at a time (JobGate).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/money/job_gate.h"
#include "engine/money/money_reader.h"
#include "engine/money/run_meter.h"
#include "engine/money/run_ports.h"
#include "engine/money/settler.h"

namespace wonjang::money {

// A run needs calendars that cover so many days from its date on.
constexpr std::int32_t kCalendarDaysMin = 60;

struct RunProgress {
  std::string stage;  // "count", "settle", "prove"
  // Items due or late, as in a plan. Until all open items were looked at some that another run settles may be
  // among them: it sinks as they are met.
  std::uint64_t total = 0;
  std::uint64_t done = 0;  // given to a worker
  std::uint64_t chunks = 0;
  std::uint64_t lines = 0;   // recorded or on their way
  std::uint64_t failed = 0;  // newly, or for another reason than before
};

struct RunOptions {
  BusinessDate date;
  JobOwner owner;
  std::uint32_t workers = 2;                         // 0: all of it on the calling thread
  std::function<void(const RunProgress&)> progress;  // on the calling thread
  std::function<bool()> stop_wanted;                 // asked between chunks; true: the run ends as STOPPED
  RunMeter meter;
};

struct RunReport {
  settlement::RunStarted started;
  settlement::RunEnded ended;
  std::string why;  // of STOPPED
  std::uint64_t items = 0;
  std::uint64_t late = 0;
  std::map<std::string, FailedReason> reasons;
};

// Errors: invalid (a date in the future, a calendar that ends too early: nothing was written), conflict (a
// job is under way, or somebody else got the lease), those of the sink and the reader (the run ended as
// STOPPED, or holds the lease until it is started again).
Result<RunReport> run_settlement(const MoneyPorts& ports, const RunOptions& options);

// Calendars in use on `date` that cover too few days after it, as a sentence; nothing: all reach far enough.
std::optional<std::string> calendars_too_short(const ContractBook& book, BusinessDate date);

}  // namespace wonjang::money
