#include "domain/settlement/explain_dates.h"

#include <algorithm>

namespace wonjang::settlement {
namespace {

constexpr int kSixthDay = 6;
constexpr int kSeventhDay = 7;

std::string days_text(std::uint32_t n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

class DateExplainer {
 public:
  DateExplainer(const Cycle& cycle, const Calendar& calendar, const BusinessDays& days)
      : cycle_(cycle), calendar_(calendar), days_(days) {}

  std::vector<ExplainStep> steps(BusinessDate basis, BusinessDate run, BusinessDate paid) {
    const BusinessDate start = std::max(basis, run);
    if (basis < run)
      add("late", "basis " + to_text(basis) + ", whose own run was over: counted from the run", start);
    const BusinessDate end = range_end_of(cycle_, start);
    if (cycle_.kind == CycleKind::weekly)
      add("range", "the week of " + to_text(start) + " ends on " + to_text(end), end);
    if (cycle_.kind == CycleKind::monthly)
      add("range", "the month of " + to_text(start) + " ends on " + to_text(end), end);
    const BusinessDate rolled = roll(end);
    const BusinessDate due = lag(rolled, paid);
    if (due != paid) add("policy", policy(due, paid), paid);
    add("payout date",
        "basis " + to_text(basis) + (basis < run ? ", late" : "") + ", calendar " + calendar_.code +
            " version " + std::to_string(calendar_.version) + "; due " + to_text(paid),
        paid);
    return std::move(steps_);
  }

 private:
  void add(std::string rule, std::string formula, BusinessDate date) {
    steps_.push_back({std::move(rule), std::move(formula), 0, date});
  }

  std::string closed_day(BusinessDate date) const {
    const auto found = std::ranges::lower_bound(calendar_.closed, date, {}, &ClosedDay::date);
    if (found != calendar_.closed.end() && found->date == date) return to_text(date) + " " + found->name;
    const int weekday = weekday_of(date);
    const char* const name = weekday == kSixthDay ? " Saturday" : weekday == kSeventhDay ? " Sunday" : "";
    return to_text(date) + name;
  }
  // "; closed: 2026-11-21 Saturday, 2026-11-22 Sunday" of [from, until); empty: all are open.
  std::string closed_in(BusinessDate from, BusinessDate until) const {
    std::string out;
    for (BusinessDate date = from; date < until; ++date.days) {
      if (days_.is_business_day(date).value_or(true)) continue;
      out += (out.empty() ? "; closed: " : ", ") + closed_day(date);
    }
    return out;
  }

  BusinessDate roll(BusinessDate end) {
    if (cycle_.roll != BasisRoll::forward) return end;
    const BusinessDate rolled = days_.on_or_after(end).value_or(end);
    if (rolled != end)
      add("roll", to_text(end) + " rolls forward to " + to_text(rolled) + closed_in(end, rolled), rolled);
    return rolled;
  }
  // `paid`: where business days lead to.
  BusinessDate lag(BusinessDate rolled, BusinessDate paid) {
    const bool counts_business_days = cycle_.policy == DatePolicy::business_days;
    const BusinessDate due =
        counts_business_days ? paid : BusinessDate{rolled.days + static_cast<std::int32_t>(cycle_.lag_days)};
    const auto what = days_text(cycle_.lag_days, counts_business_days ? "business day" : "calendar day");
    const BusinessDate first{rolled.days + 1};
    add("lag",
        to_text(rolled) + " + " + what + " = " + to_text(due) +
            (counts_business_days ? closed_in(first, due) : std::string()),
        due);
    return due;
  }
  std::string policy(BusinessDate due, BusinessDate paid) const {
    const bool is_before = paid < due;
    return to_text(due) + " is closed: the business day " + (is_before ? "before" : "after") +
           (is_before ? closed_in({paid.days + 1}, {due.days + 1}) : closed_in(due, paid));
  }

  const Cycle& cycle_;
  const Calendar& calendar_;
  const BusinessDays& days_;
  std::vector<ExplainStep> steps_;
};

}  // namespace

DatesAgain explain_dates(const SettlementLine& line, const Cycle& cycle, const Calendar& calendar,
                         const BusinessDays& days, BusinessDate run) {
  DatesAgain out;
  const BusinessDate from = std::max(run, line.basis);
  SettlementLine again;
  if (!date_line(again, cycle, line.basis, from, days)) {
    out.differs = "calendar " + calendar.code + " version " + std::to_string(calendar.version) +
                  " doesn't reach the payout day";
    return out;
  }
  if (again.payout_date != BusinessDate{})
    out.steps = DateExplainer(cycle, calendar, days).steps(line.basis, from, again.payout_date);
  const auto day_of = [](BusinessDate date) { return date == BusinessDate{} ? "no day" : to_text(date); };
  if (again.payout_date != line.payout_date) {
    out.differs = "calendar " + calendar.code + " version " + std::to_string(calendar.version) +
                  " gives the payout day " + day_of(again.payout_date) + ", the line says " +
                  day_of(line.payout_date);
  } else if (again.late != line.late) {
    out.differs = "by its basis date " + to_text(line.basis) + " and the run of " + to_text(run) + " it is " +
                  (again.late ? "late" : "not late") + ", the line says otherwise";
  }
  return out;
}

}  // namespace wonjang::settlement
