#include "app/api/query_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace wonjang {
namespace {

TEST(QueryPool, beyond_the_bound_nothing_is_taken_and_all_that_was_taken_runs) {
  QueryPool pool(/*threads=*/1, /*waiting_max=*/2);
  std::promise<void> open;
  std::promise<void> begun;
  auto gate = open.get_future().share();
  std::atomic<int> ran{0};
  pool.start();
  ASSERT_TRUE(pool.add([&](bool) {
    begun.set_value();
    gate.wait();
    ran += 1;
  }));
  begun.get_future().wait();  // its thread is held, and the queue is empty again
  EXPECT_TRUE(pool.add([&](bool) { ran += 1; }));
  EXPECT_TRUE(pool.add([&](bool) { ran += 1; }));
  EXPECT_EQ(pool.waiting(), 2U);
  EXPECT_FALSE(pool.add([&](bool) { ran += 100; })) << "the bound";
  open.set_value();
  pool.stop();
  EXPECT_EQ(ran, 3) << "what was taken is answered";
  EXPECT_EQ(pool.waiting(), 0U);
  EXPECT_FALSE(pool.add([&](bool) { ran += 100; })) << "stopped";
  EXPECT_EQ(ran, 3);
}

TEST(QueryPool, what_waits_at_the_stop_is_told_so) {
  QueryPool pool(/*threads=*/1, /*waiting_max=*/2);
  int told = 0;
  ASSERT_TRUE(pool.add([&](bool stopping) { told += stopping ? 1 : 100; }));
  pool.stop();  // it never started
  EXPECT_EQ(told, 1);
}

TEST(QueryPool, its_threads_work_side_by_side) {
  QueryPool pool(/*threads=*/2, /*waiting_max=*/8);
  std::promise<void> first, second;
  auto first_runs = first.get_future().share(), second_runs = second.get_future().share();
  pool.start();
  ASSERT_TRUE(pool.add([&](bool) { first.set_value(), second_runs.wait(); }));
  ASSERT_TRUE(pool.add([&](bool) { second.set_value(), first_runs.wait(); }));
  pool.stop();
}

}  // namespace
}  // namespace wonjang
