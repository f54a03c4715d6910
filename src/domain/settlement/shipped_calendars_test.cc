#include "domain/settlement/shipped_calendars.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "domain/settlement/calendar.h"
#include "testing/golden_table.h"

namespace wonjang::settlement {
namespace {

const Calendar& kr() {
  static const Calendar calendar = [] {
    auto parsed = parse_calendar(shipped_calendar("KR"));
    EXPECT_TRUE(parsed.calendar) << parsed.error;
    return parsed.calendar.value_or(Calendar{});
  }();
  return calendar;
}

std::string year_of(BusinessDate date) { return to_text(date).substr(0, 4); }
bool is_weekend(BusinessDate date) { return weekday_of(date) > 5; }

std::string days_text(const std::string& year, const std::vector<DayKind>& kinds) {
  std::string out;
  for (const auto& day : kr().closed) {
    if (year_of(day.date) != year) continue;
    if (std::find(kinds.begin(), kinds.end(), day.kind) == kinds.end()) continue;
    if (!out.empty()) out += ", ";
    out += to_text(day.date).substr(5) + " " + day.name;
  }
  return out.empty() ? "-" : out;
}

TEST(ShippedCalendars, each_can_be_used_under_its_code) {
  for (const auto code : shipped_calendar_codes()) {
    const auto parsed = parse_calendar(shipped_calendar(code));
    ASSERT_TRUE(parsed.calendar) << code << ": " << parsed.error;
    EXPECT_EQ(parsed.calendar->code, code);
  }
  EXPECT_EQ(shipped_calendar("XX"), "");
  EXPECT_EQ(shipped_calendar(""), "");
}

TEST(ShippedCalendars, the_korean_one_covers_2012_to_2030) {
  EXPECT_EQ(to_text(kr().from), "2012-01-01");
  EXPECT_EQ(to_text(kr().until), "2031-01-01");
}

TEST(ShippedCalendars, lunar_days_by_year) {
  expect_golden_table(WJ_SETTLEMENT_DIR "/testdata/kr_lunar.txt", 19, [](const std::string& year) {
    std::map<std::string, std::string> found;
    for (const auto& day : kr().closed) {
      if (year_of(day.date) != year || day.kind != DayKind::holiday) continue;
      for (const auto* name : {"설날", "추석"}) {
        // Not the days around it, which have a blank in their names.
        if (day.name == name || day.name.starts_with(std::string(name) + "·"))
          found[name] = to_text(day.date);
      }
      for (const auto* name : {"부처님 오신 날", "석가탄신일"}) {
        if (day.name.find(name) != std::string::npos) found["부처님"] = to_text(day.date);
      }
    }
    return found["설날"] + " " + found["부처님"] + " " + found["추석"];
  });
}

TEST(ShippedCalendars, substitutes_by_year) {
  expect_golden_table(WJ_SETTLEMENT_DIR "/testdata/kr_substitutes.txt", 19,
                      [](const std::string& year) { return days_text(year, {DayKind::substitute}); });
}

TEST(ShippedCalendars, declared_days_and_elections_by_year) {
  expect_golden_table(WJ_SETTLEMENT_DIR "/testdata/kr_declared.txt", 19, [](const std::string& year) {
    return days_text(year, {DayKind::temporary, DayKind::election});
  });
}

// The decree, read by itself: which holidays get a substitute, since when, and whether Saturdays count.
struct SubstituteRule {
  std::string_view name;
  int since;
  bool saturday;
};
constexpr SubstituteRule kRules[] = {
    {"설날", 2014, false},  {"추석", 2014, false},          {"어린이날", 2014, true},
    {"광복절", 2021, true}, {"개천절", 2021, true},         {"한글날", 2021, true},
    {"3·1절", 2022, true},  {"부처님 오신 날", 2023, true}, {"기독탄신일", 2023, true},
    {"제헌절", 2026, true}, {"노동절", 2026, true},
};
constexpr std::string_view kWithoutSubstitute[] = {"1월 1일", "현충일", "석가탄신일"};

bool names(const ClosedDay& day, std::string_view name) { return day.name.find(name) != std::string::npos; }

bool is_two_holidays(const ClosedDay& day) {
  int count = 0;
  for (const auto& rule : kRules) count += names(day, rule.name) ? 1 : 0;
  for (const auto& name : kWithoutSubstitute) count += names(day, name) ? 1 : 0;
  return count > 1;
}

bool gets_substitute(const ClosedDay& day) {
  if (day.kind != DayKind::holiday && day.kind != DayKind::labour_day) return false;
  const int year = std::stoi(year_of(day.date));
  return std::any_of(std::begin(kRules), std::end(kRules), [&](const SubstituteRule& rule) {
    if (!names(day, rule.name) || year < rule.since) return false;
    const int weekday = weekday_of(day.date);
    return weekday == 7 || (rule.saturday && weekday == 6) || (weekday < 6 && is_two_holidays(day));
  });
}

TEST(ShippedCalendars, substitutes_are_those_of_the_decree) {
  std::set<BusinessDate> closed_anyway;
  std::set<BusinessDate> stand;
  for (const auto& day : kr().closed)
    (day.kind == DayKind::substitute ? stand : closed_anyway).insert(day.date);
  std::set<BusinessDate> due;
  for (const auto& day : kr().closed) {
    if (!gets_substitute(day)) continue;
    BusinessDate date{day.date.days + 1};
    while (is_weekend(date) || closed_anyway.count(date) > 0) ++date.days;
    due.insert(date);
  }
  EXPECT_EQ(stand, due);
  EXPECT_EQ(stand.size(), 38U);
}

TEST(ShippedCalendars, every_year_has_its_fixed_days) {
  const std::map<std::string, int> since = {
      {"01-01", 2012}, {"03-01", 2012}, {"05-01", 2012}, {"05-05", 2012}, {"06-06", 2012},
      {"07-17", 2026}, {"08-15", 2012}, {"10-03", 2012}, {"10-09", 2013}, {"12-25", 2012}};
  std::set<std::string> closed;
  for (const auto& day : kr().closed) closed.insert(to_text(day.date));
  for (int year = 2012; year <= 2030; ++year) {
    for (const auto& [date, first] : since) {
      EXPECT_EQ(closed.count(std::to_string(year) + "-" + date), year >= first ? 1U : 0U)
          << year << "-" << date;
    }
  }
}

TEST(ShippedCalendars, three_days_around_seollal_and_chuseok) {
  for (const std::string name : {"설날", "추석"}) {
    int middles = 0;
    for (std::size_t i = 1; i + 1 < kr().closed.size(); ++i) {
      const auto& day = kr().closed[i];
      if (day.kind != DayKind::holiday || !(day.name == name || day.name.starts_with(name + "·"))) continue;
      ++middles;
      const auto& before = kr().closed[i - 1];
      const auto& after = kr().closed[i + 1];
      EXPECT_EQ(before.date.days, day.date.days - 1) << to_text(day.date);
      EXPECT_TRUE(names(before, name + " 전날")) << before.name;
      EXPECT_EQ(after.date.days, day.date.days + 1) << to_text(day.date);
      EXPECT_TRUE(names(after, name + " 다음 날")) << after.name;
    }
    EXPECT_EQ(middles, 19) << name;
  }
}

}  // namespace
}  // namespace wonjang::settlement
