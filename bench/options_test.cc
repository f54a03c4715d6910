#include "options.h"

#include <gtest/gtest.h>

#include <vector>

namespace wonjang::bench {
namespace {

struct Said {
  std::uint64_t payments = 1'000'000;
  std::uint32_t runs = 300;
  std::string directory;
  bool check = false;
  bool no_sync = false;
};

Said parsed(std::vector<std::string> words) {
  words.insert(words.begin(), "bench");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  Said out;
  Options("A benchmark")
      .count("payments", out.payments, "Payments")
      .count("--runs", out.runs, "Runs")
      .text("--directory", out.directory, "Where")
      .yes_no("--check", out.check, "1: check")
      .flag("--no-sync", out.no_sync, "Not")
      .parse(static_cast<int>(argv.size()), argv.data());
  return out;
}

TEST(BenchOptions, what_is_said_counts_and_the_rest_stays) {
  const auto none = parsed({});
  EXPECT_EQ(none.payments, 1'000'000U);
  EXPECT_FALSE(none.no_sync);
  const auto all = parsed({"5", "--runs", "7", "--directory", "/x", "--check", "1", "--no-sync"});
  EXPECT_EQ(all.payments, 5U);
  EXPECT_EQ(all.runs, 7U);
  EXPECT_EQ(all.directory, "/x");
  EXPECT_TRUE(all.check);
  EXPECT_TRUE(all.no_sync);
  EXPECT_FALSE(parsed({"--check", "0"}).check);
}

// `--rusn 10000` measured 300 and said nothing.
TEST(BenchOptions, what_is_not_known_ends_it_with_the_nearest_name) {
  const auto two = testing::ExitedWithCode(2);
  EXPECT_EXIT(parsed({"--rusn", "10"}), two, "there is no option `--rusn`; did you mean `--runs`");
  EXPECT_EXIT(parsed({"--elsewhere=1"}), two, "there is no option `--elsewhere`\n");
  EXPECT_EXIT(parsed({"5", "6"}), two, "`6` is one too many");
  EXPECT_EXIT(parsed({"--runs", "many"}), two, "--runs");
  EXPECT_EXIT(parsed({"--runs", "0"}), two, "--runs");
  EXPECT_EXIT(parsed({"--runs"}), two, "--runs");
  EXPECT_EXIT(parsed({"--help"}), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace wonjang::bench
