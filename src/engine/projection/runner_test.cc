#include "engine/projection/runner.h"

#include <gtest/gtest.h>

#include <thread>

#include "testing/projection_rig.h"

namespace wonjang::projection {
namespace {

TEST(Runner, an_empty_log_is_shown_at_once) {
  Rig rig;
  Runner& runner = rig.start();
  rig.expect_right();
  const Status status = runner.status();
  EXPECT_EQ(status.state, State::live);
  EXPECT_EQ(status.name, "counting");
  EXPECT_EQ(status.version, "1");
  EXPECT_EQ(status.lag_events, 0U);
  EXPECT_EQ(runner.step(), Stepped::idle);
}

TEST(Runner, nothing_is_shown_before_the_log_was_folded_once) {
  Rig rig;
  rig.options.batch_units = 10;
  Rng rng(1);
  rig.append_random(rng, 35);
  Runner& runner = rig.start();
  EXPECT_EQ(runner.status().state, State::rebuilding);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(runner.view());
    EXPECT_EQ(runner.step(), Stepped::worked);
  }
  EXPECT_EQ(runner.view().error().kind, ErrorKind::unavailable);
  EXPECT_EQ(runner.step(), Stepped::worked);
  rig.expect_right();
  EXPECT_EQ(runner.status().state, State::live);
  EXPECT_EQ(runner.status().batches, 4U);
}

TEST(Runner, every_event_counts_once_however_batches_are_cut) {
  for (const std::uint64_t seed : test_seeds(20)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng(seed);
    Rig rig(static_cast<std::uint32_t>(1 + rng.below(5)));
    rig.options.batch_units = static_cast<std::uint32_t>(1 + rng.below(40));
    rig.options.batch_bytes = 1 + rng.below(500);
    rig.options.bulk_lag_events = rng.below(100);
    rig.options.bulk_units = static_cast<std::uint32_t>(1 + rng.below(200));
    rig.options.bulk_lag_changes = rng.below(1'000);
    rig.options.wide_bytes = 1 + rng.below(2'000);
    rig.options.bulk_changes_min = rng.below(10);
    rig.faults->rows_per_event = static_cast<std::uint32_t>(rng.below(20));
    rig.start();
    for (int round = 0; round < 20; ++round) {
      rig.append_random(rng, static_cast<std::uint32_t>(rng.below(60)));
      if (rng.chance(30)) rig.drain();
      if (rng.chance(50)) (void)rig.runner->step();
    }
    rig.drain();
    rig.expect_right();
  }
}

TEST(Runner, a_view_is_one_commit_and_never_changes) {
  Rig rig;
  rig.options.batch_units = 7;
  Rng rng(3);
  Runner& runner = rig.start();
  std::vector<View> views;
  std::vector<std::map<RawId, StreamCount>> contents;
  for (int i = 0; i < 20; ++i) {
    rig.append_random(rng, 10);
    (void)runner.step();
    views.push_back(*runner.view());
    contents.push_back(CountingProjection::streams_in(*views.back().snapshot));
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    EXPECT_EQ(CountingProjection::streams_in(*views[i].snapshot), contents[i]) << i;
    EXPECT_EQ(CountingProjection::total_in(*views[i].snapshot), events_between({}, views[i].seen)) << i;
  }
  EXPECT_GT(views.back().lag_events, 0U);
}

TEST(Runner, crashes_at_any_point_lose_no_event_and_count_none_twice) {
  for (const std::uint64_t seed : test_seeds(20)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng(seed);
    Rig rig;
    rig.options.batch_units = static_cast<std::uint32_t>(1 + rng.below(20));
    rig.options.flush_bytes = 1 + rng.below(2000);
    if (rng.chance(50)) {  // events of many rows: some batches go in bulk
      rig.options.bulk_lag_changes = rng.below(1'000);
      rig.options.bulk_changes_min = rng.below(200);
      rig.faults->rows_per_event = static_cast<std::uint32_t>(rng.below(20));
    }
    for (int life = 0; life < 15; ++life) {
      rig.start();
      rig.append_random(rng, static_cast<std::uint32_t>(rng.below(100)));
      for (std::uint64_t steps = rng.below(12); steps > 0; --steps) (void)rig.runner->step();
      rig.crash(rng);
    }
    rig.start();
    rig.drain();
    rig.expect_right();
  }
}

TEST(Runner, a_start_goes_on_where_the_last_one_stopped) {
  Rig rig;
  Rng rng(4);
  rig.append_random(rng, 50);
  rig.start();
  rig.drain();
  rig.runner.reset();
  rig.disks.crash_to_last_flush();
  Runner& again = rig.start();
  rig.expect_right();
  EXPECT_EQ(again.status().events, 0U) << "the stop flushed, so nothing is folded again";
  EXPECT_EQ(again.status().rebuilt_because, "");
}

TEST(Runner, a_first_building_that_was_cut_off_goes_on) {
  Rig rig;
  rig.options.batch_units = 10;
  Rng rng(5);
  rig.append_random(rng, 100);
  rig.start();
  for (int i = 0; i < 5; ++i) (void)rig.runner->step();
  const auto folded = rig.runner->status().positions;
  rig.runner.reset();
  Runner& again = rig.start();
  EXPECT_EQ(again.status().positions, folded);
  EXPECT_FALSE(again.view());
  rig.drain();
  rig.expect_right();
}

TEST(Runner, it_flushes_by_bytes_and_by_time) {
  Rig rig;
  rig.options.flush_bytes = 1 << 20;
  rig.options.flush_us = 1'000'000;
  Rng rng(6);
  Runner& runner = rig.start();
  rig.append_random(rng, 10);
  rig.drain();
  EXPECT_EQ(runner.status().flushes, 0U);
  rig.clock.advance_ms(999);
  (void)runner.step();
  EXPECT_EQ(runner.status().flushes, 0U);
  rig.clock.advance_ms(1);
  (void)runner.step();
  EXPECT_EQ(runner.status().flushes, 1U);
  rig.clock.advance_ms(5000);
  (void)runner.step();
  EXPECT_EQ(runner.status().flushes, 1U) << "there is nothing to flush";

  rig.runner.reset();
  rig.options.flush_bytes = 1;
  rig.start();
  rig.append_random(rng, 10);
  rig.drain();
  EXPECT_EQ(rig.runner->status().flushes, 1U);
}

// ---- errors

TEST(Runner, passing_errors_of_apply_write_read_and_flush_are_got_over) {
  for (const std::uint64_t seed : test_seeds(20)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng(seed);
    Rig rig;
    rig.options.batch_units = static_cast<std::uint32_t>(1 + rng.below(20));
    rig.options.flush_bytes = 1 + rng.below(2000);
    if (rng.chance(50)) {  // the next batch is read while one is folded
      rig.options.bulk_lag_events = rng.below(30);
      rig.options.bulk_lag_changes = rng.below(30);
      rig.options.bulk_units = static_cast<std::uint32_t>(1 + rng.below(10));
      rig.options.building_units = static_cast<std::uint32_t>(1 + rng.below(10));
    }
    rig.start();
    for (int round = 0; round < 30; ++round) {
      rig.append_random(rng, static_cast<std::uint32_t>(rng.below(40)));
      const auto times = static_cast<std::uint32_t>(rng.below(3));
      if (rng.chance(30)) rig.faults->fail_apply(times, ErrorKind::unavailable);
      if (rng.chance(30)) rig.faults->fail_open(times, ErrorKind::unavailable);
      if (rng.chance(30)) rig.places.faults->fail_writes(times, ErrorKind::unavailable);
      if (rng.chance(30)) rig.places.faults->fail_flushes(times);
      if (rng.chance(30)) rig.log.fail_reads(times, ErrorKind::unavailable);
      (void)rig.drain();
    }
    rig.places.faults->fail_flushes(0);
    rig.log.fail_reads(0, ErrorKind::unavailable);
    (void)rig.drain();
    rig.expect_right();
    EXPECT_GT(rig.runner->status().errors, 0U);
    EXPECT_EQ(rig.runner->status().attempts, 0U);
  }
}

TEST(Runner, a_generation_that_nobody_reads_is_folded_in_larger_batches) {
  Rng rng(5);
  Rig rig;
  rig.options.bulk_lag_events = 10;
  rig.options.bulk_units = 10;
  rig.options.building_units = 100;
  rig.append_random(rng, 400);
  rig.start();
  (void)rig.drain();
  const auto building = rig.runner->status().batches;
  EXPECT_LE(building, 10U);
  rig.append_random(rng, 400);
  (void)rig.drain();
  EXPECT_GE(rig.runner->status().batches - building, 30U);
  rig.expect_right();
}

// How a hundred units were folded that came at once behind ten of `rows_before` rows an event.
struct Went {
  std::uint64_t batches = 0;
  std::uint64_t in_bulk = 0;
};
Went went(std::uint32_t rows_before, std::uint32_t rows, std::uint64_t changes_min) {
  Rng rng(11);
  Rig rig(1);
  rig.options.batch_bytes = 250;
  rig.options.wide_bytes = 1'000;
  rig.options.bulk_lag_changes = 5'000;
  rig.options.bulk_changes_min = changes_min;
  Runner& runner = rig.start();
  rig.faults->rows_per_event = rows_before;
  rig.append_random(rng, 10);
  (void)rig.drain();
  EXPECT_EQ(rig.places.faults->bulk_writes, 0U) << "little is owed";
  const auto before = runner.status().batches;
  rig.faults->rows_per_event = rows;
  rig.append_random(rng, 100);
  (void)rig.drain();
  rig.expect_right();
  return {runner.status().batches - before, rig.places.faults->bulk_writes};
}

// A settlement of ten million lines is some 30,000 events: far behind, though not by their number.
TEST(Runner, few_events_that_come_to_many_rows_go_to_the_store_in_bulk) {
  const Went narrow = went(/*rows_before=*/1, /*rows=*/1, /*changes_min=*/1);
  EXPECT_EQ(narrow.in_bulk, 0U);
  const Went wide = went(100, 100, 1'000);
  EXPECT_GE(wide.in_bulk, 2U);
  EXPECT_LT(wide.in_bulk, wide.batches) << "the last of them aren't far behind any more";
  EXPECT_LT(wide.batches, narrow.batches) << "and batches are larger";
}

// One wide event says much of the next ones: what a batch itself came to has the last word.
TEST(Runner, a_batch_of_few_rows_behind_a_wide_one_goes_as_usual) {
  EXPECT_EQ(went(/*rows_before=*/100, /*rows=*/0, /*changes_min=*/1'000).in_bulk, 0U);
}

// Every batch that isn't the last goes by write_bulk().
void write_in_bulk(RunnerOptions& options, std::uint32_t units) {
  options.bulk_lag_events = 1;
  options.bulk_units = options.building_units = units;
  options.bulk_changes_min = 1;
}

// ---- a batch is written while the next one is folded

// One event a unit, ten units a batch.
void append_batches(Rig& rig, int batches) {
  for (int i = 0; i < 10 * batches; ++i) rig.log.append(0, RawId{1, 1}, {"event " + std::to_string(i)});
}

TEST(RunnerWritesBehind, a_batch_is_written_while_the_next_one_is_folded) {
  Rig rig(1);
  write_in_bulk(rig.options, 10);
  append_batches(rig, 5);
  std::atomic<bool> in_time = true;
  rig.places.faults->before_bulk = [&] {
    // The last one is written alone.
    const std::uint32_t next = std::min(rig.places.faults->bulk_writes + 1, 5U);
    auto left_ms = std::chrono::seconds(60) / std::chrono::milliseconds(1);
    for (; left_ms > 0 && rig.faults->applied < next; --left_ms)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    in_time = in_time && left_ms > 0;
  };
  rig.start();
  rig.drain();
  EXPECT_TRUE(in_time);
  EXPECT_EQ(rig.faults->applied, 5U);
  rig.expect_right();
}

TEST(RunnerWritesBehind, a_step_tells_what_is_committed_not_what_is_on_its_way) {
  Rig rig(1);
  write_in_bulk(rig.options, 10);
  append_batches(rig, 5);
  Runner& runner = rig.start();
  for (const Position committed : {10U, 20U, 30U, 50U}) {
    EXPECT_EQ(runner.step(), Stepped::worked);
    EXPECT_EQ(runner.status().positions, LogPositions{committed});
    EXPECT_EQ(runner.status().events, committed);
  }
  EXPECT_EQ(runner.step(), Stepped::idle);
  rig.expect_right();
}

TEST(RunnerWritesBehind, a_batch_too_large_to_keep_is_written_before_the_next_one_is_folded) {
  Rig rig(1);
  write_in_bulk(rig.options, 10);
  rig.options.behind_bytes_max = 0;
  append_batches(rig, 5);
  Runner& runner = rig.start();
  rig.places.faults->before_bulk = [&] { EXPECT_EQ(rig.faults->applied, rig.places.faults->bulk_writes); };
  for (const Position committed : {10U, 20U, 30U, 40U, 50U}) {
    EXPECT_EQ(runner.step(), Stepped::worked);
    EXPECT_EQ(runner.status().positions, LogPositions{committed});
  }
  rig.expect_right();
}

TEST(RunnerWritesBehind, a_write_that_fails_takes_the_batch_that_rests_on_it_along) {
  for (const std::uint32_t good : {0U, 2U}) {
    Rig rig(1);
    write_in_bulk(rig.options, 10);
    append_batches(rig, 6);
    Runner& runner = rig.start();
    std::uint32_t asked = 0;
    rig.places.faults->before_bulk = [&] {
      if (asked++ == good) rig.places.faults->fail_writes(1, ErrorKind::unavailable);
    };
    for (std::uint32_t i = 0; i < good; ++i) EXPECT_EQ(runner.step(), Stepped::worked);
    EXPECT_EQ(runner.step(), Stepped::waiting);
    EXPECT_EQ(runner.status().positions, LogPositions{good * 10});
    EXPECT_EQ(runner.status().errors, 1U);
    rig.drain();
    EXPECT_EQ(runner.status().events, 60U) << "each counts once";
    EXPECT_EQ(rig.faults->applied, 6U + 2U);
    rig.expect_right();
  }
}

TEST(RunnerWritesBehind, an_error_of_folding_keeps_the_batch_that_is_being_written) {
  for (const ErrorKind kind : {ErrorKind::unavailable, ErrorKind::corrupt}) {
    Rig rig(1);
    write_in_bulk(rig.options, 10);
    append_batches(rig, 6);
    Runner& runner = rig.start();
    EXPECT_EQ(runner.step(), Stepped::worked);
    rig.faults->fail_apply(1, kind);
    EXPECT_EQ(runner.step(), Stepped::worked) << "the second batch";
    EXPECT_EQ(runner.status().errors, 0U);
    const bool passing = kind == ErrorKind::unavailable;
    EXPECT_EQ(runner.step(), passing ? Stepped::waiting : Stepped::stopped) << "the third";
    EXPECT_EQ(runner.status().positions, LogPositions{20});
    EXPECT_EQ(runner.status().errors, 1U);
    if (passing) {
      rig.drain();
      EXPECT_EQ(runner.status().errors, 1U);
    } else {
      EXPECT_NE(runner.status().stopped_because.find("corrupt at [20]"), std::string::npos);
      rig.runner.reset();
      rig.start();
      rig.drain();
    }
    rig.expect_right();
  }
}

TEST(RunnerWritesBehind, a_stop_keeps_what_was_on_its_way) {
  Rig rig(1);
  write_in_bulk(rig.options, 10);
  append_batches(rig, 6);
  EXPECT_EQ(rig.start().step(), Stepped::worked);
  rig.runner.reset();
  rig.disks.crash_to_last_flush();
  EXPECT_EQ(rig.start().status().positions, LogPositions{20});
  rig.drain();
  rig.expect_right();
}

TEST(RunnerWritesBehind, errors_and_crashes_anywhere_leave_the_right_content) {
  for (const std::uint64_t seed : test_seeds(60)) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    Rig rig;
    write_in_bulk(rig.options, static_cast<std::uint32_t>(1 + rng.below(30)));
    rig.append_random(rng, 300);
    for (int life = 0; life < 6; ++life) {
      rig.start();
      for (std::uint64_t steps = rng.below(20); steps > 0; --steps) {
        const auto times = static_cast<std::uint32_t>(rng.below(3));
        if (rng.chance(20)) rig.faults->fail_apply(times, ErrorKind::unavailable);
        if (rng.chance(20)) rig.faults->fail_open(times, ErrorKind::unavailable);
        if (rng.chance(20)) rig.places.faults->fail_writes(times, ErrorKind::unavailable);
        if (rng.chance(20)) rig.log.fail_reads(times, ErrorKind::unavailable);
        if (rng.chance(20)) rig.append_random(rng, 20);
        if (rig.runner->step() == Stepped::waiting) rig.clock.advance_ms(10);
      }
      rig.faults->fail_open(0, ErrorKind::unavailable);
      rig.places.faults->fail_writes(0, ErrorKind::unavailable);
      rig.log.fail_reads(0, ErrorKind::unavailable);
      rng.chance(50) ? rig.crash(rng) : rig.runner.reset();
    }
    rig.start();
    rig.drain();
    rig.expect_right();
  }
}

// ---- what the store is used for

using Uses = std::vector<KvUse>;

TEST(Runner, a_store_is_filled_until_its_generation_is_complete) {
  Rig rig;
  write_in_bulk(rig.options, 10);
  Rng rng(5);
  rig.append_random(rng, 100);
  rig.start();
  for (int i = 0; i < 5; ++i) (void)rig.runner->step();
  EXPECT_EQ(rig.places.faults->heard(), Uses{KvUse::filling});
  rig.runner.reset();
  rig.start();  // goes on with it
  (void)rig.runner->step();
  EXPECT_EQ(rig.places.faults->heard(), Uses{KvUse::filling});
  rig.drain();
  EXPECT_EQ(rig.places.faults->heard(), Uses{KvUse::serving});
  rig.append_random(rng, 100);
  rig.drain();
  EXPECT_EQ(rig.places.faults->heard(), Uses{}) << "it has readers now";
  ASSERT_TRUE(rig.runner->rebuild());
  EXPECT_EQ(rig.places.faults->heard(), (Uses{KvUse::filling, KvUse::serving}));
  rig.expect_right();
}

TEST(Runner, a_store_that_is_written_without_bulk_is_never_filled) {
  Rig rig;
  Rng rng(5);
  rig.append_random(rng, 100);
  rig.start();
  rig.drain();
  EXPECT_EQ(rig.places.faults->heard(), Uses{});
}

TEST(Runner, a_store_that_will_not_serve_is_told_again) {
  Rig rig;
  write_in_bulk(rig.options, 1000);
  Rng rng(5);
  rig.append_random(rng, 100);
  rig.start();
  rig.places.faults->refuse_to_serve(3);
  (void)rig.runner->step();
  EXPECT_FALSE(rig.runner->view()) << "the batch is written, and readers would meet a store that is filled";
  EXPECT_EQ(rig.runner->status().errors, 1U);
  rig.drain();
  EXPECT_EQ(rig.runner->status().errors, 3U);
  EXPECT_EQ(rig.places.faults->heard(), (Uses{KvUse::filling, KvUse::serving}));
  rig.expect_right();
}

TEST(Runner, the_delay_between_attempts_grows_to_its_bound) {
  Rig rig;
  rig.options.retry_min_us = 1000;
  rig.options.retry_max_us = 4000;
  Rng rng(7);
  Runner& runner = rig.start();
  rig.append_random(rng, 5);
  rig.faults->fail_apply(1000, ErrorKind::unavailable);
  EXPECT_EQ(runner.step(), Stepped::waiting);
  for (const std::int64_t delay_ms : {1, 2, 4, 4, 4}) {
    const auto errors = runner.status().errors;
    rig.clock.advance_us(delay_ms * 1000 - 1);
    EXPECT_EQ(runner.step(), Stepped::waiting);
    EXPECT_EQ(runner.status().errors, errors) << "too early";
    rig.clock.advance_us(1);
    EXPECT_EQ(runner.step(), Stepped::waiting);
    EXPECT_EQ(runner.status().errors, errors + 1) << "due";
  }
  EXPECT_EQ(runner.status().attempts, 6U);
  EXPECT_EQ(runner.status().last_error, "apply was told to fail");
  rig.clock.advance_ms(-3'600'000);  // the wall clock is set back
  const auto errors = runner.status().errors;
  (void)runner.step();
  EXPECT_EQ(runner.status().errors, errors + 1) << "nobody waits an hour for it";
}

TEST(Runner, a_contradiction_stops_it_and_readers_keep_the_last_good_commit) {
  for (const int kind : {0, 1, 2}) {
    SCOPED_TRACE(kind);
    Rig rig;
    Rng rng(8);
    Runner& runner = rig.start();
    rig.append_random(rng, 30);
    rig.drain();
    const auto good = CountingProjection::streams_in(*runner.view()->snapshot);
    const auto seen = runner.view()->seen;

    rig.append_random(rng, 30);
    if (kind == 0) rig.faults->fail_apply(1, ErrorKind::corrupt);
    if (kind == 1) rig.places.faults->fail_writes(1, ErrorKind::corrupt);
    if (kind == 2) rig.log.fail_reads(1, ErrorKind::corrupt);
    Waited waited = Waited::reached;
    EXPECT_TRUE(runner.when(rig.log.tails(), [&](Waited how) { waited = how; }));
    EXPECT_EQ(runner.step(), Stepped::stopped);
    EXPECT_EQ(waited, Waited::stopped) << "who waits hears of it";
    EXPECT_EQ(runner.step(), Stepped::stopped) << "and it isn't tried again by itself";

    const auto view = runner.view();
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->stopped);
    EXPECT_GT(view->lag_events, 0U);
    EXPECT_EQ(view->seen, seen);
    EXPECT_EQ(CountingProjection::streams_in(*view->snapshot), good);
    const Status status = runner.status();
    EXPECT_EQ(status.state, State::stopped);
    EXPECT_NE(status.stopped_because.find("corrupt at [" + std::to_string(seen[0])), std::string::npos)
        << status.stopped_because;
    EXPECT_NE(status.stopped_because.find("was told to fail"), std::string::npos) << status.stopped_because;
    EXPECT_EQ(runner.wait_for(rig.log.tails(), std::chrono::hours(1)), Waited::stopped);
  }
}

TEST(Runner, a_start_that_cannot_read_the_log_says_so_and_may_be_repeated) {
  Rig rig;
  Rng rng(9);
  rig.append_random(rng, 30);
  rig.start();
  rig.drain();
  rig.runner = rig.make();
  rig.log.fail_reads(1, ErrorKind::unavailable);
  const auto started = rig.runner->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(rig.runner->start());
  rig.expect_right();
}

// ---- a generation that can't be used

TEST(Runner, another_version_means_a_new_building) {
  Rig rig;
  Rng rng(10);
  rig.append_random(rng, 30);
  rig.start();
  rig.drain();
  rig.runner.reset();
  rig.version = "2";
  Runner& runner = rig.start();
  EXPECT_FALSE(runner.view()) << "what the other version stored means something else";
  EXPECT_NE(runner.status().rebuilt_because.find("version '1'"), std::string::npos);
  rig.drain();
  rig.expect_right();
  EXPECT_EQ(rig.names(), std::vector<std::string>{"generation_0000000002"});
  rig.runner.reset();
  EXPECT_EQ(rig.start().status().rebuilt_because, "") << "once";
}

TEST(Runner, a_log_shorter_than_what_was_folded_means_a_new_building) {
  Rig rig;
  Rng rng(11);
  rig.append_random(rng, 60);
  rig.start();
  rig.drain();
  rig.runner.reset();
  rig.log.cut(1, rig.log.tails()[1] / 2);
  EXPECT_NE(rig.start().status().rebuilt_because.find("restored from a backup"), std::string::npos);
  rig.drain();
  rig.expect_right();
}

TEST(Runner, a_log_that_was_restored_and_went_on_otherwise_means_a_new_building) {
  Rig rig(1);
  for (int i = 0; i < 10; ++i) rig.log.append(0, RawId{1, 1}, {"old"});
  rig.start();
  rig.drain();
  rig.runner.reset();
  rig.log.cut(0, 5);
  for (int i = 0; i < 20; ++i) rig.log.append(0, RawId{1, 1}, {"new"});
  EXPECT_NE(rig.start().status().rebuilt_because.find("another history"), std::string::npos);
  rig.drain();
  rig.expect_right();
}

TEST(Runner, a_store_without_its_record_or_that_does_not_open_means_a_new_building) {
  Rig rig;
  Rng rng(12);
  rig.append_random(rng, 30);
  rig.start();
  rig.drain();
  rig.runner.reset();
  {
    KvBatch batch;
    batch.put(kProjectionMetaSpace, kMetaKey, "damaged");
    ASSERT_TRUE(rig.store(1)->write(batch));
  }
  EXPECT_NE(rig.start().status().rebuilt_because.find("record"), std::string::npos);
  rig.drain();
  rig.expect_right();

  rig.runner.reset();
  rig.faults->fail_open(1, ErrorKind::corrupt);
  EXPECT_NE(rig.start().status().rebuilt_because.find("told to fail"), std::string::npos);
  rig.drain();
  rig.expect_right();
  EXPECT_EQ(rig.names(), std::vector<std::string>{"generation_0000000003"});
}

// ---- waiting and lag

TEST(Runner, who_waits_for_a_position_is_called_when_readers_can_see_it) {
  Rig rig(1);
  rig.options.batch_units = 1;
  Runner& runner = rig.start();
  for (int i = 0; i < 3; ++i) rig.log.append(0, RawId{1, 1}, {"event"});
  std::vector<Position> called;
  for (const Position position : {Position{3}, Position{1}}) {
    EXPECT_TRUE(runner.when({position}, [&, position](Waited how) {
      EXPECT_EQ(how, Waited::reached);
      EXPECT_GE(runner.view()->seen[0], position);
      called.push_back(position);
    }));
  }
  const auto forgotten = runner.when({2}, [](Waited) { FAIL() << "it was forgotten"; });
  EXPECT_EQ(runner.status().waiting, 3U);
  EXPECT_TRUE(runner.forget(*forgotten));
  EXPECT_TRUE(called.empty());
  (void)runner.step();
  EXPECT_EQ(called, std::vector<Position>{1});
  rig.drain();
  EXPECT_EQ(called, (std::vector<Position>{1, 3}));
  EXPECT_EQ(runner.when({3}, [&](Waited) { called.push_back(33); }), Waits::Id{0});
  EXPECT_EQ(called.back(), 33U) << "at once";
}

TEST(Runner, too_many_who_wait_are_refused) {
  Rig rig(1);
  rig.options.waits_max = 2;
  Runner& runner = rig.start();
  int stopped = 0;
  const auto call = [&](Waited how) { stopped += how == Waited::stopped ? 1 : 0; };
  EXPECT_TRUE(runner.when({1}, call));
  EXPECT_TRUE(runner.when({1}, call));
  EXPECT_FALSE(runner.when({1}, call));
  runner.stop();
  EXPECT_EQ(stopped, 2) << "a stop answers everybody once";
}

TEST(Runner, a_wait_ends_at_its_deadline) {
  Rig rig(1);
  Runner& runner = rig.start();
  EXPECT_EQ(runner.wait_for({0}, std::chrono::microseconds(0)), Waited::reached);
  EXPECT_EQ(runner.wait_for({1}, std::chrono::microseconds(0)), Waited::late);
  EXPECT_EQ(runner.wait_for({1}, std::chrono::milliseconds(5)), Waited::late);
  rig.log.append(0, RawId{1, 1}, {"event"});
  (void)runner.step();
  EXPECT_EQ(runner.wait_for({1}, std::chrono::microseconds(0)), Waited::reached);
}

TEST(Runner, lag_is_told_in_events_and_in_time) {
  Rig rig(2);
  rig.options.batch_units = 1;
  Runner& runner = rig.start();
  rig.log.append(0, RawId{1, 2}, {"one", "two"});
  rig.clock.advance_ms(30);
  rig.log.append(1, RawId{1, 1}, {"three"});
  rig.clock.advance_ms(20);
  EXPECT_EQ(runner.status().lag_events, 3U);
  EXPECT_EQ(runner.status().lag_us, 50'000);
  (void)runner.step();
  (void)runner.step();
  EXPECT_EQ(runner.status().lag_events, 0U);
  EXPECT_EQ(runner.status().lag_us, 0);
  EXPECT_EQ(runner.status().tails, (LogPositions{2, 1}));
}

TEST(Runner, the_numbers_of_projection_and_store_are_shown) {
  Rig rig(1);
  Runner& runner = rig.start();
  rig.log.append(0, RawId{1, 1}, {"event"});
  rig.clock.advance_ms(2000);
  (void)runner.step();
  const auto numbers = runner.status().numbers;
  EXPECT_NE(std::find(numbers.begin(), numbers.end(), std::pair<std::string, std::uint64_t>("total", 1)),
            numbers.end());
}

}  // namespace
}  // namespace wonjang::projection
