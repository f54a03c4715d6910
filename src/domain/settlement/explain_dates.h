// A line's payout day, computed again step by step: from its basis date and the run by cycle and calendar
// (dates.cc), for people.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "domain/settlement/calendar.h"
#include "domain/settlement/contract.h"
#include "domain/settlement/fee.h"

namespace wonjang::settlement {

struct DatesAgain {
  // "late", "range", "roll", "lag", "policy", those that there are, then "payout date". Each has the day that
  // it leads to and names the closed days that it passes over. None for a manual cycle.
  std::vector<ExplainStep> steps;
  // What the line says otherwise, or that the calendar doesn't reach so far; empty: it says the same.
  std::string differs;
};

// `line` is dated. `run`: the date of the run that made it. `calendar`: the version that dated it, and `days`
// made of it.
DatesAgain explain_dates(const SettlementLine& line, const Cycle& cycle, const Calendar& calendar,
                         const BusinessDays& days, BusinessDate run);

}  // namespace wonjang::settlement
