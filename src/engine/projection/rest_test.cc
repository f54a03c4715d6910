#include "engine/projection/rest.h"

#include <gtest/gtest.h>

namespace wonjang::projection {
namespace {

RunnerOptions options_of(std::int64_t rest_max_us) {
  RunnerOptions out;
  out.rest_factor = 3;
  out.rest_max_us = rest_max_us;
  out.unhurried_us = 35'000;
  return out;
}

const RunnerOptions kOptions = options_of(25'000);

TEST(Rest, is_a_multiple_of_a_short_batch_and_bounded) {
  EXPECT_EQ(rest_us(100, kOptions), 300);
  EXPECT_EQ(rest_us(8'000, kOptions), 24'000);
  EXPECT_EQ(rest_us(9'000, kOptions), 25'000);
  EXPECT_EQ(rest_us(17'500, kOptions), 25'000);
}

TEST(Rest, gives_way_when_batches_take_long) {
  EXPECT_EQ(rest_us(20'000, kOptions), 20'000);
  EXPECT_EQ(rest_us(29'000, kOptions), 2'000);
  EXPECT_EQ(rest_us(30'000, kOptions), 0);
  EXPECT_EQ(rest_us(3'600'000'000, kOptions), 0);
}

// Two batches and the rest between them are what an event waits at worst.
TEST(Rest, adds_to_two_batches_no_more_than_the_bound_leaves) {
  for (std::int64_t work = 0; work < 100'000; work += 500) {
    EXPECT_LE(2 * work + rest_us(work, kOptions), std::max<std::int64_t>(60'000, 2 * work)) << work;
  }
}

TEST(Rest, a_clock_that_was_set_back_gives_hardly_any) {
  EXPECT_EQ(rest_us(0, kOptions), 3);
  EXPECT_EQ(rest_us(-5'000'000, kOptions), 3);
}

TEST(Rest, there_is_none_when_none_is_wanted) {
  const RunnerOptions none = options_of(0);
  for (const std::int64_t work : {1, 1'000, 20'000, 500'000}) EXPECT_EQ(rest_us(work, none), 0) << work;
}

}  // namespace
}  // namespace wonjang::projection
