#include "domain/money.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "base/rng.h"

namespace wonjang {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

Currency currency(std::string_view code) { return *Currency::parse(code); }

TEST(Money, sums_at_the_edges_are_right_or_nothing) {
  for (const std::int64_t a :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, kMax - 1, kMax, kMin, kMin + 1}) {
    for (const std::int64_t b :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, kMax - 1, kMax, kMin, kMin + 1}) {
      const int128 exact_sum = static_cast<int128>(a) + b;
      const int128 exact_difference = static_cast<int128>(a) - b;
      const auto sum = add(krw(a), krw(b));
      const auto difference = sub(krw(a), krw(b));
      EXPECT_EQ(sum.has_value(), exact_sum >= kMin && exact_sum <= kMax) << a << " + " << b;
      EXPECT_EQ(difference.has_value(), exact_difference >= kMin && exact_difference <= kMax)
          << a << " - " << b;
      EXPECT_TRUE(!sum || sum->minor == exact_sum);
      EXPECT_TRUE(!difference || difference->minor == exact_difference);
    }
  }
}

TEST(Money, currencies_do_not_mix) {
  EXPECT_FALSE(add(krw(1), Money{1, currency("USD")}));
  EXPECT_FALSE(sub(krw(1), Money{1, currency("USD")}));
}

TEST(Money, division_rounds_the_magnitude_as_named) {
  struct Case {
    std::int64_t numerator, denominator, floor, half_up, up;
  };
  for (const Case& c : {Case{0, 7, 0, 0, 0},
                        {7, 2, 3, 4, 4},
                        {-7, 2, -3, -4, -4},
                        {10, 3, 3, 3, 4},
                        {-10, 3, -3, -3, -4},
                        {11, 3, 3, 4, 4},
                        {9, 3, 3, 3, 3},
                        {kMax, 1, kMax, kMax, kMax},
                        {kMin, 1, kMin, kMin, kMin},
                        {kMax, kMax, 1, 1, 1},
                        {kMax - 1, kMax, 0, 1, 1},
                        {1, kMax, 0, 0, 1}}) {
    EXPECT_EQ(divide(c.numerator, c.denominator, Rounding::floor), c.floor)
        << c.numerator << "/" << c.denominator;
    EXPECT_EQ(divide(c.numerator, c.denominator, Rounding::half_up), c.half_up)
        << c.numerator << "/" << c.denominator;
    EXPECT_EQ(divide(c.numerator, c.denominator, Rounding::up), c.up) << c.numerator << "/" << c.denominator;
  }
  EXPECT_EQ(divide(static_cast<int128>(kMax) * 10'000, 10'000, Rounding::half_up), kMax);
}

TEST(Money, a_quotient_that_does_not_fit_stops_the_process) {
  EXPECT_DEATH(divide(static_cast<int128>(kMax) * 2, 1, Rounding::floor), "");
  EXPECT_DEATH(divide(1, 0, Rounding::floor), "");
}

TEST(Money, a_split_adds_up_and_is_even) {
  EXPECT_EQ(split(krw(100), 3), (std::vector<Money>{krw(34), krw(33), krw(33)}));
  EXPECT_EQ(split(krw(-100), 3), (std::vector<Money>{krw(-34), krw(-33), krw(-33)}));
  constexpr std::uint64_t kSeed = 20261122;
  Rng rng(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    const auto whole = static_cast<std::int64_t>(rng.next()) / (i % 2 == 0 ? 1 : 1'000'000'000);
    const auto parts = static_cast<std::uint32_t>(1 + rng.below(40));
    const auto pieces = split(krw(whole), parts);
    ASSERT_EQ(pieces.size(), parts);
    int128 sum = 0;
    for (const auto& piece : pieces) sum += piece.minor;
    ASSERT_TRUE(sum == whole) << "seed " << kSeed << ", " << whole << " by " << parts;
    ASSERT_LE(std::abs(pieces.front().minor - pieces.back().minor), 1);
  }
}

TEST(Money, text_and_back) {
  const std::pair<Money, const char*> kCases[] = {
      {krw(0), "0 KRW"},
      {krw(12'345), "12,345 KRW"},
      {krw(-1'000), "-1,000 KRW"},
      {krw(999), "999 KRW"},
      {krw(kMax), "9,223,372,036,854,775,807 KRW"},
      {krw(kMin), "-9,223,372,036,854,775,808 KRW"},
      {{1'234, currency("USD")}, "12.34 USD"},
      {{-5, currency("USD")}, "-0.05 USD"},
      {{1'234'567, currency("BHD")}, "1,234.567 BHD"},
  };
  for (const auto& [money, text] : kCases) {
    EXPECT_EQ(to_text(money), text);
    EXPECT_EQ(parse_money(text), money) << text;
  }
  EXPECT_EQ(parse_money("12345 KRW"), krw(12'345));
  EXPECT_EQ(parse_money("12.3 USD"), (Money{1'230, currency("USD")}));
  EXPECT_EQ(parse_money("12 USD"), (Money{1'200, currency("USD")}));
}

TEST(Money, text_that_is_not_exactly_money_is_refused) {
  for (const char* text : {"",
                           " ",
                           "KRW",
                           " KRW",
                           "1KRW",
                           "1 krw",
                           "1 XXX",
                           "1.5 KRW",
                           "12.345 USD",
                           "12. USD",
                           ".5 USD",
                           "1,23 KRW",
                           "12,34,567 KRW",
                           ",123 KRW",
                           "1,234,56 KRW",
                           "123,4567 KRW",
                           "007 KRW",
                           "+5 KRW",
                           "--5 KRW",
                           "-0 KRW",
                           "-0.00 USD",
                           "1  KRW",
                           " 1 KRW",
                           "1 KRW ",
                           "1e3 KRW",
                           "0x10 KRW",
                           "1.2.3 USD",
                           "9,223,372,036,854,775,808 KRW",
                           "-9,223,372,036,854,775,809 KRW",
                           "99999999999999999999999999 KRW",
                           "1.-5 USD"}) {
    EXPECT_FALSE(parse_money(text)) << "'" << text << "'";
  }
}

TEST(Currency, codes_and_exponents) {
  EXPECT_EQ(Currency().code(), "KRW");
  EXPECT_EQ(currency("KRW").exponent(), 0);
  EXPECT_EQ(currency("JPY").exponent(), 0);
  EXPECT_EQ(currency("USD").exponent(), 2);
  EXPECT_EQ(currency("BHD").exponent(), 3);
  for (const char* code : {"", "KR", "KRWW", "krw", "K W", " KR", "RW ", "XXX", "W P"})
    EXPECT_FALSE(Currency::parse(code));
}

}  // namespace
}  // namespace wonjang
