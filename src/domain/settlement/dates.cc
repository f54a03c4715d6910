// Which day an item counts from, and which day it is paid on.
#include <algorithm>

#include "domain/settlement/calendar.h"
#include "domain/settlement/contract.h"
#include "domain/settlement/fee.h"

namespace wonjang::settlement {
namespace {

// Steps 1 and 2 of payout_date_of, from the last day of a range.
std::optional<BusinessDate> paid_on(const Cycle& cycle, BusinessDate end, const BusinessDays& days) {
  const auto rolled = cycle.roll == BasisRoll::forward ? days.on_or_after(end) : end;
  if (!rolled) return std::nullopt;
  const BusinessDate due = {rolled->days + static_cast<std::int32_t>(cycle.lag_days)};
  switch (cycle.policy) {
    case DatePolicy::business_days: {
      const auto date = days.plus(*rolled, cycle.lag_days);
      return date ? days.on_or_after(*date) : std::nullopt;
    }
    case DatePolicy::holiday_before: {
      if (!days.is_business_day(end)) return std::nullopt;
      const auto date = days.on_or_before(due);
      // Money isn't paid out before it was taken: a Sunday with lag 0 would go back to Friday.
      return date && *date >= end ? date : days.on_or_after(due);
    }
    case DatePolicy::holiday_after:
      return days.on_or_after(due);
    case DatePolicy::calendar_day:
      return due;
    case DatePolicy::unknown:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

BusinessDate range_end_of(const Cycle& cycle, BusinessDate basis) {
  switch (cycle.kind) {
    case CycleKind::weekly:
      return {basis.days + (static_cast<std::int32_t>(cycle.week_end) - weekday_of(basis) + 7) % 7};
    case CycleKind::monthly:
      return month_end_of(basis);
    case CycleKind::daily:
    case CycleKind::manual:
    case CycleKind::unknown:
      return basis;
  }
  return basis;
}

PayoutDay payout_date_of(const Cycle& cycle, BusinessDate basis, const BusinessDays& days) {
  if (cycle.kind == CycleKind::manual) return {std::nullopt, /*known=*/true};
  const auto date = paid_on(cycle, range_end_of(cycle, basis), days);
  return {date, date.has_value()};
}

std::optional<BusinessDate> basis_of(const Item& item, BasisKind basis) {
  const BusinessDate moved = business_date_of(item.at);
  switch (basis) {
    case BasisKind::approval:
      return moved;
    case BasisKind::acquisition:
      if (!item.has_acquisition) return moved;
      if (item.acquired == BusinessDate{}) return std::nullopt;
      return item.acquired;
    case BasisKind::unknown:
      return std::nullopt;
  }
  return std::nullopt;
}

bool date_line(SettlementLine& line, const Cycle& cycle, BusinessDate basis, BusinessDate run,
               const BusinessDays& days) {
  const PayoutDay day = payout_date_of(cycle, std::max(basis, run), days);
  if (!day.known) return false;
  line.basis = basis;
  line.late = basis < run;
  line.payout_date = day.date.value_or(BusinessDate{});
  return true;
}

}  // namespace wonjang::settlement
