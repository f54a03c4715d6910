// RunPlan: what a run for a date would do now, computed by the same code and written nowhere.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/money/money_reader.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

struct PlanMerchant {
  MerchantNo merchant_no = 0;
  MerchantId merchant;
  settlement::RunTotals totals;  // of one currency; `failed`: items that can't be settled
};

// CALENDAR_SHORT, DAY_NOT_OVER, RUN_UNDER_WAY, EARLIER_DATE_NEVER_RAN (one for each date), BEING_UNDONE,
// NO_SLIP, and the codes of failing items (settler.h): one for each merchant, the most frequent first, at
// most kProblemMerchantsMax of a code; the other merchants of that code are one more, which names none.
struct PlanProblem {
  std::string code;
  std::string detail;  // of several items: their days, and what is wrong with the first
  std::uint64_t count = 0;
  MerchantId merchant = {};  // whose items alone it is about; zero: nobody's alone
};
constexpr std::size_t kProblemMerchantsMax = 20;

struct RunPlan {
  BusinessDate date;
  std::optional<RunNow> run;  // as it stands
  std::uint64_t items = 0;    // to do, late ones among them
  std::uint64_t late = 0;
  std::uint64_t waiting = 0;  // of earlier dates that never ran
  std::uint64_t undated = 0;  // slips not requested yet, and what is being undone
  std::uint64_t merchants_total = 0;
  std::vector<PlanMerchant> merchants;  // by number and currency; at most `merchants_max`
  bool truncated = false;
  std::vector<settlement::RunTotals> totals;
  std::vector<PlanProblem> problems;
};

struct PlanOptions {
  BusinessDate date;
  std::size_t merchants_max = 1000;
};

// Errors: those of the reader.
Result<RunPlan> plan_run(const KvSnapshot& snapshot, const Clock& clock, const PlanOptions& options);

}  // namespace wonjang::money
