#include "domain/settlement/calendar.h"

#include <gtest/gtest.h>

#include <limits>

namespace wonjang::settlement {
namespace {

BusinessDate day(std::string_view text) {
  const auto date = parse_business_date(text);
  EXPECT_TRUE(date) << text;
  return date.value_or(BusinessDate{});
}

ClosedDay closed(std::string_view date, std::string name, DayKind kind = DayKind::holiday) {
  return {day(date), kind, std::move(name)};
}

// May 2022: Sunday 1st, closed on Thursday 5th.
Calendar may() {
  return {
      .code = "KR",
      .version = 0,
      .source = "made up",
      .from = day("2022-05-01"),
      .until = day("2022-06-01"),
      .closed = {closed("2022-05-01", "근로자의 날", DayKind::labour_day), closed("2022-05-05", "어린이날")}};
}

TEST(Calendar, a_sound_one_has_no_fault) {
  EXPECT_EQ(fault_of(may()), std::nullopt);
  auto none_closed = may();
  none_closed.closed.clear();
  EXPECT_EQ(fault_of(none_closed), std::nullopt);
}

TEST(Calendar, a_code_is_short_and_plain) {
  for (const auto* code : {"A", "KR", "KR_BANK-2", "ABCDEFGHIJKLMNOP"}) {
    auto calendar = may();
    calendar.code = code;
    EXPECT_EQ(fault_of(calendar), std::nullopt) << code;
  }
  for (const auto* code : {"", "kr", "K R", "KR/1", "ABCDEFGHIJKLMNOPQ", "한"}) {
    auto calendar = may();
    calendar.code = code;
    EXPECT_TRUE(fault_of(calendar)) << code;
  }
}

TEST(Calendar, names_and_sources_fit_into_a_line) {
  const std::string bad_texts[] = {
      "", " x", "x ", "a\nb", "a\tb", "a#b", "\xFF", std::string(501, 'x'), "\xC2\x85"};
  for (const auto& text : bad_texts) {
    auto calendar = may();
    calendar.source = text;
    EXPECT_TRUE(fault_of(calendar)) << text;
    calendar = may();
    calendar.closed[1].name = text;
    const auto fault = fault_of(calendar);
    ASSERT_TRUE(fault) << text;
    EXPECT_NE(fault->find("2022-05-05"), std::string::npos) << *fault;
  }
  auto calendar = may();
  calendar.closed[1].name = std::string(200, 'x');
  calendar.source = std::string(500, 'x');
  EXPECT_EQ(fault_of(calendar), std::nullopt);
  calendar.closed[1].name += 'x';
  EXPECT_TRUE(fault_of(calendar));
}

TEST(Calendar, covers_at_least_a_day_and_at_most_100_years) {
  const auto covering = [](BusinessDate from, BusinessDate until) {
    return fault_of(
        Calendar{.code = "X", .version = 0, .source = "x", .from = from, .until = until, .closed = {}});
  };
  EXPECT_TRUE(covering(day("2022-05-01"), day("2022-05-01")));
  EXPECT_TRUE(covering(day("2022-05-02"), day("2022-05-01")));
  EXPECT_FALSE(covering(day("2022-05-01"), day("2022-05-02")));
  EXPECT_FALSE(covering({0}, {36'525}));
  EXPECT_TRUE(covering({0}, {36'526}));
  EXPECT_TRUE(covering({-1}, {10}));
  EXPECT_TRUE(covering(day("9999-12-01"), {day("9999-12-31").days + 2}));
  EXPECT_FALSE(covering(day("9999-12-01"), {day("9999-12-31").days + 1}));
  EXPECT_TRUE(
      covering({std::numeric_limits<std::int32_t>::min()}, {std::numeric_limits<std::int32_t>::max()}));
}

TEST(Calendar, days_rise_have_a_kind_and_are_covered) {
  auto calendar = may();
  calendar.closed = {closed("2022-05-05", "a"), closed("2022-05-05", "b")};
  EXPECT_EQ(fault_of(calendar), "2022-05-05 stands twice");
  calendar.closed = {closed("2022-05-06", "a"), closed("2022-05-05", "b")};
  EXPECT_EQ(fault_of(calendar), "2022-05-05 stands after 2022-05-06: dates must rise");
  calendar.closed = {closed("2022-04-30", "a")};
  EXPECT_EQ(fault_of(calendar), "a day outside the covered ones, 2022-05-01 to 2022-05-31");
  calendar.closed = {closed("2022-06-01", "a")};
  EXPECT_TRUE(fault_of(calendar));
  calendar.closed = {closed("2022-05-05", "a", DayKind::unknown)};
  EXPECT_EQ(fault_of(calendar), "2022-05-05 has no kind");
  calendar.closed = {closed("2022-05-05", "a", static_cast<DayKind>(200))};
  EXPECT_TRUE(fault_of(calendar));
}

TEST(Calendar, difference_tells_added_removed_and_changed_days) {
  const auto older = may();
  auto newer = may();
  newer.closed = {closed("2022-05-02", "임시공휴일", DayKind::temporary),
                  closed("2022-05-05", "Children's Day"), closed("2022-05-09", "last")};
  const auto changes = difference(older, newer);
  ASSERT_EQ(changes.size(), 5U);
  const auto expect = [&](std::size_t i, const ClosedDay& what, bool added) {
    EXPECT_EQ(changes[i].day, what) << i;
    EXPECT_EQ(changes[i].added, added) << i;
  };
  expect(0, older.closed[0], false);
  expect(1, newer.closed[0], true);
  expect(2, older.closed[1], false);
  expect(3, newer.closed[1], true);
  expect(4, newer.closed[2], true);
  EXPECT_TRUE(difference(older, older).empty());
  EXPECT_EQ(difference(newer, Calendar{}).size(), 3U);
}

TEST(BusinessDays, weekends_and_closed_days_are_no_business_days) {
  const BusinessDays days(may());
  EXPECT_EQ(days.is_business_day(day("2022-05-01")), false);
  EXPECT_EQ(days.is_business_day(day("2022-05-02")), true);
  EXPECT_EQ(days.is_business_day(day("2022-05-05")), false);
  EXPECT_EQ(days.is_business_day(day("2022-05-07")), false);
  EXPECT_EQ(days.is_business_day(day("2022-05-31")), true);
}

TEST(BusinessDays, outside_of_the_covered_days_nobody_knows) {
  const BusinessDays days(may());
  for (const auto* outside : {"2022-04-30", "2022-06-01", "1970-01-01", "9999-12-31"}) {
    EXPECT_EQ(days.is_business_day(day(outside)), std::nullopt) << outside;
    EXPECT_EQ(days.on_or_after(day(outside)), std::nullopt) << outside;
    EXPECT_EQ(days.on_or_before(day(outside)), std::nullopt) << outside;
    EXPECT_EQ(days.plus(day(outside), 0), std::nullopt) << outside;
  }
  EXPECT_EQ(days.on_or_before(day("2022-05-01")), std::nullopt);
  EXPECT_EQ(days.plus(day("2022-05-30"), 1), day("2022-05-31"));
  EXPECT_EQ(days.plus(day("2022-05-30"), 2), std::nullopt);
  EXPECT_EQ(days.is_business_day({std::numeric_limits<std::int32_t>::max()}), std::nullopt);
  EXPECT_EQ(days.is_business_day({std::numeric_limits<std::int32_t>::min()}), std::nullopt);
}

TEST(BusinessDays, rolls_and_counts) {
  const BusinessDays days(may());
  EXPECT_EQ(days.on_or_after(day("2022-05-04")), day("2022-05-04"));
  EXPECT_EQ(days.on_or_after(day("2022-05-05")), day("2022-05-06"));
  EXPECT_EQ(days.on_or_after(day("2022-05-07")), day("2022-05-09"));
  EXPECT_EQ(days.on_or_before(day("2022-05-05")), day("2022-05-04"));
  EXPECT_EQ(days.on_or_before(day("2022-05-08")), day("2022-05-06"));
  EXPECT_EQ(days.plus(day("2022-05-07"), 0), day("2022-05-07"));
  EXPECT_EQ(days.plus(day("2022-05-07"), 1), day("2022-05-09"));
  EXPECT_EQ(days.plus(day("2022-05-03"), 3), day("2022-05-09"));
}

TEST(BusinessDays, weekdays_and_ends_of_months) {
  EXPECT_EQ(weekday_of({0}), 4);
  EXPECT_EQ(weekday_of({-4}), 7);
  EXPECT_EQ(weekday_of(day("2022-05-01")), 7);
  EXPECT_EQ(weekday_of(day("2022-05-02")), 1);
  EXPECT_EQ(month_end_of(day("2024-02-01")), day("2024-02-29"));
  EXPECT_EQ(month_end_of(day("2023-02-28")), day("2023-02-28"));
  EXPECT_EQ(month_end_of(day("2026-12-31")), day("2026-12-31"));
  EXPECT_EQ(month_end_of(day("2026-12-01")), day("2026-12-31"));
}

}  // namespace
}  // namespace wonjang::settlement
