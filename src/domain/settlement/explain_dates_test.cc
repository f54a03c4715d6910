#include "domain/settlement/explain_dates.h"

#include <gtest/gtest.h>

namespace wonjang::settlement {
namespace {

BusinessDate date_on(const char* text) { return *parse_business_date(text); }

Calendar kr_of_2026() {
  return {"KR",
          3,
          "test",
          date_on("2026-01-01"),
          date_on("2027-01-01"),
          {{date_on("2026-09-24"), DayKind::holiday, "Chuseok"},
           {date_on("2026-09-25"), DayKind::holiday, "Chuseok"}}};
}

SettlementLine dated(const Cycle& cycle, const char* basis, const char* run) {
  const Calendar calendar = kr_of_2026();
  SettlementLine line;
  EXPECT_TRUE(date_line(line, cycle, date_on(basis), date_on(run), BusinessDays(calendar)));
  return line;
}

DatesAgain again(const SettlementLine& line, const Cycle& cycle, const char* run) {
  const Calendar calendar = kr_of_2026();
  return explain_dates(line, cycle, calendar, BusinessDays(calendar), date_on(run));
}

std::string told(const DatesAgain& dates) {
  std::string out;
  for (const auto& step : dates.steps) {
    if (!out.empty()) out += " / ";
    out += step.rule + ": " + step.formula + " [" + (step.date ? to_text(*step.date) : "no date") + "]";
  }
  return out + dates.differs;
}

TEST(ExplainDates, tell_the_lag_with_the_closed_days_in_it_and_the_calendar) {
  const Cycle cycle;
  EXPECT_EQ(told(again(dated(cycle, "2026-09-23", "2026-09-23"), cycle, "2026-09-23")),
            "lag: 2026-09-23 + 2 business days = 2026-09-29; closed: 2026-09-24 Chuseok, 2026-09-25 Chuseok, "
            "2026-09-26 Saturday, 2026-09-27 Sunday [2026-09-29] / "
            "payout date: basis 2026-09-23, calendar KR version 3; due 2026-09-29 [2026-09-29]");
}

TEST(ExplainDates, tell_a_closed_basis_that_rolls_and_a_week_that_ends) {
  Cycle cycle;
  cycle.kind = CycleKind::weekly;
  cycle.lag_days = 1;
  EXPECT_EQ(told(again(dated(cycle, "2026-11-18", "2026-11-18"), cycle, "2026-11-18")),
            "range: the week of 2026-11-18 ends on 2026-11-22 [2026-11-22] / "
            "roll: 2026-11-22 rolls forward to 2026-11-23; closed: 2026-11-22 Sunday [2026-11-23] / "
            "lag: 2026-11-23 + 1 business day = 2026-11-24 [2026-11-24] / "
            "payout date: basis 2026-11-18, calendar KR version 3; due 2026-11-24 [2026-11-24]");
}

TEST(ExplainDates, tell_a_late_line_and_where_a_closed_day_goes) {
  Cycle cycle;
  cycle.policy = DatePolicy::holiday_before;
  cycle.lag_days = 3;
  EXPECT_EQ(told(again(dated(cycle, "2026-11-16", "2026-11-19"), cycle, "2026-11-19")),
            "late: basis 2026-11-16, whose own run was over: counted from the run [2026-11-19] / "
            "lag: 2026-11-19 + 3 calendar days = 2026-11-22 [2026-11-22] / "
            "policy: 2026-11-22 is closed: the business day before; closed: 2026-11-21 Saturday, 2026-11-22 "
            "Sunday [2026-11-20] / "
            "payout date: basis 2026-11-16, late, calendar KR version 3; due 2026-11-20 [2026-11-20]");
  cycle.policy = DatePolicy::holiday_after;
  EXPECT_EQ(again(dated(cycle, "2026-11-19", "2026-11-19"), cycle, "2026-11-19").steps.back().date,
            date_on("2026-11-23"));
}

// Found by review: a wrong day was taken over and counted as the same.
TEST(ExplainDates, a_day_that_the_calendar_does_not_give_is_named) {
  const Cycle cycle;
  auto line = dated(cycle, "2026-11-18", "2026-11-18");
  EXPECT_EQ(again(line, cycle, "2026-11-18").differs, "");
  line.payout_date = date_on("2026-11-19");
  EXPECT_EQ(again(line, cycle, "2026-11-18").differs,
            "calendar KR version 3 gives the payout day 2026-11-20, the line says 2026-11-19");
  line = dated(cycle, "2026-11-18", "2026-11-18");
  line.late = true;
  EXPECT_NE(again(line, cycle, "2026-11-18").differs, "");
  line = dated(cycle, "2026-11-18", "2026-11-18");
  line.basis = date_on("2027-03-01");
  EXPECT_NE(again(line, cycle, "2026-11-18").differs.find("doesn't reach"), std::string::npos);
}

TEST(ExplainDates, a_manual_cycle_has_none) {
  Cycle cycle;
  cycle.kind = CycleKind::manual;
  const auto dates = again(dated(cycle, "2026-11-18", "2026-11-18"), cycle, "2026-11-18");
  EXPECT_TRUE(dates.steps.empty());
  EXPECT_EQ(dates.differs, "");
}

}  // namespace
}  // namespace wonjang::settlement
