#include "base/gives_way.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

std::size_t times_in(std::size_t batch) {
  GivesWay way(batch);
  std::size_t times = 0;
  for (std::size_t i = 0; i < batch; ++i) times += way.step() ? 1 : 0;
  return times;
}

TEST(GivesWay, every_eighth_piece_of_a_small_batch) {
  EXPECT_EQ(times_in(0), 0U);
  EXPECT_EQ(times_in(7), 0U);
  EXPECT_EQ(times_in(8), 1U);
  EXPECT_EQ(times_in(50), 6U);
  EXPECT_EQ(times_in(GivesWay::kSmallBatch), GivesWay::kSmallBatch / 8);
}

TEST(GivesWay, never_in_a_few_pieces) {
  GivesWay way(7);
  EXPECT_FALSE(way.stage());
}

TEST(GivesWay, never_in_a_large_batch) {
  EXPECT_EQ(times_in(GivesWay::kSmallBatch + 1), 0U);
  EXPECT_FALSE(GivesWay(GivesWay::kSmallBatch + 1).stage());
}

TEST(GivesWay, after_a_long_piece_at_once_and_counts_from_there) {
  GivesWay way(50);
  EXPECT_FALSE(way.step());
  EXPECT_TRUE(way.stage());
  EXPECT_TRUE(way.stage());
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(way.step());
  EXPECT_TRUE(way.step());
}

}  // namespace
}  // namespace wonjang
