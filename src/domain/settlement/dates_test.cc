#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "domain/settlement/calendar.h"
#include "domain/settlement/contract.h"
#include "domain/settlement/fee.h"
#include "domain/settlement/shipped_calendars.h"
#include "testing/golden_table.h"

namespace wonjang::settlement {
namespace {

const Calendar& kr() {
  static const Calendar calendar = parse_calendar(shipped_calendar("KR")).calendar.value();
  return calendar;
}
const BusinessDays& days() {
  static const BusinessDays business_days(kr());
  return business_days;
}

BusinessDate date_of(std::string_view text) {
  const auto date = parse_business_date(text);
  EXPECT_TRUE(date) << text;
  return date.value_or(BusinessDate{});
}

const std::map<std::string, DatePolicy> kPolicies = {{"business_days", DatePolicy::business_days},
                                                     {"holiday_before", DatePolicy::holiday_before},
                                                     {"holiday_after", DatePolicy::holiday_after},
                                                     {"calendar_day", DatePolicy::calendar_day}};
const std::map<std::string, CycleKind> kCycleKinds = {{"daily", CycleKind::daily},
                                                      {"weekly", CycleKind::weekly},
                                                      {"monthly", CycleKind::monthly},
                                                      {"manual", CycleKind::manual}};

struct Case {
  Cycle cycle;
  BusinessDate basis;
};
Case case_of(const std::string& input) {
  std::istringstream in(input);
  std::string kind, roll, policy, basis;
  Case c;
  EXPECT_TRUE(in >> kind >> roll >> c.cycle.lag_days >> policy >> basis) << input;
  if (const auto colon = kind.find(':'); colon != std::string::npos) {
    c.cycle.week_end = static_cast<std::uint32_t>(std::stoul(kind.substr(colon + 1)));
    kind.resize(colon);
  }
  EXPECT_TRUE(kCycleKinds.count(kind) == 1 && kPolicies.count(policy) == 1) << input;
  EXPECT_TRUE(roll == "forward" || roll == "none") << input;
  c.cycle.kind = kCycleKinds.at(kind);
  c.cycle.policy = kPolicies.at(policy);
  c.cycle.roll = roll == "forward" ? BasisRoll::forward : BasisRoll::none;
  c.basis = date_of(basis);
  return c;
}

TEST(PayoutDates, table) {
  constexpr std::array<const char*, 7> kWeekdays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  expect_golden_table(WJ_SETTLEMENT_DIR "/testdata/payout_dates.txt", 70, [&](const std::string& input) {
    const Case c = case_of(input);
    const auto paid = payout_date_of(c.cycle, c.basis, days());
    if (!paid.date) return std::string(paid.known ? "nobody says" : "not covered");
    return to_text(*paid.date) + " " + kWeekdays[static_cast<std::size_t>(weekday_of(*paid.date) - 1)] +
           " +" + std::to_string(paid.date->days - c.basis.days);
  });
}

// What the notice says, whatever WJ_UPDATE wrote into the table.
TEST(PayoutDates, the_published_ones) {
  const auto paid = [](std::uint32_t lag, std::string_view basis) {
    const Cycle cycle{.lag_days = lag};
    return payout_date_of(cycle, date_of(basis), days()).date;
  };
  EXPECT_EQ(paid(6, "2022-04-26"), date_of("2022-05-04"));
  EXPECT_EQ(paid(6, "2022-04-27"), date_of("2022-05-06"));
  EXPECT_EQ(paid(6, "2022-04-28"), date_of("2022-05-09"));
  EXPECT_EQ(paid(3, "2022-04-29"), date_of("2022-05-04"));
}

std::vector<Cycle> all_cycles() {
  std::vector<Cycle> out;
  const auto add = [&](CycleKind kind, std::uint32_t week_end) {
    for (const auto roll : {BasisRoll::forward, BasisRoll::none}) {
      for (const auto& [name, policy] : kPolicies) {
        for (std::uint32_t lag = 0; lag <= 10; ++lag) {
          out.push_back(
              {.kind = kind, .roll = roll, .lag_days = lag, .policy = policy, .week_end = week_end});
        }
      }
    }
  };
  add(CycleKind::daily, 7);
  add(CycleKind::monthly, 7);
  for (const std::uint32_t week_end : {1U, 3U, 5U, 6U, 7U}) add(CycleKind::weekly, week_end);
  return out;
}

std::string shown(const Cycle& cycle, BusinessDate basis) {
  return "cycle " + std::to_string(static_cast<int>(cycle.kind)) + " roll " +
         std::to_string(static_cast<int>(cycle.roll)) + " policy " +
         std::to_string(static_cast<int>(cycle.policy)) + " lag " + std::to_string(cycle.lag_days) +
         " week end " + std::to_string(cycle.week_end) + " basis " + to_text(basis);
}

// Over every day of the calendar: on a business day, never before the range has ended, never sooner than what
// has an earlier basis. Once the calendar doesn't reach, it never does again.
TEST(PayoutDates, every_day_of_19_years_under_every_cycle) {
  std::uint64_t dated = 0;
  for (const auto& cycle : all_cycles()) {
    BusinessDate latest{};
    bool reached_end = false;
    for (BusinessDate basis = kr().from; basis < kr().until; ++basis.days) {
      const auto paid = payout_date_of(cycle, basis, days());
      EXPECT_EQ(paid.known, paid.date.has_value());
      if (!paid.date) {
        reached_end = true;
        ASSERT_GT(basis.days, kr().until.days - 60) << shown(cycle, basis);
        continue;
      }
      ++dated;
      ASSERT_FALSE(reached_end) << shown(cycle, basis);
      ASSERT_GE(*paid.date, range_end_of(cycle, basis)) << shown(cycle, basis);
      ASSERT_GE(*paid.date, latest) << shown(cycle, basis);
      if (cycle.policy != DatePolicy::calendar_day) {
        ASSERT_EQ(days().is_business_day(*paid.date), true) << shown(cycle, basis);
      }
      latest = *paid.date;
    }
  }
  EXPECT_GT(dated, 4'000'000U);
}

// korean-payments.md 8, word by word, with a set of closed days of its own.
TEST(PayoutDates, are_those_of_the_rule_written_down) {
  std::set<std::int32_t> closed;
  for (const auto& c : kr().closed) closed.insert(c.date.days);
  const auto is_open = [&](std::int32_t d) {
    return (d + 3) % 7 < 5 && closed.count(d) == 0;
  };  // 0 is a Thursday
  const std::int32_t last = kr().until.days - 40;
  for (std::uint32_t lag = 0; lag <= 10; ++lag) {
    const Cycle cycle{.lag_days = lag};
    for (BusinessDate basis = kr().from; basis.days < last; ++basis.days) {
      std::int32_t d = basis.days;
      while (!is_open(d)) ++d;
      for (std::uint32_t i = 0; i < lag; ++i) {
        ++d;
        while (!is_open(d)) ++d;
      }
      ASSERT_EQ(payout_date_of(cycle, basis, days()).date, BusinessDate{d}) << shown(cycle, basis);
    }
  }
}

TEST(PayoutDates, ranges_end_on_or_after_the_basis_and_once) {
  for (const auto& cycle : all_cycles()) {
    if (cycle.lag_days != 0 || cycle.roll != BasisRoll::none) continue;
    for (BusinessDate basis = kr().from; basis < kr().until; ++basis.days) {
      const auto end = range_end_of(cycle, basis);
      ASSERT_GE(end, basis);
      ASSERT_LE(end.days, basis.days + (cycle.kind == CycleKind::monthly ? 30 : 6));
      ASSERT_EQ(range_end_of(cycle, end), end);
      if (cycle.kind == CycleKind::weekly) {
        ASSERT_EQ(weekday_of(end), static_cast<int>(cycle.week_end));
      }
      if (cycle.kind == CycleKind::monthly) {
        ASSERT_EQ(to_text(BusinessDate{end.days + 1}).substr(8), "01");
        ASSERT_EQ(to_text(end).substr(0, 7), to_text(basis).substr(0, 7));
      }
    }
  }
}

TEST(BasisDate, is_the_day_in_seoul) {
  Item item;
  item.at = start_of(date_of("2026-11-22")).plus_us(-1);
  EXPECT_EQ(basis_of(item, BasisKind::approval), date_of("2026-11-21"));
  item.at = start_of(date_of("2026-11-22"));
  EXPECT_EQ(basis_of(item, BasisKind::approval), date_of("2026-11-22"));
}

TEST(BasisDate, of_an_acquisition_waits_for_its_request) {
  Item item;
  item.at = start_of(date_of("2026-11-22"));
  item.has_acquisition = true;
  EXPECT_EQ(basis_of(item, BasisKind::acquisition), std::nullopt);
  EXPECT_EQ(basis_of(item, BasisKind::approval), date_of("2026-11-22"));
  item.acquired = date_of("2026-11-24");
  EXPECT_EQ(basis_of(item, BasisKind::acquisition), date_of("2026-11-24"));
  EXPECT_EQ(basis_of(item, BasisKind::approval), date_of("2026-11-22"));
}

TEST(BasisDate, of_what_has_no_slip_is_its_movement) {
  Item item;
  item.at = start_of(date_of("2026-11-22"));
  EXPECT_EQ(basis_of(item, BasisKind::acquisition), date_of("2026-11-22"));
  EXPECT_EQ(basis_of(item, BasisKind::unknown), std::nullopt);
}

TEST(DateLine, a_line_in_time_is_paid_by_its_basis) {
  SettlementLine line;
  EXPECT_TRUE(date_line(line, Cycle{}, date_of("2026-11-20"), date_of("2026-11-20"), days()));
  EXPECT_EQ(line.basis, date_of("2026-11-20"));
  EXPECT_EQ(line.payout_date, date_of("2026-11-24"));
  EXPECT_FALSE(line.late);
}

TEST(DateLine, a_late_line_keeps_its_basis_and_is_paid_by_the_run) {
  SettlementLine line;
  EXPECT_TRUE(date_line(line, Cycle{}, date_of("2026-11-10"), date_of("2026-11-20"), days()));
  EXPECT_EQ(line.basis, date_of("2026-11-10"));
  EXPECT_EQ(line.payout_date, date_of("2026-11-24"));
  EXPECT_TRUE(line.late);
}

TEST(DateLine, a_manual_cycle_gives_no_payout_date) {
  SettlementLine line;
  line.payout_date = date_of("2026-01-01");
  EXPECT_TRUE(
      date_line(line, {.kind = CycleKind::manual}, date_of("2040-01-01"), date_of("2040-01-01"), days()));
  EXPECT_EQ(line.basis, date_of("2040-01-01"));
  EXPECT_EQ(line.payout_date, BusinessDate{});
}

TEST(DateLine, beyond_the_calendar_the_line_stays_as_it_was) {
  SettlementLine line;
  line.basis = date_of("2026-01-01");
  const SettlementLine before = line;
  EXPECT_FALSE(date_line(line, Cycle{}, date_of("2030-12-31"), date_of("2030-12-31"), days()));
  EXPECT_FALSE(date_line(line, Cycle{}, date_of("2026-11-20"), date_of("2031-01-02"), days()));
  EXPECT_EQ(line, before);
}

// An enum value that a later program wrote: nothing is guessed.
TEST(DateLine, a_policy_nobody_knows_gives_no_date) {
  const auto paid = payout_date_of({.policy = static_cast<DatePolicy>(99)}, date_of("2026-11-20"), days());
  EXPECT_FALSE(paid.date);
  EXPECT_FALSE(paid.known);
}

}  // namespace
}  // namespace wonjang::settlement
