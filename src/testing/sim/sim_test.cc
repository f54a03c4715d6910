#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "testing/sim/simulation.h"

namespace wonjang::testing {
namespace {

constexpr std::uint64_t kShortSeeds = 500;
constexpr std::uint64_t kLongSeeds = 20'000;
constexpr std::uint64_t kBugSeeds = 40;

bool is_long() { return std::getenv("WONJANG_LONG_TESTS") != nullptr; }

TEST(Simulator, finds_nothing_in_the_usual_seeds) {
  const auto seeds = is_long() ? kLongSeeds : kShortSeeds;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const SimOptions options{.seed = seed};
    const auto report = simulate(options);
    ASSERT_EQ(report.failure, "") << replay_command(options) << "\n" << report.parameters;
  }
}

// Lines of seeds.txt: a seed that failed once, and why; '#' opens a remark.
TEST(Simulator, finds_nothing_in_the_seeds_that_failed_once) {
  std::ifstream file(WJ_SIM_SEEDS);
  ASSERT_TRUE(file) << WJ_SIM_SEEDS;
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    SimOptions options;
    std::istringstream(line) >> options.seed;
    const auto report = simulate(options);
    EXPECT_EQ(report.failure, "") << replay_command(options);
    ++count;
  }
  EXPECT_GT(count, 0);
}

TEST(Simulator, the_same_seed_is_the_same_run) {
  for (const std::uint64_t seed : {3U, 4U, 38U}) {
    const auto first = simulate({.seed = seed});
    const auto again = simulate({.seed = seed});
    EXPECT_EQ(first.roots, again.roots);
    EXPECT_EQ(first.requests, again.requests);
    EXPECT_EQ(first.events, again.events);
    EXPECT_NE(first.roots, simulate({.seed = seed + 1}).roots);
  }
}

TEST(Simulator, one_book_and_four_hold_all_promises) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const std::uint32_t books : {1U, 4U}) {
      const SimOptions options{.seed = seed, .books = books};
      const auto report = simulate(options);
      ASSERT_EQ(report.failure, "") << replay_command(options);
      EXPECT_EQ(report.roots.size(), books);
    }
  }
}

// A run in which nothing happens finds nothing: the usual seeds reach every corner.
TEST(Simulator, the_usual_seeds_meet_bad_days) {
  SimReport sum;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto report = simulate({.seed = seed});
    sum.payments += report.payments;
    sum.replays += report.replays;
    sum.crashes += report.crashes;
    sum.disk_faults += report.disk_faults;
    sum.provider_calls += report.provider_calls;
    sum.in_doubt += report.in_doubt;
    sum.handed_over += report.handed_over;
  }
  EXPECT_GT(sum.payments, 1'000U);
  EXPECT_GT(sum.replays, 1'000U);
  EXPECT_GT(sum.crashes, 100U);
  EXPECT_GT(sum.disk_faults, 100U);
  EXPECT_GT(sum.provider_calls, 500U);
  EXPECT_GT(sum.in_doubt, 20U);
  EXPECT_GT(sum.handed_over, 0U);
}

class BugOnPurpose : public ::testing::TestWithParam<SimBug> {};
INSTANTIATE_TEST_SUITE_P(All, BugOnPurpose, ::testing::ValuesIn(kSimBugs),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST_P(BugOnPurpose, is_found) {
  for (std::uint64_t seed = 1; seed <= kBugSeeds; ++seed) {
    if (!simulate({.seed = seed, .bug = GetParam()}).failure.empty()) return;
  }
  ADD_FAILURE() << kBugSeeds << " seeds did not find the bug '" << name_of(GetParam()) << "'";
}

}  // namespace
}  // namespace wonjang::testing
