#include "app/api/deadlines.h"

#include <gtest/gtest.h>

#include <atomic>

#include "app/http/http_test_client.h"

namespace wonjang {
namespace {

using namespace std::chrono_literals;

TEST(Deadlines, what_is_called_off_makes_room_and_never_runs) {
  Deadlines deadlines(/*open_max=*/2);
  std::atomic<int> ran{0};
  const auto later = std::chrono::steady_clock::now() + 1h;
  const auto first = deadlines.at(later, [&] { ran += 100; });
  ASSERT_TRUE(first);
  ASSERT_TRUE(deadlines.at(std::chrono::steady_clock::now(), [&] { ran += 1; }));
  EXPECT_FALSE(deadlines.at(later, [&] { ran += 100; })) << "the bound";
  deadlines.call_off(*first);
  deadlines.call_off(*first);
  EXPECT_EQ(deadlines.open(), 1U);
  deadlines.start();
  EXPECT_TRUE(eventually([&] { return ran == 1; }));
  EXPECT_TRUE(deadlines.at(later, [&] { ran += 100; }));
  ASSERT_TRUE(deadlines.at(std::chrono::steady_clock::now() + 1ms, [&] { ran += 1; })) << "earlier than all";
  EXPECT_TRUE(eventually([&] { return ran == 2; }));
  deadlines.stop();
  EXPECT_FALSE(deadlines.at(later, [] {}));
  EXPECT_EQ(deadlines.open(), 0U);
  EXPECT_EQ(ran, 2);
}

}  // namespace
}  // namespace wonjang
