#include "engine/serving/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "base/hash64.h"
#include "base/int128.h"
#include "base/rng.h"
#include "engine/serving/exact.h"
#include "engine/serving/histogram_bounds.h"

namespace wonjang::serving {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

// A value of any size, all sizes alike.
std::int64_t value_of(Rng& rng) {
  const auto value = static_cast<std::int64_t>(rng.next() >> (rng.below(63) + 1));
  return rng.chance(20) ? -value : value;
}

bool within_one_percent(std::int64_t estimate, std::int64_t value) {
  const int128 off = int128{estimate} - value, size = value < 0 ? -int128{value} : int128{value};
  return 100 * (off < 0 ? -off : off) <= size;
}

// Stored histograms depend on every number: a changed table makes this fail, and must be another format.
TEST(Histogram, the_bounds_are_pinned) {
  std::string bytes;
  for (const auto bound : kHistogramBounds) put_be64(bytes, bound);
  const auto hash = hash64(bytes);
  EXPECT_EQ(kHistogramBounds.size(), 2'050U);
  EXPECT_EQ(kHistogramBounds[0], 1U);
  EXPECT_EQ(kHistogramBounds[98], 99U);  // 99 and 100 are the first to share one
  EXPECT_EQ(kHistogramBounds[99], 101U);
  EXPECT_EQ(kHistogramBounds.back(), 9'150'110'443'487'142'133U);
  EXPECT_EQ(hash, 0x6216fa82a4d8ec42U) << std::hex << "0x" << hash;
}

TEST(Histogram, the_bounds_follow_from_one_percent) {
  std::uint64_t low = 1;
  for (const auto bound : kHistogramBounds) {
    EXPECT_EQ(bound, low);
    low = static_cast<std::uint64_t>(static_cast<uint128>(low + low / 100) * 100 / 99) + 1;
  }
}

TEST(Histogram, every_estimate_is_within_one_percent_of_its_values) {
  for (std::int32_t bucket = 1; bucket <= Histogram::buckets(); ++bucket) {
    const auto low = kHistogramBounds[static_cast<std::size_t>(bucket - 1)];
    if (low > static_cast<std::uint64_t>(kLargest)) continue;
    const std::uint64_t high = bucket < Histogram::buckets()
                                   ? kHistogramBounds[static_cast<std::size_t>(bucket)] - 1
                                   : static_cast<std::uint64_t>(kLargest);
    for (const auto edge : {low, std::min<std::uint64_t>(high, kLargest)}) {
      const auto value = static_cast<std::int64_t>(edge);
      ASSERT_EQ(Histogram::bucket_of(value), bucket);
      ASSERT_EQ(Histogram::bucket_of(-value), -bucket);
      ASSERT_TRUE(within_one_percent(*Histogram::estimate_of(bucket), value)) << value;
      ASSERT_TRUE(within_one_percent(*Histogram::estimate_of(-bucket), -value)) << value;
    }
  }
  EXPECT_EQ(Histogram::bucket_of(0), 0);
  EXPECT_TRUE(within_one_percent(*Histogram::estimate_of(Histogram::bucket_of(kSmallest)), kSmallest));
  EXPECT_EQ(Histogram::estimate_of(Histogram::buckets() + 1), std::nullopt);
}

TEST(Histogram, quantiles_stand_where_the_running_count_reaches_their_share) {
  Histogram h;
  for (std::int64_t value = 0; value < 100; ++value) h.add(value - 1, 1);  // -1 to 98: exact
  const std::pair<std::uint32_t, std::int64_t> cases[] = {{0, -1},     {1, -1},     {100, -1},   {101, 0},
                                                          {200, 0},    {201, 1},    {5'000, 48}, {5'001, 49},
                                                          {9'900, 97}, {9'901, 98}, {10'000, 98}};
  for (const auto& [q, value] : cases) EXPECT_EQ(**h.quantile(q), value) << q;
  EXPECT_EQ(h.quantile(10'001).error().kind, ErrorKind::invalid);
  EXPECT_EQ(*Histogram().quantile(5'000), std::nullopt);
}

TEST(Histogram, agrees_with_a_sorted_list_under_inserts_and_removals) {
  Rng rng(5);
  Histogram h;
  std::vector<std::int64_t> values;
  for (int step = 0; step < 6'000; ++step) {
    if (!values.empty() && rng.chance(40)) {
      const auto at = rng.below(values.size());
      h.add(values[at], -1);
      values.erase(values.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      const auto value = rng.chance(5) ? 0 : value_of(rng);
      values.insert(std::upper_bound(values.begin(), values.end(), value), value);
      h.add(value, 1);
    }
    if (step % 50 != 0 || values.empty()) continue;
    ASSERT_EQ(h.total(), static_cast<std::int64_t>(values.size()));
    for (const std::uint32_t q : {0U, 1U, 100U, 2'500U, 5'000U, 9'000U, 9'900U, 9'990U, 10'000U}) {
      const auto rank = std::max<std::uint64_t>(1, (values.size() * q + 9'999) / 10'000);
      ASSERT_TRUE(within_one_percent(**h.quantile(q), values[rank - 1])) << q << " of " << values.size();
    }
  }
}

TEST(Histogram, merging_and_taking_back_is_exact) {
  Rng rng(6);
  Histogram left, right, both;
  for (int i = 0; i < 2'000; ++i) {
    const auto value = value_of(rng);
    (rng.chance(50) ? left : right).add(value, 1);
    both.add(value, 1);
  }
  Histogram sum = left;
  sum.add(right);
  EXPECT_EQ(sum, both);
  sum.subtract(left);
  EXPECT_EQ(sum, right);
  sum.subtract(right);
  EXPECT_TRUE(sum.is_zero());
}

TEST(Histogram, a_bucket_below_zero_is_told) {
  Histogram h;
  h.add(100, 3);
  h.add(5'000, -1);
  EXPECT_TRUE(h.is_below_zero());
  EXPECT_EQ(h.quantile(5'000).error().kind, ErrorKind::corrupt);
  h.add(5'000, 1);
  EXPECT_FALSE(h.is_below_zero());
  EXPECT_EQ(**h.quantile(5'000), 99);  // 1 % off
}

TEST(Histogram, its_bytes_come_back_and_are_few) {
  Rng rng(8);
  Histogram h;
  for (int i = 0; i < 10'000; ++i) h.add(1'000 + static_cast<std::int64_t>(rng.below(500'000)), 1);
  std::string bytes;
  h.encode(bytes);
  EXPECT_LT(bytes.size(), 1'000U);
  ByteReader in(bytes);
  EXPECT_EQ(*Histogram::decode(in), h);
  EXPECT_TRUE(in.at_end());

  Histogram edges;
  for (const auto value : {kSmallest, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, kLargest})
    edges.add(value, -7);
  bytes.clear();
  edges.encode(bytes);
  ByteReader again(bytes);
  EXPECT_EQ(*Histogram::decode(again), edges);
}

TEST(Histogram, broken_bytes_are_corrupt) {
  const auto bytes_of = [](std::initializer_list<std::int64_t> numbers) {
    std::string bytes;
    for (auto n = numbers.begin(); n != numbers.end(); ++n) {
      n == numbers.begin() ? put_varint(bytes, static_cast<std::uint64_t>(*n)) : put_signed(bytes, *n);
    }
    return bytes;
  };
  for (const auto& bytes : {bytes_of({1}), bytes_of({2, 5, 1}), bytes_of({1, 5, 0}), bytes_of({1, 2'051, 1}),
                            bytes_of({1, -2'051, 1}), bytes_of({2, 5, 1, 0, 1}), bytes_of({2, 5, 1, -1, 1}),
                            bytes_of({1, 5, Moments::kCountMax + 1}), std::string("\xff\xff\xff\x7f", 4)}) {
    ByteReader in(bytes);
    const auto h = Histogram::decode(in);
    ASSERT_FALSE(h) << to_hex(bytes);
    EXPECT_EQ(h.error().kind, ErrorKind::corrupt);
  }
}

}  // namespace
}  // namespace wonjang::serving
