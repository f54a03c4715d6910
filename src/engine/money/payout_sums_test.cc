#include "engine/money/payout_sums.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/rng.h"

namespace wonjang::money {
namespace {

using settlement::CarriedOver;

std::vector<CarriedOver> carried(std::int64_t amount) {
  return {{settlement::PayoutId(RawId{0, 1}), amount}};
}

TEST(PayoutSums, a_positive_sum_is_paid) {
  const auto sums = payout_sums(1'000, carried(-300), 0, 0);
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->amount, 700);
  EXPECT_EQ(sums->left_over, 0);
}

TEST(PayoutSums, a_negative_sum_is_carried_and_never_paid) {
  const auto sums = payout_sums(1'000, carried(-1'300), 0, 0);
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->amount, 0);
  EXPECT_EQ(sums->left_over, -300);
}

TEST(PayoutSums, what_is_kept_back_fills_up_comes_back_and_covers_a_debt) {
  const auto filled = payout_sums(1'000, {}, 0, 400);
  EXPECT_EQ(filled->withheld, 400);
  EXPECT_EQ(filled->amount, 600);
  const auto full = payout_sums(1'000, {}, 400, 400);
  EXPECT_EQ(full->withheld, 0);
  EXPECT_EQ(full->amount, 1'000);
  const auto less = payout_sums(1'000, {}, 400, 100);
  EXPECT_EQ(less->released, 300);
  EXPECT_EQ(less->amount, 1'300);
  const auto debt = payout_sums(-150, {}, 400, 400);
  EXPECT_EQ(debt->released, 150);
  EXPECT_EQ(debt->amount, 0);
  EXPECT_EQ(debt->left_over, 0);
  const auto little = payout_sums(50, {}, 0, 400);
  EXPECT_EQ(little->withheld, 50);
  EXPECT_EQ(little->amount, 0);
}

TEST(PayoutSums, no_money_comes_or_goes) {
  Rng rng(11);
  for (int i = 0; i < 10'000; ++i) {
    const auto some = [&] { return static_cast<std::int64_t>(rng.below(2'001)) - 1'000; };
    const auto net = some();
    const auto over = some();
    const auto kept = static_cast<std::int64_t>(rng.below(500));
    const auto keep = static_cast<std::int64_t>(rng.below(500));
    const auto sums = payout_sums(net, carried(over), kept, keep);
    ASSERT_TRUE(sums);
    EXPECT_EQ(net + over + sums->released - sums->withheld, sums->amount + sums->left_over);
    EXPECT_GE(sums->amount, 0);
    EXPECT_LE(sums->left_over, 0);
    EXPECT_TRUE(sums->withheld == 0 || sums->released == 0);
    const auto kept_now = kept + sums->withheld - sums->released;
    EXPECT_GE(kept_now, 0);
    EXPECT_LE(kept_now, std::max(keep, std::int64_t{0}));
    EXPECT_TRUE(sums->left_over == 0 || kept_now == 0) << "carries a debt and keeps money back";
  }
}

TEST(PayoutSums, says_when_it_does_not_fit) {
  constexpr auto max = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(payout_sums(max, carried(1), 0, 0));
  EXPECT_TRUE(payout_sums(max, carried(-1), 0, 0));
  EXPECT_FALSE(payout_sums(int128{max} + 1, carried(-10), 0, 0))
      << "the event says the net of the lines, too";
}

}  // namespace
}  // namespace wonjang::money
