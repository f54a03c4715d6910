#include <algorithm>

#include "domain/settlement/terms_for.h"
#include "testing/settlement/case_checks.h"

namespace wonjang::settlement {
namespace {

constexpr BusinessDate later(BusinessDate date, int days) { return {date.days + days}; }

bool is_open(BusinessDate date, const Calendar& calendar) {
  const int weekday = (date.days + 3) % 7 + 1;  // 1970-01-01 was a Thursday, 4
  const bool is_closed = std::ranges::binary_search(calendar.closed, date, {}, &ClosedDay::date);
  return weekday <= 5 && !is_closed;
}

// Walks to the end of the range, rolls, counts: korean-payments.md 8, a day at a time.
std::optional<BusinessDate> walked(const Cycle& cycle, BusinessDate basis, const Calendar& calendar) {
  BusinessDate d = basis;
  const auto month_of = [](BusinessDate date) { return to_text(date).substr(0, 7); };
  if (cycle.kind == CycleKind::weekly) {
    while (static_cast<std::uint32_t>((d.days + 3) % 7 + 1) != cycle.week_end) d = later(d, 1);
  }
  if (cycle.kind == CycleKind::monthly) {
    while (month_of(later(d, 1)) == month_of(d)) d = later(d, 1);
  }
  const BusinessDate range_end = d;
  const auto to_open = [&](int direction) {
    while (!is_open(d, calendar)) d = later(d, direction);
  };
  if (cycle.roll == BasisRoll::forward) to_open(1);
  for (std::uint32_t n = 0; n < cycle.lag_days; ++n) {
    d = later(d, 1);
    if (cycle.policy == DatePolicy::business_days) to_open(1);
  }
  if (cycle.policy == DatePolicy::business_days || cycle.policy == DatePolicy::holiday_after) to_open(1);
  if (cycle.policy == DatePolicy::holiday_before) {
    to_open(-1);
    if (d < range_end) {
      d = range_end;
      to_open(1);
    }
  }
  return d;
}

// What is agreed for the issuer; else for the method; else the contract's.
Cycle cycle_of(const Contract& contract, const Item& item) {
  for (const std::string& issuer : {item.issuer, std::string()}) {
    for (const auto& own : contract.cycle_by_method) {
      if (own.method == item.method && own.issuer == issuer) return own.cycle;
    }
  }
  return contract.cycle;
}

}  // namespace

std::optional<std::string> broken_date(const Case& c, const SettlementLine& of, const Calendar& calendar,
                                       const BusinessDays& days, Tally& tally) {
  const Cycle cycle = cycle_of(c.contract, c.approval);
  if (cycle != cycle_for(c.contract, c.approval)) return "the cycle is that of the method, or the contract's";
  SettlementLine line = of;
  const auto basis = basis_of(line.item, cycle.basis);
  const bool waits_for_its_slip = cycle.basis == BasisKind::acquisition && line.item.has_acquisition &&
                                  line.item.acquired == BusinessDate{};
  if (basis.has_value() == waits_for_its_slip)
    return "there is a basis date unless the slip isn't requested yet";
  if (!basis) return std::nullopt;
  const BusinessDate run = std::max(c.run, *basis);
  if (!date_line(line, cycle, *basis, run, days)) return "the calendar reaches so far";
  if (line.basis != *basis) return "the basis date is kept";
  ++tally.dated;
  tally.dated_by_method += cycle == c.contract.cycle ? 0 : 1;
  tally.late += line.late ? 1 : 0;
  if (line.late != (*basis < run)) return "a line whose basis is before the run is late";
  if (cycle.kind == CycleKind::manual) {
    return line.payout_date == BusinessDate{} ? std::nullopt
                                              : std::optional<std::string>("a manual cycle isn't dated");
  }
  const BusinessDate paid = line.payout_date;
  if (paid < *basis || paid < run) return "a payout date is never before its basis or run";
  if (cycle.policy != DatePolicy::calendar_day && !is_open(paid, calendar))
    return "a payout date is a business day";
  if (walked(cycle, run, calendar) != paid)
    return "a payout date, walked day by day, is " + to_text(*walked(cycle, run, calendar));
  SettlementLine next = of;
  if (!date_line(next, cycle, later(*basis, 1), later(run, 1), days) || next.payout_date < paid) {
    return "a later basis is never paid earlier";
  }
  return std::nullopt;
}

}  // namespace wonjang::settlement
