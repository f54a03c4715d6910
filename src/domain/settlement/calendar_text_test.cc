#include <gtest/gtest.h>

#include "domain/settlement/calendar.h"

namespace wonjang::settlement {
namespace {

const std::string kHead = "code KR\nsource made up\ncovers 2022-05-01 2022-06-01\n";

TEST(CalendarText, every_part_is_read) {
  const auto parsed = parse_calendar(
      "# a comment\n\ncode KR   # of the country\nsource a book, page 7\ncovers 2022-05-01  2022-06-01\n\n"
      "2022-05-01 labour_day 근로자의 날\n  2022-05-05\tholiday \t 어린이날 # and a comment\n"
      "2022-05-06 temporary a  b\n2022-05-09 election x\n2022-05-10 substitute 대체공휴일(3·1절)");
  ASSERT_TRUE(parsed.calendar) << parsed.error;
  const auto& calendar = *parsed.calendar;
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(calendar.code, "KR");
  EXPECT_EQ(calendar.version, 0U);
  EXPECT_EQ(calendar.source, "a book, page 7");
  EXPECT_EQ(to_text(calendar.from), "2022-05-01");
  EXPECT_EQ(to_text(calendar.until), "2022-06-01");
  ASSERT_EQ(calendar.closed.size(), 5U);
  EXPECT_EQ(calendar.closed[0].kind, DayKind::labour_day);
  EXPECT_EQ(calendar.closed[0].name, "근로자의 날");
  EXPECT_EQ(calendar.closed[1].kind, DayKind::holiday);
  EXPECT_EQ(calendar.closed[1].name, "어린이날");
  EXPECT_EQ(calendar.closed[2].kind, DayKind::temporary);
  EXPECT_EQ(calendar.closed[2].name, "a  b");
  EXPECT_EQ(calendar.closed[3].kind, DayKind::election);
  EXPECT_EQ(calendar.closed[4].kind, DayKind::substitute);
}

TEST(CalendarText, written_and_read_again_it_is_the_same) {
  const auto parsed = parse_calendar(kHead + "2022-05-05 holiday 어린이날\n2022-05-09 substitute x y\n");
  ASSERT_TRUE(parsed.calendar) << parsed.error;
  const auto text = to_text(*parsed.calendar);
  EXPECT_EQ(text, kHead + "\n2022-05-05 holiday 어린이날\n2022-05-09 substitute x y\n");
  EXPECT_EQ(parse_calendar(text).calendar, parsed.calendar);
}

TEST(CalendarText, a_file_of_another_system_is_the_same_calendar) {
  const auto plain = parse_calendar(kHead + "2022-05-05 holiday 어린이날\n");
  std::string other = "\xEF\xBB\xBF" + kHead + "2022-05-05 holiday 어린이날\n";
  for (std::size_t at = 0; (at = other.find('\n', at)) != std::string::npos; at += 2)
    other.insert(at, 1, '\r');
  ASSERT_TRUE(plain.calendar);
  EXPECT_EQ(parse_calendar(other).calendar, plain.calendar);
}

TEST(CalendarText, no_closed_day_at_all_is_a_calendar) { EXPECT_TRUE(parse_calendar(kHead).calendar); }

struct Bad {
  std::string text;
  std::string error;  // its beginning
};

void expect_errors(const std::vector<Bad>& cases) {
  for (const auto& c : cases) {
    const auto parsed = parse_calendar(c.text);
    EXPECT_FALSE(parsed.calendar) << c.text;
    EXPECT_EQ(parsed.error.substr(0, c.error.size()), c.error) << parsed.error << "\n" << c.text;
  }
}

TEST(CalendarText, what_is_missing_is_named_with_the_line) {
  expect_errors({
      {"", "line 1: the text ends without `code`"},
      {"\n\n", "line 2: the text ends without `code`"},
      {"code KR\nsource x\n", "line 2: the text ends without `covers`"},
      {"source x\ncovers 2022-05-01 2022-06-01", "line 2: the text ends without `code`"},
      {"code KR\n2022-05-05 holiday x", "line 2: `source` must come before the first day"},
      {kHead + "2022-05-05", "line 4: after the date comes a kind, and this is none: holiday, substitute"},
      {kHead + "2022-05-05 holiday", "line 4: the name of 2022-05-05 is missing"},
      {kHead + "\n# x\n2022-05-05 holiday # x", "line 6: the name of 2022-05-05 is missing"},
      {"code KR\nsource\ncovers 2022-05-01 2022-06-01", "line 2: the source is missing"},
      {"source x\ncovers 2022-05-01 2022-06-01\ncode", "line 3: the code must be"},
  });
}

TEST(CalendarText, headers_stand_once_and_before_the_days) {
  expect_errors({
      {"code KR\n\ncode KR", "line 3: `code` stands a second time, the first is in line 1"},
      {kHead + "source y", "line 4: `source` stands a second time, the first is in line 2"},
      {kHead + "covers 2022-05-01 2022-06-01", "line 4: `covers` stands a second time"},
      {kHead + "2022-05-05 holiday x\ncode US", "line 5: `code` stands a second time"},
  });
}

TEST(CalendarText, what_cant_be_read_is_named_with_the_line) {
  expect_errors({
      {"codes KR", "line 1: 'codes' is neither a date like 2026-02-16 nor `code`, `source` or `covers`"},
      {kHead + "2022-02-30 holiday x", "line 4: '2022-02-30' is neither a date"},
      {kHead + "2022-5-5 holiday x", "line 4: '2022-5-5' is neither a date"},
      {kHead + "설날 holiday x", "line 4: this is neither a date"},
      {kHead + std::string(41, 'x'), "line 4: this is neither a date"},
      {kHead + "2022-05-05 holliday x", "line 4: after the date comes a kind, and 'holliday' is none"},
      {kHead + "2022-05-05 HOLIDAY x", "line 4: after the date comes a kind, and 'HOLIDAY' is none"},
      {kHead + "2022-05-05 unknown x", "line 4: after the date comes a kind, and 'unknown' is none"},
      {"code KR\nsource x\ncovers 2022-05-01", "line 3: `covers` takes two dates"},
      {"code KR\nsource x\ncovers 2022-05-01 2022-06-01 x", "line 3: `covers` takes two dates"},
      {"code KR\nsource x\ncovers 2022-05-01 2022-06-31", "line 3: `covers` takes two dates"},
  });
}

TEST(CalendarText, what_makes_no_calendar_is_named_with_the_line) {
  expect_errors({
      {"code kr\nsource x\ncovers 2022-05-01 2022-06-01", "line 1: the code must be"},
      {"code KR\nsource \xFF\ncovers 2022-05-01 2022-06-01", "line 2: the source isn't UTF-8"},
      {"code KR\nsource x\ncovers 2022-06-01 2022-05-01", "line 3: the calendar covers no day"},
      {"code KR\nsource x\ncovers 1990-01-01 2090-01-02", "line 3: the calendar covers more than 36525 days"},
      {kHead + "2022-06-01 holiday x", "line 4: a day outside the covered ones, 2022-05-01 to 2022-05-31"},
      {kHead + "2022-05-05 holiday x\n\n2022-05-05 holiday y", "line 6: 2022-05-05 stands twice"},
      {kHead + "2022-05-05 holiday x\n2022-05-04 holiday y", "line 5: 2022-05-04 stands after 2022-05-05"},
      {kHead + "2022-05-05 holiday x\ty", "line 4: the name of 2022-05-05 has a control character in it"},
      {kHead + "2022-05-05 holiday " + std::string(201, 'x'),
       "line 4: the name of 2022-05-05 is longer than 200"},
  });
}

}  // namespace
}  // namespace wonjang::settlement
