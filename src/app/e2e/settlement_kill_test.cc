// kill -9 at any moment of a run: after the next run no line is doubled or missing, and the sums are the
// test's.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "app/e2e/patience.h"
#include "app/e2e/settlement_world.h"
#include "base/rng.h"

namespace wonjang::e2e {
namespace {

class SettlementKilled : public SettlementWorld {
 protected:
  std::uint64_t seed_ = seed();
  Rng rng_{seed_};
};

TEST_F(SettlementKilled, at_any_moment_of_a_run_no_line_is_doubled_or_missing) {
  const int kills = is_long() ? 30 : 4;
  std::printf("WONJANG_SEED=%llu\n", static_cast<unsigned long long>(seed_));
  int interrupted = 0;
  for (int round = 0; round < kills; ++round) {
    // A day of its own for each round, so that every run has something to do.
    const auto date = day(-3 - round);
    const int payments = is_long() ? 400 : 150;
    for (int i = 0; i < payments; ++i)
      pay(static_cast<std::size_t>(i % 3), 1'000 + 13 * i, date, i % 10 == 0 ? 500 : 0, date);
    if (HasFatalFailure()) return;
    get_caught_up("/v1/trial-balance");
    start_run(date);
    std::this_thread::sleep_for(std::chrono::microseconds(rng_.below(12'000)));
    server_.kill();
    ASSERT_TRUE(server_.start());
    const auto run = get_caught_up("/v1/settlement/runs/" + date);
    const auto state = run.at("state").as_string();
    EXPECT_TRUE(state == "INTERRUPTED" || state == "COMPLETED" || state == "NEVER") << state;
    interrupted += state == "INTERRUPTED" ? 1 : 0;
    settle(date);
    expect_settled(date);
    if (HasFailure()) return;
  }
  std::printf("%d kills, %d of them in the middle of a run\n", kills, interrupted);
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
