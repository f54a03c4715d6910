#include "app/money/work_thread.h"

#include <gtest/gtest.h>

#include <future>

#include "adapters/system/system_clock.h"
#include "app/money/recent_keys.h"

namespace wonjang {
namespace {

Hash128 key_of(std::uint8_t n) {
  Hash128 out{};
  out[0] = n;
  return out;
}

TEST(WorkThread, a_second_job_hears_which_one_is_under_way) {
  SystemClock clock;
  WorkThread jobs(clock, 4);
  std::promise<void> begun;
  std::promise<void> go_on;
  ASSERT_TRUE(jobs.begin({"a run", "one", [&](bool) {
                            begun.set_value();
                            go_on.get_future().wait();
                          }}));
  begun.get_future().wait();
  const auto second = jobs.begin({"another", "two", [](bool) {}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_NE(second.error().message.find("a run is under way since"), std::string::npos)
      << second.error().message;
  EXPECT_NE(second.error().message.find("by one"), std::string::npos);
  go_on.set_value();
  jobs.stop();
  EXPECT_FALSE(jobs.under_way());
}

TEST(WorkThread, what_waits_at_the_stop_is_told_and_what_is_under_way_is_asked_to_end) {
  SystemClock clock;
  WorkThread jobs(clock, 1);
  std::promise<void> begun;
  ASSERT_TRUE(jobs.add({"first", "x", [&](bool) {
                          begun.set_value();
                          while (!jobs.is_stop_wanted()) std::this_thread::yield();
                        }}));
  begun.get_future().wait();
  bool cancelled = false;
  ASSERT_TRUE(jobs.add({"second", "x", [&](bool is_cancelled) { cancelled = is_cancelled; }}));
  EXPECT_FALSE(jobs.add({"third", "x", [](bool) {}})) << "the bound";
  jobs.stop();
  EXPECT_TRUE(cancelled);
  EXPECT_FALSE(jobs.add({"late", "x", [](bool) {}}));
}

TEST(RecentKeys, a_key_stands_for_one_request_until_it_is_forgotten) {
  RecentKeys keys;
  EXPECT_EQ(keys.enter(key_of(1), key_of(7)), RecentKeys::Seen::first);
  EXPECT_EQ(keys.enter(key_of(1), key_of(7)), RecentKeys::Seen::repeated);
  EXPECT_EQ(keys.enter(key_of(1), key_of(8)), RecentKeys::Seen::reused);
  keys.forget(key_of(1));
  EXPECT_EQ(keys.enter(key_of(1), key_of(8)), RecentKeys::Seen::first);
}

}  // namespace
}  // namespace wonjang
