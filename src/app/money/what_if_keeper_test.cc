#include "app/money/what_if_keeper.h"

#include <gtest/gtest.h>

#include "adapters/memory/manual_clock.h"

namespace wonjang {
namespace {

std::shared_ptr<const money::WhatIf> answer_of(std::uint64_t lines) {
  auto out = std::make_shared<money::WhatIf>();
  out->lines_total = lines;
  return out;
}

TEST(WhatIfKeeper, the_newest_answers_are_kept_for_a_while) {
  ManualClock clock;
  clock.set(Instant{1'000'000});
  WhatIfKeeper keeper(clock);
  EXPECT_EQ(keeper.find("a"), nullptr);
  keeper.keep("a", answer_of(1));
  keeper.keep("b", answer_of(2));
  keeper.keep("a", answer_of(3));
  EXPECT_EQ(keeper.find("a")->lines_total, 3U);
  EXPECT_EQ(keeper.find("b")->lines_total, 2U) << "an answer takes its former one's place only";
  keeper.keep("c", answer_of(4));
  EXPECT_EQ(keeper.find("b"), nullptr) << "no more than kAnswersMax";
  EXPECT_EQ(keeper.find("a")->lines_total, 3U);
  clock.set(Instant{1'000'000}.plus_ms(WhatIfKeeper::kKeptMs - 1));
  EXPECT_NE(keeper.find("a"), nullptr);
  clock.set(Instant{1'000'000}.plus_ms(WhatIfKeeper::kKeptMs));
  EXPECT_EQ(keeper.find("a"), nullptr);
}

}  // namespace
}  // namespace wonjang
