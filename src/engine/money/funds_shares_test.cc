#include "engine/money/funds_shares.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/rng.h"

namespace wonjang::money {
namespace {

using Amounts = std::vector<int128>;

int128 sum_of(const Amounts& parts) { return std::accumulate(parts.begin(), parts.end(), int128{0}); }

TEST(FundsShares, each_gets_its_part_and_what_is_left_goes_to_the_largest_remainders) {
  struct Case {
    int128 amount;
    Amounts needs;
    Amounts shares;
  };
  const Case cases[] = {
      {0, {5, 5}, {0, 0}},
      {-1, {5, 5}, {0, 0}},
      {10, {}, {}},
      {10, {0, 0}, {0, 0}},
      {10, {0, 7, 0, 3}, {0, 7, 0, 3}},
      {11, {7, 3}, {7, 3}},  // one is nobody's
      {9, {7, 3}, {6, 3}},   // 6.3 and 2.7
      {1, {1, 1, 1}, {1, 0, 0}},
      {2, {1, 1, 1}, {1, 1, 0}},
      {100, {1'000, 1'000, 1'000}, {34, 33, 33}},
      {10, {1, 2, 4, 8, 16}, {0, 1, 1, 3, 5}},  // 0.32, 0.65, 1.29, 2.58, 5.16
      {1, {1, 999'999'999}, {0, 1}},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(shares_of(one.amount, one.needs), one.shares)
        << static_cast<std::int64_t>(one.amount) << " among " << one.needs.size();
  }
}

TEST(FundsShares, sums_beyond_64_bits_are_shared_to_the_won) {
  const int128 huge = int128{INT64_MAX} * 1'000'000;
  const auto halves = shares_of(2 * huge - 1, Amounts{huge, huge});
  EXPECT_EQ(halves, (Amounts{huge, huge - 1}));
  const auto thirds = shares_of(huge, Amounts{huge, huge, huge});
  EXPECT_EQ(sum_of(thirds), huge);
  EXPECT_LE(thirds.front() - thirds.back(), 1);
}

TEST(FundsShares, whatever_is_shared_adds_up_and_nobody_gets_more_than_its_need) {
  Rng rng(20261122);
  for (int round = 0; round < 2'000; ++round) {
    Amounts needs(rng.below(12));
    const auto scale = std::uint64_t{1} << rng.below(62);
    for (auto& need : needs) need = rng.chance(25) ? 0 : static_cast<int128>(rng.below(scale));
    const int128 all = sum_of(needs);
    const int128 amount = static_cast<int128>(rng.below(scale)) * static_cast<int>(rng.below(8));
    const auto shares = shares_of(amount, needs);
    ASSERT_EQ(shares.size(), needs.size());
    EXPECT_EQ(sum_of(shares), std::min(amount, all)) << "round " << round;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      EXPECT_GE(shares[i], 0);
      EXPECT_LE(shares[i], needs[i]) << "round " << round;
      const int128 off = shares[i] * all - std::min(amount, all) * needs[i];
      EXPECT_TRUE(all == 0 || (-all < off && off < all)) << "more than a unit from its part, round " << round;
    }
  }
}

}  // namespace
}  // namespace wonjang::money
