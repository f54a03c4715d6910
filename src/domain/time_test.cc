#include "domain/time.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace wonjang {
namespace {

TEST(Time, text_of_an_instant) {
  EXPECT_EQ(to_rfc3339({0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339({1'795'316'645'678'901}), "2026-11-22T03:04:05.678Z");
  EXPECT_EQ(to_rfc3339_micros({1'795'316'645'678'901}), "2026-11-22T03:04:05.678901Z");
  std::string out = "at ";
  append_rfc3339(out, {951'782'400'000'000});
  EXPECT_EQ(out, "at 2000-02-29T00:00:00.000Z");
}

TEST(Time, parsing_takes_every_offset_and_up_to_nine_digits) {
  const Instant at{1'795'316'645'000'000};
  EXPECT_EQ(parse_rfc3339("2026-11-22T03:04:05Z"), at);
  EXPECT_EQ(parse_rfc3339("2026-11-22T12:04:05+09:00"), at);
  EXPECT_EQ(parse_rfc3339("2026-11-21T21:34:05-05:30"), at);
  EXPECT_EQ(parse_rfc3339("2026-11-22T03:04:05-00:00"), at);
  EXPECT_EQ(parse_rfc3339("2026-11-22T03:04:05.6Z"), at.plus_ms(600));
  EXPECT_EQ(parse_rfc3339("2026-11-22T03:04:05.678901Z"), at.plus_us(678'901));
  EXPECT_EQ(parse_rfc3339("2026-11-22T03:04:05.678901999Z"), at.plus_us(678'901));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), Instant{0});
  EXPECT_EQ(parse_rfc3339("1970-01-01T09:00:00+09:00"), Instant{0});
  EXPECT_EQ(to_rfc3339_micros(*parse_rfc3339("9999-12-31T23:59:59.999999Z")), "9999-12-31T23:59:59.999999Z");
  EXPECT_TRUE(parse_rfc3339("2024-02-29T00:00:00Z"));
  EXPECT_TRUE(parse_rfc3339("2000-02-29T00:00:00Z"));
}

TEST(Time, what_is_not_an_instant_is_refused) {
  for (const char* text : {"",
                           "2026-11-22",
                           "2026-11-22T03:04:05",
                           "2026-11-22T03:04Z",
                           "2026-11-22 03:04:05Z",
                           "2026-11-22t03:04:05z",
                           "2026-11-22T03:04:60Z",
                           "2026-11-22T24:00:00Z",
                           "2026-11-22T03:60:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-00T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2100-02-29T00:00:00Z",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+09:00",
                           "9999-12-31T23:59:59-00:01",
                           "10000-01-01T00:00:00Z",
                           "2026-11-22T03:04:05.Z",
                           "2026-11-22T03:04:05.1234567890Z",
                           "2026-11-22T03:04:05,5Z",
                           "2026-11-22T03:04:05+9:00",
                           "2026-11-22T03:04:05+0900",
                           "2026-11-22T03:04:05+24:00",
                           "2026-11-22T03:04:05+09:60",
                           "2026-11-22T03:04:05Z ",
                           " 2026-11-22T03:04:05Z",
                           "2026-11-22T03:04:05ZZ",
                           "2026-1-22T03:04:05Z",
                           "-026-11-22T03:04:05Z",
                           "2026-11-22T03:04:05+",
                           "2026-11-22T03:04:05.5"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << "'" << text << "'";
  }
}

TEST(Time, every_day_of_the_calendar_goes_there_and_back) {
  unsigned day = 1;
  unsigned month = 1;
  unsigned year = 1970;
  for (std::int32_t days = 0; year < 2500; ++days) {
    const std::string text = to_text(BusinessDate{days});
    const auto back = parse_business_date(text);
    ASSERT_TRUE(back && back->days == days) << text;
    char expected[16];
    std::snprintf(expected, sizeof expected, "%04u-%02u-%02u", year % 10'000, month % 100, day % 100);
    ASSERT_EQ(text, expected);
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const unsigned length =
        month == 2 ? (leap ? 29 : 28) : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
    if (++day > length) {
      day = 1;
      if (++month > 12) {
        month = 1;
        ++year;
      }
    }
  }
}

TEST(Time, random_instants_go_there_and_back) {
  constexpr std::uint64_t kSeed = 7;
  Rng rng(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    const Instant at{static_cast<std::int64_t>(rng.below(253'402'300'800'000'000ULL))};
    ASSERT_EQ(parse_rfc3339(to_rfc3339_micros(at)), at) << "seed " << kSeed << " " << at.us;
  }
}

TEST(BusinessDate, a_day_begins_at_midnight_in_seoul) {
  const auto day = *parse_business_date("2026-11-22");
  EXPECT_EQ(to_rfc3339(start_of(day)), "2026-11-21T15:00:00.000Z");
  EXPECT_EQ(business_date_of(start_of(day)), day);
  EXPECT_EQ(business_date_of(start_of(day).plus_us(-1)).days, day.days - 1);
  EXPECT_EQ(business_date_of(start_of({day.days + 1}).plus_us(-1)), day);
  EXPECT_FALSE(parse_business_date("2026-11-22T00:00:00Z"));
  EXPECT_FALSE(parse_business_date("2026-02-30"));
  EXPECT_FALSE(parse_business_date(""));
}

}  // namespace
}  // namespace wonjang
