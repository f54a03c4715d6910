#include "engine/serving/exact.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "base/rng.h"

namespace wonjang::serving {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

Moments moments_of(const std::vector<std::int64_t>& values) {
  Moments m;
  for (const auto value : values) EXPECT_TRUE(m.add_value(value));
  return m;
}

// School arithmetic on decimal digits, the last first: slow, and nothing like what it judges.
class Natural {
 public:
  explicit Natural(const std::string& text = "0") {
    for (auto c = text.rbegin(); c != text.rend(); ++c) {
      if (*c >= '0' && *c <= '9') digits_.push_back(*c - '0');
    }
    trim();
  }
  friend Natural operator*(const Natural& a, const Natural& b) {
    Natural out;
    out.digits_.assign(a.digits_.size() + b.digits_.size() + 1, 0);
    for (std::size_t i = 0; i < a.digits_.size(); ++i) {
      for (std::size_t j = 0; j < b.digits_.size(); ++j) out.digits_[i + j] += a.digits_[i] * b.digits_[j];
    }
    return out.carried();
  }
  friend Natural operator+(const Natural& a, const Natural& b) {
    Natural out;
    out.digits_.assign(std::max(a.digits_.size(), b.digits_.size()) + 1, 0);
    for (std::size_t i = 0; i < out.digits_.size(); ++i) out.digits_[i] = a.digit(i) + b.digit(i);
    return out.carried();
  }
  friend Natural operator-(const Natural& a, const Natural& b) {  // REQUIRES: a >= b
    Natural out = a;
    for (std::size_t i = 0; i < out.digits_.size(); ++i) {
      out.digits_[i] -= b.digit(i);
      if (out.digits_[i] < 0) out.digits_[i] += 10, out.digits_[i + 1] -= 1;
    }
    out.trim();
    return out;
  }
  friend bool operator<(const Natural& a, const Natural& b) {
    if (a.digits_.size() != b.digits_.size()) return a.digits_.size() < b.digits_.size();
    return std::lexicographical_compare(a.digits_.rbegin(), a.digits_.rend(), b.digits_.rbegin(),
                                        b.digits_.rend());
  }

 private:
  int digit(std::size_t i) const { return i < digits_.size() ? digits_[i] : 0; }
  Natural carried() {
    int carry = 0;
    for (auto& d : digits_) {
      carry += d;
      d = carry % 10;
      carry /= 10;
    }
    while (carry > 0) digits_.push_back(carry % 10), carry /= 10;
    trim();
    return *this;
  }
  void trim() {
    while (!digits_.empty() && digits_.back() == 0) digits_.pop_back();
  }
  std::vector<int> digits_;
};

Natural natural(int128 value) { return Natural(to_text(value < 0 ? -value : value)); }

struct SumCase {
  std::vector<std::int64_t> values;
  unsigned digits;
  const char* average;
  const char* variance;   // half up
  const char* deviation;  // half up
};

TEST(Moments, derive_what_the_textbook_says) {
  const SumCase cases[] = {
      {{1, 2, 3, 4}, 2, "2.50", "1.67", "1.29"},
      {{10'000, 20'000}, 2, "15000.00", "50000000.00", "7071.07"},
      {{5, 5, 5}, 4, "5.0000", "0.0000", "0.0000"},
      {{-3, 3}, 3, "0.000", "18.000", "4.243"},
      {{-1, -1, -2}, 6, "-1.333333", "0.333333", "0.577350"},
      {{0, 1}, 0, "1", "1", "1"},  // 0.5 and 0.5 and 0.7071: halves go up
      {{0, 0, 0, 1}, 2, "0.25", "0.25", "0.50"},
      {{2, 4, 4, 4, 5, 5, 7, 9}, 2, "5.00", "4.57", "2.14"},
  };
  for (const auto& [values, digits, average, variance, deviation] : cases) {
    const Moments m = moments_of(values);
    EXPECT_EQ(*average_text(m, digits, Rounding::half_up), average);
    EXPECT_EQ(**variance_text(m, digits, Rounding::half_up), variance);
    EXPECT_EQ(**deviation_text(m, digits, Rounding::half_up), deviation);
  }
}

TEST(Moments, name_their_rounding) {
  const Moments m = moments_of({1, 2, 4});  // 2.333..., variance 2.333..., deviation 1.5275...
  EXPECT_EQ(*average_text(m, 2, Rounding::floor), "2.33");
  EXPECT_EQ(*average_text(m, 2, Rounding::up), "2.34");
  EXPECT_EQ(**deviation_text(m, 3, Rounding::floor), "1.527");
  EXPECT_EQ(**deviation_text(m, 3, Rounding::half_up), "1.528");
  EXPECT_EQ(**deviation_text(m, 2, Rounding::up), "1.53");
  const Moments exact = moments_of({0, 0, 4, 4});  // 2, variance 16 / 3
  EXPECT_EQ(*average_text(exact, 2, Rounding::up), "2.00");
  const Moments square = moments_of({0, 0, 0, 4});  // variance 4
  EXPECT_EQ(**deviation_text(square, 2, Rounding::up), "2.00");
}

TEST(Moments, have_no_statistics_below_two_values) {
  EXPECT_EQ(average_text({}, 2, Rounding::floor), std::nullopt);
  EXPECT_EQ(*deviation_text({}, 2, Rounding::floor), std::nullopt);
  EXPECT_EQ(*average_text(moments_of({7}), 2, Rounding::floor), "7.00");
  EXPECT_EQ(*variance_text(moments_of({7}), 2, Rounding::floor), std::nullopt);
  EXPECT_EQ(*deviation_text(moments_of({7}), 2, Rounding::floor), std::nullopt);
}

TEST(Moments, that_no_values_have_are_corrupt) {
  for (const Moments m : {Moments{2, 10, 49}, Moments{-1, 0, 0}, Moments{3, 0, -1}}) {
    const auto deviation = deviation_text(m, 2, Rounding::floor);
    ASSERT_FALSE(deviation);
    EXPECT_EQ(deviation.error().kind, ErrorKind::corrupt);
  }
}

// The deviation d in units of 10^-digits is right when d^2 <= variance < (d + 1)^2, by school arithmetic.
void expect_floor_of_root(const Moments& m, unsigned digits) {
  const auto text = deviation_text(m, digits, Rounding::floor);
  ASSERT_TRUE(text && *text);
  const Natural d(**text), next = d + Natural("1");
  const Natural n = natural(m.count);
  const Natural numerator = (n * natural(m.sumsq) - natural(m.sum) * natural(m.sum)) *
                            Natural("1" + std::string(2 * std::size_t{digits}, '0'));
  const Natural divisor = n * (n - Natural("1"));
  EXPECT_FALSE(numerator < d * d * divisor) << **text;
  EXPECT_TRUE(numerator < next * next * divisor) << **text;
}

TEST(Moments, deviations_are_right_to_the_last_digit) {
  Rng rng(20'261'122);
  for (int round = 0; round < 300; ++round) {
    const auto bits = rng.below(63) + 1;
    std::vector<std::int64_t> values;
    for (auto n = rng.below(30) + 2; n > 0; --n) {
      const auto value = static_cast<std::int64_t>(rng.next() >> (64 - bits));
      values.push_back(rng.chance(20) ? -value : value);
    }
    if (bits >= 62) values.resize(2);  // squares of more don't fit
    expect_floor_of_root(moments_of(values), static_cast<unsigned>(rng.below(kDigitsMax + 1)));
  }
}

TEST(Moments, hold_what_the_reference_page_promises) {
  constexpr std::int64_t kValue = (std::int64_t{1} << 46) - 1;  // 2^33 values below 2^46
  const int128 n = Moments::kCountMax;
  const Moments m{Moments::kCountMax, n * kValue, n * kValue * kValue};
  EXPECT_EQ(*average_text(m, 6, Rounding::half_up), "70368744177663.000000");
  EXPECT_EQ(**deviation_text(m, 6, Rounding::half_up), "0.000000");
  const Moments half{Moments::kCountMax, n / 2 * kValue, n / 2 * kValue * kValue};
  expect_floor_of_root(half, kDigitsMax);
}

TEST(Moments, refuse_what_passes_a_bound_and_do_not_change) {
  Moments full{Moments::kCountMax, 0, 0};
  EXPECT_FALSE(full.add_value(1));
  EXPECT_EQ(full, (Moments{Moments::kCountMax, 0, 0}));
  Moments low{-Moments::kCountMax, 0, 0};
  EXPECT_FALSE(low.subtract_value(1));
  Moments large = moments_of({kMin});
  EXPECT_FALSE(large.add_value(kMin));  // 2^126 + 2^126
  EXPECT_EQ(large, moments_of({kMin}));
  EXPECT_NE(out_of_bounds("merchant_day").message.find("merchant_day"), std::string::npos);
}

TEST(Moments, subtract_exactly_what_was_added_in_any_order) {
  Rng rng(7);
  std::vector<std::int64_t> values{0, 1, -1, kMax / 1'000'003};
  for (int i = 0; i < 500; ++i) values.push_back(static_cast<std::int64_t>(rng.next() >> 20U) - (1LL << 43U));
  Moments m = moments_of(values);
  std::reverse(values.begin(), values.end());
  for (const auto value : values) ASSERT_TRUE(m.subtract_value(value));
  EXPECT_TRUE(m.is_zero());
}

TEST(SignedVarint, carries_every_edge_and_refuses_more_than_128_bits) {
  const int128 most = static_cast<int128>((~static_cast<uint128>(0)) >> 1U);
  for (const int128 value : {int128{0}, int128{1}, int128{-1}, int128{63}, int128{-64}, int128{64},
                             int128{kMax}, int128{kMin}, most, -most - 1}) {
    std::string bytes;
    put_signed128(bytes, value);
    EXPECT_LE(bytes.size(), 19U);
    ByteReader in(bytes);
    bool ok = true;
    EXPECT_TRUE(read_signed128(in, ok) == value);
    EXPECT_TRUE(ok && in.at_end());
    ByteReader cut(std::string_view(bytes).substr(0, bytes.size() - 1));
    read_signed128(cut, ok);
    EXPECT_FALSE(ok);
  }
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, kMax, kMin}) {
    std::string bytes;
    put_signed(bytes, value);
    ByteReader in(bytes);
    EXPECT_EQ(read_signed(in), value);
  }
  const std::string long_one(18, '\xff');
  const std::string bytes = long_one + "\x04";
  ByteReader in(bytes);
  bool ok = true;
  read_signed128(in, ok);
  EXPECT_FALSE(ok);
  EXPECT_EQ(to_text(-most - 1), "-170141183460469231731687303715884105728");
}

}  // namespace
}  // namespace wonjang::serving
