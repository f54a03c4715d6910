// The runner on its own thread. Build with the tsan preset, too.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "engine/projection/runner.h"
#include "testing/projection_rig.h"

namespace wonjang::projection {
namespace {

// A hang ends as a failure, not as a timeout of the whole binary.
constexpr std::chrono::seconds kSoon(60);

// A view is right when its content, its positions and what memory says belong together.
void expect_one_commit(const View& view) {
  const std::uint64_t total = CountingProjection::total_in(*view.snapshot);
  EXPECT_EQ(total, events_between({}, view.seen));
  std::uint64_t sum = 0;
  for (const auto& [stream, count] : CountingProjection::streams_in(*view.snapshot)) sum += count.events;
  EXPECT_EQ(sum, total);
  EXPECT_GE(static_cast<const CountingProjection&>(*view.projection).total(), total);
}

TEST(RunnerThreads, an_event_after_a_rest_wakes_it) {
  Rig rig;
  rig.options.own_thread = true;
  Runner& runner = rig.start();
  for (int i = 0; i < 200; ++i) {
    rig.log.append(0, RawId{1, 0}, {"event"});
    ASSERT_EQ(runner.wait_for(rig.log.tails(), kSoon), Waited::reached) << i;
  }
  rig.expect_right();
}

TEST(RunnerThreads, an_event_that_comes_while_it_lies_down_wakes_it_too) {
  Rig rig(1);
  rig.options.own_thread = true;
  // After every second look at the tails an event comes that this look did not see; some of these looks are
  // the last one before a rest.
  std::atomic<int> looks{0};
  constexpr Position kLate = 50;
  rig.log.set_after_tails([&] {
    const int look = looks.fetch_add(1);
    if (look % 2 == 0 && look / 2 < static_cast<int>(kLate)) rig.log.append(0, RawId{1, 0}, {"late"});
  });
  Runner& runner = rig.start();
  EXPECT_EQ(runner.wait_for({kLate}, kSoon), Waited::reached);
  runner.stop();
}

// As long a rest as there can be: what ends it is not the clock.
void rest_long(Rig& rig) {
  rig.options.own_thread = true;
  rig.options.rest_factor = 1'000'000'000;
  rig.options.rest_max_us = 600'000'000;
}

TEST(RunnerThreads, what_comes_while_it_rests_is_one_batch_and_who_waits_ends_the_rest) {
  Rig rig;
  rest_long(rig);
  Runner& runner = rig.start();
  rig.log.append(0, RawId{1, 0}, {"first"});
  ASSERT_EQ(runner.wait_for(rig.log.tails(), kSoon), Waited::reached);
  for (int i = 0; i < 20; ++i) rig.log.append(0, RawId{1, 0}, {"event"});
  const auto batches = runner.status().batches;
  ASSERT_EQ(runner.wait_for(rig.log.tails(), kSoon), Waited::reached);
  EXPECT_EQ(runner.status().batches, batches + 1);
  std::latch called(1);
  rig.log.append(0, RawId{1, 0}, {"last"});
  ASSERT_TRUE(runner.when(rig.log.tails(), [&](Waited how) {
    EXPECT_EQ(how, Waited::reached);
    called.count_down();
  }));
  called.wait();
  rig.expect_right();
}

TEST(RunnerThreads, a_rest_ends_with_the_runner) {
  Rig rig;
  rest_long(rig);
  Runner& runner = rig.start();
  rig.log.append(0, RawId{1, 0}, {"first"});
  ASSERT_EQ(runner.wait_for(rig.log.tails(), kSoon), Waited::reached);
  const auto stopped = std::async(std::launch::async, [&] { runner.stop(); });
  EXPECT_EQ(stopped.wait_for(kSoon), std::future_status::ready);
}

TEST(RunnerThreads, a_backlog_is_folded_without_a_rest) {
  Rig rig;
  rest_long(rig);
  rig.options.batch_units = 4;
  for (int i = 0; i < 100; ++i) rig.log.append(0, RawId{1, 0}, {"event"});
  Runner& runner = rig.start();
  for (auto left = kSoon / std::chrono::milliseconds(1); left > 0 && runner.status().lag_events >= 4; --left)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_LT(runner.status().lag_events, 4U);
}

TEST(RunnerThreads, many_wait_in_both_ways_and_all_are_answered) {
  Rig rig;
  rig.options.own_thread = true;
  Runner& runner = rig.start();
  constexpr int kThreads = 4;
  constexpr Position kEach = 50;
  std::latch all_called(kThreads * kEach);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (Position position = 1; position <= kEach; ++position) {
        EXPECT_TRUE(runner.when({position}, [&](Waited how) {
          EXPECT_EQ(how, Waited::reached);
          all_called.count_down();
        }));
        EXPECT_EQ(runner.wait_for({position}, kSoon), Waited::reached);
        EXPECT_GE(runner.view()->seen[0], position);
      }
    });
  }
  for (Position i = 0; i < kEach; ++i) rig.log.append(0, RawId{1, 0}, {"event"});
  all_called.wait();
}

TEST(RunnerThreads, what_comes_while_a_flush_takes_its_time_is_shown) {
  Rig rig(1);
  rig.options.own_thread = true;
  rig.options.flush_bytes = 1;
  Runner& runner = rig.start();
  std::latch may_end(1);
  rig.places.faults->before_flush = [&] { may_end.wait(); };
  for (Position shown = 1; shown <= 20; ++shown) {
    rig.log.append(0, RawId{1, 0}, {"event"});
    EXPECT_EQ(runner.wait_for({shown}, kSoon), Waited::reached);
  }
  EXPECT_EQ(runner.status().flushes, 0U);
  may_end.count_down();
  runner.stop();
  rig.places.faults->before_flush = {};
  rig.crash_to_last_flush();
  EXPECT_EQ(rig.start().wait_for({20}, kSoon), Waited::reached);
  EXPECT_EQ(rig.runner->status().events, 0U) << "the stop flushed what had come meanwhile, too";
}

TEST(RunnerThreads, a_flush_that_fails_beside_is_told_and_tried_again) {
  Rig rig(1);
  rig.options.own_thread = true;
  rig.options.flush_bytes = 1;
  Runner& runner = rig.start();
  rig.places.faults->fail_flushes(2);
  rig.log.append(0, RawId{1, 0}, {"event"});
  for (int i = 0; i < 60'000 && runner.status().flushes == 0; ++i) {
    rig.clock.advance_ms(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(runner.status().errors, 2U);
  EXPECT_EQ(runner.status().flushes, 1U);
  rig.expect_right();
  rig.crash_to_last_flush();
  rig.start();
  EXPECT_EQ(rig.runner->wait_for({1}, kSoon), Waited::reached);
  EXPECT_EQ(rig.runner->status().events, 0U) << "nothing is folded again";
}

// Found reading the change: it waited for flush_us once more, twice what a crash may take.
TEST(RunnerThreads, a_flush_for_its_age_that_fails_beside_is_due_at_once) {
  Rig rig(1);
  rig.options.own_thread = true;
  rig.options.flush_us = 60'000'000;
  Runner& runner = rig.start();
  rig.log.append(0, RawId{1, 0}, {"event"});
  ASSERT_EQ(runner.wait_for({1}, kSoon), Waited::reached);
  rig.places.faults->fail_flushes(1);
  rig.clock.advance_ms(60'000);
  rig.log.append(0, RawId{1, 0}, {"event"});
  ASSERT_EQ(runner.wait_for({2}, kSoon), Waited::reached);
  const auto until = [&](auto holds) {
    for (int i = 0; i < 10'000 && !holds(runner.status()); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_TRUE(holds(runner.status()));
  };
  until([](const Status& status) { return status.errors == 1; });
  rig.clock.advance_ms(8);  // the longest pause between two attempts
  until([](const Status& status) { return status.flushes == 1; });
}

TEST(RunnerThreads, readers_beside_a_writer_and_rebuilds_see_whole_commits_that_never_go_back) {
  Rig rig;
  rig.options.own_thread = true;
  rig.options.batch_units = 16;
  rig.options.bulk_lag_events = 100;
  rig.options.bulk_lag_changes = 50;
  rig.options.bulk_changes_min = 10;
  rig.options.flush_bytes = 2000;
  Runner& runner = rig.start();
  std::atomic<bool> done{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      LogPositions before;
      while (!done.load()) {
        const auto view = runner.view();
        ASSERT_TRUE(view);
        expect_one_commit(*view);
        EXPECT_TRUE(reached(view->seen, before));
        before = view->seen;
        (void)runner.status();
      }
    });
  }
  std::jthread writer([&] {
    Rng rng(1);
    for (int i = 0; i < 1500; ++i) rig.append_random(rng, 1);
  });
  for (std::uint64_t number = 2; number <= 4; ++number) {
    const auto report = runner.rebuild();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->is_equal());
    EXPECT_EQ(report->generation, number);
  }
  writer.join();
  EXPECT_EQ(runner.wait_for(rig.log.tails(), kSoon), Waited::reached);
  done.store(true);
  readers.clear();
  rig.expect_right();
  while (rig.names().size() > 1) std::this_thread::yield();  // the runner's thread removes what nobody reads
  EXPECT_EQ(rig.names(), std::vector<std::string>{"generation_0000000004"});
}

TEST(RunnerThreads, errors_are_tried_again_without_new_events) {
  Rig rig;
  rig.options.own_thread = true;
  rig.options.retry_min_us = 1;
  rig.options.retry_max_us = 1;
  Runner& runner = rig.start();
  rig.faults->fail_apply(5, ErrorKind::unavailable);
  rig.log.append(0, RawId{1, 0}, {"event"});
  // The clock stands still: time moves with each look, as it does in the world.
  while (runner.wait_for({1}, std::chrono::milliseconds(1)) == Waited::late) {
    rig.clock.advance_ms(1);
  }
  rig.expect_right();
  EXPECT_GE(runner.status().errors, 5U);
}

TEST(RunnerThreads, a_stop_ends_waits_and_a_rebuild_and_keeps_views) {
  Rig rig;
  rig.options.own_thread = true;
  Rng rng(2);
  rig.append_random(rng, 100);
  Runner& runner = rig.start();
  ASSERT_EQ(runner.wait_for(rig.log.tails(), kSoon), Waited::reached);
  auto view = runner.view();
  std::latch waiting(2);
  std::jthread waiter([&] {
    waiting.count_down();
    EXPECT_EQ(runner.wait_for({1'000'000}, kSoon), Waited::stopped);
  });
  std::jthread builder([&] {
    bool first = true;
    const auto report = runner.rebuild([&](const RebuildProgress&) {
      if (first) waiting.count_down();
      if (first) waiter.join();  // until the stop came
      first = false;
      return true;
    });
    EXPECT_FALSE(report);
  });
  waiting.wait();
  runner.stop();
  builder.join();
  expect_one_commit(*view);
  rig.runner.reset();
  expect_one_commit(*view);
  EXPECT_EQ(rig.names(), std::vector<std::string>{"generation_0000000001"});
  view = unavailable("let go");
}

}  // namespace
}  // namespace wonjang::projection
