#include "engine/projection/lag.h"

#include <gtest/gtest.h>

namespace wonjang::projection {
namespace {

TEST(Lag, nothing_to_fold_is_no_lag) {
  Lag lag;
  EXPECT_EQ(lag.us({100}), 0);
  lag.notice({0, 0}, {100});
  lag.folded({0, 0});
  EXPECT_EQ(lag.us({200}), 0);
}

TEST(Lag, it_is_the_age_of_the_oldest_that_waits) {
  Lag lag;
  lag.notice({5, 0}, {100});
  lag.notice({5, 0}, {150});
  lag.notice({5, 7}, {200});
  EXPECT_EQ(lag.us({300}), 200);
  lag.folded({5, 3});
  EXPECT_EQ(lag.us({300}), 100);
  lag.folded({5, 7});
  EXPECT_EQ(lag.us({300}), 0);
}

TEST(Lag, it_is_bounded_and_still_tells_the_oldest) {
  Lag lag;
  for (std::int64_t i = 1; i <= 100'000; ++i) lag.notice({static_cast<Position>(i)}, {i});
  EXPECT_EQ(lag.us({200'000}), 199'999);
}

TEST(Lag, a_clock_that_goes_back_gives_none) {
  Lag lag;
  lag.notice({5}, {100});
  EXPECT_EQ(lag.us({50}), 0);
}

}  // namespace
}  // namespace wonjang::projection
