#include "engine/projection/rebuild.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.h"
#include "testing/projection_rig.h"

namespace wonjang::projection {
namespace {

// A live generation over some events, and the means to damage it.
class RebuildTest : public ::testing::Test {
 protected:
  void fill(std::uint32_t units = 200) {
    rig_.options.batch_units = 10;
    rig_.append_random(rng_, units);
    rig_.start();
    rig_.drain();
  }
  // Another value under the key of one stream. Gives the key.
  std::string damage() {
    rig_.runner.reset();
    const std::string key = RawId{1, 7}.to_bytes();
    {
      const auto store = rig_.store(1);
      std::string value = store->snapshot()->get(CountingProjection::kStreams, key)->value();
      value.back() = static_cast<char>(value.back() ^ 1);
      KvBatch batch;
      batch.put(CountingProjection::kStreams, key, value);
      EXPECT_TRUE(store->write(batch));
    }
    rig_.start();
    return key;
  }

  Rig rig_;
  Rng rng_{42};
};

TEST_F(RebuildTest, what_is_right_is_found_equal_and_swapped) {
  fill();
  const auto report = rig_.runner->rebuild();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->is_equal());
  EXPECT_EQ(report->compared_at, rig_.log.tails());
  EXPECT_EQ(report->events, events_between({}, rig_.log.tails()));
  EXPECT_EQ(rig_.runner->view()->generation, 2U);
  EXPECT_EQ(rig_.names(), std::vector<std::string>{"generation_0000000002"});
  rig_.expect_right();
  const Status status = rig_.runner->status();
  EXPECT_EQ(status.rebuilds, 1U);
  EXPECT_EQ(status.differences, 0U);
  EXPECT_FALSE(status.rebuild);
  EXPECT_TRUE(status.last_rebuild->is_equal());
}

TEST_F(RebuildTest, the_new_one_is_durable_when_readers_see_it) {
  fill();
  ASSERT_TRUE(rig_.runner->rebuild());
  rig_.append_random(rng_, 50);
  rig_.drain();
  rig_.crash_to_last_flush();
  rig_.start();
  EXPECT_EQ(rig_.runner->status().generation, 2U);
  EXPECT_EQ(rig_.runner->status().rebuilt_because, "");
  ASSERT_TRUE(rig_.runner->view()) << "its mark was flushed before the old one was given up";
  rig_.drain();
  rig_.expect_right();
}

TEST_F(RebuildTest, the_live_one_goes_on_meanwhile) {
  fill();
  std::vector<RebuildPhase> phases;
  const auto report = rig_.runner->rebuild([&](const RebuildProgress& progress) {
    phases.push_back(progress.phase);
    EXPECT_LE(progress.events, progress.events_total);
    EXPECT_EQ(rig_.runner->status().rebuild->phase, progress.phase);
    if (phases.size() % 3 == 0) return true;
    rig_.append_random(rng_, 3);
    (void)rig_.runner->step();
    EXPECT_EQ(rig_.runner->view()->generation, 1U);
    EXPECT_EQ(rig_.runner->view()->seen, rig_.log.tails()) << "readers don't wait for the rebuild";
    return true;
  });
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->is_equal());
  for (const RebuildPhase phase :
       {RebuildPhase::building, RebuildPhase::comparing, RebuildPhase::handing_over}) {
    EXPECT_NE(std::find(phases.begin(), phases.end(), phase), phases.end()) << name_of(phase);
  }
  rig_.expect_right();
  rig_.append_random(rng_, 30);
  rig_.drain();
  rig_.expect_right();
}

TEST_F(RebuildTest, a_damaged_value_is_named_with_space_and_key_and_mended) {
  fill();
  const std::string key = damage();
  const auto report = rig_.runner->rebuild();
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->difference);
  EXPECT_EQ(report->difference->space_name, "streams");
  EXPECT_EQ(report->difference->key, key);
  EXPECT_NE(report->difference->live, report->difference->rebuilt);
  ASSERT_EQ(rig_.differences.size(), 1U);
  EXPECT_EQ(rig_.differences[0], *report->difference);
  EXPECT_NE(rig_.lines().find("space streams, key '" + to_hex(key)), std::string::npos) << rig_.lines();
  EXPECT_EQ(rig_.runner->status().differences, 1U);
  rig_.expect_right();
}

TEST_F(RebuildTest, a_reader_holds_the_old_generation_and_never_removes_it_itself) {
  fill();
  auto old = rig_.runner->view();
  auto second = *old;
  const auto content = CountingProjection::streams_in(*old->snapshot);
  ASSERT_TRUE(rig_.runner->rebuild());
  rig_.append_random(rng_, 30);
  rig_.drain();
  EXPECT_EQ(CountingProjection::streams_in(*old->snapshot), content);
  EXPECT_EQ(rig_.names().size(), 2U);
  old = unavailable("let go");
  EXPECT_EQ(CountingProjection::streams_in(*second.snapshot), content);
  EXPECT_EQ(rig_.names().size(), 2U) << "somebody still has it";
  second = {};
  EXPECT_EQ(rig_.names().size(), 2U) << "removing files takes time, and a reader has an answer to give";
  rig_.drain();
  EXPECT_EQ(rig_.names(), std::vector<std::string>{"generation_0000000002"});
}

TEST_F(RebuildTest, after_the_runners_end_the_last_reader_removes_the_old_generation) {
  fill();
  auto old = rig_.runner->view();
  ASSERT_TRUE(rig_.runner->rebuild());
  rig_.runner->stop();
  EXPECT_EQ(rig_.names().size(), 2U);
  old = unavailable("let go");
  EXPECT_EQ(rig_.names(), std::vector<std::string>{"generation_0000000002"});
}

TEST_F(RebuildTest, an_old_generation_is_not_numbered_again) {
  fill();
  const auto held = rig_.runner->view();
  for (std::uint64_t number = 2; number <= 4; ++number) {
    const auto report = rig_.runner->rebuild();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->generation, number);
  }
  EXPECT_EQ(rig_.names(), (std::vector<std::string>{"generation_0000000001", "generation_0000000004"}));
}

TEST_F(RebuildTest, a_cancelled_one_leaves_everything_as_it_was) {
  fill();
  const auto content = CountingProjection::streams_in(*rig_.runner->view()->snapshot);
  for (const RebuildPhase at :
       {RebuildPhase::building, RebuildPhase::comparing, RebuildPhase::handing_over}) {
    SCOPED_TRACE(name_of(at));
    for (const bool by_call : {false, true}) {
      const auto report = rig_.runner->rebuild([&](const RebuildProgress& progress) {
        if (progress.phase != at || progress.events < 50) return true;
        if (by_call) rig_.runner->cancel_rebuild();
        return by_call;
      });
      // Nothing asks any more after the last progress of the last phase: then it may come through.
      if (report) continue;
      EXPECT_EQ(report.error().kind, ErrorKind::unavailable);
      EXPECT_EQ(CountingProjection::streams_in(*rig_.runner->view()->snapshot), content);
      EXPECT_EQ(rig_.names().size(), 1U) << "the half-built one is gone";
      EXPECT_FALSE(rig_.runner->status().rebuild);
    }
  }
  ASSERT_TRUE(rig_.runner->rebuild()) << "and the next one runs";
  rig_.expect_right();
}

TEST_F(RebuildTest, what_a_crash_left_half_built_is_removed_by_the_next_start) {
  rig_.options.flush_bytes = 1;  // so that the live one survives the crash complete
  fill();
  rig_.places.refuse_to_remove = true;
  EXPECT_FALSE(rig_.runner->rebuild([](const RebuildProgress& progress) { return progress.events < 100; }));
  EXPECT_EQ(rig_.names().size(), 2U);
  rig_.places.refuse_to_remove = false;
  rig_.crash(rng_);
  rig_.start();
  EXPECT_EQ(rig_.names(), std::vector<std::string>{"generation_0000000001"});
  EXPECT_EQ(rig_.runner->status().generation, 1U);
  rig_.drain();
  rig_.expect_right();
}

TEST_F(RebuildTest, a_crash_between_the_mark_and_the_removal_leaves_the_new_one) {
  fill();
  rig_.places.refuse_to_remove = true;
  ASSERT_TRUE(rig_.runner->rebuild());
  EXPECT_EQ(rig_.names().size(), 2U);
  rig_.places.refuse_to_remove = false;
  rig_.crash(rng_);
  rig_.start();
  EXPECT_EQ(rig_.runner->status().generation, 2U);
  EXPECT_EQ(rig_.names(), std::vector<std::string>{"generation_0000000002"});
  rig_.drain();
  rig_.expect_right();
}

TEST_F(RebuildTest, passing_errors_are_got_over_and_lasting_ones_leave_the_live_one) {
  rig_.options.retry_min_us = 0;
  rig_.options.retry_max_us = 0;
  rig_.options.rebuild_attempts = 4;
  fill();
  rig_.faults->fail_apply(3, ErrorKind::unavailable);
  EXPECT_TRUE(rig_.runner->rebuild());
  EXPECT_EQ(rig_.runner->view()->generation, 2U);
  rig_.faults->fail_apply(4, ErrorKind::unavailable);
  EXPECT_EQ(rig_.runner->rebuild().error().kind, ErrorKind::unavailable);
  rig_.faults->fail_apply(1, ErrorKind::corrupt);
  EXPECT_EQ(rig_.runner->rebuild().error().kind, ErrorKind::corrupt);
  EXPECT_EQ(rig_.runner->view()->generation, 2U);
  EXPECT_EQ(rig_.runner->status().state, State::live);
  rig_.expect_right();
}

TEST_F(RebuildTest, it_gets_a_stopped_projection_going_again) {
  fill();
  damage();
  rig_.log.append(1, RawId{1, 7}, {"more"});
  rig_.faults->fail_apply(1, ErrorKind::corrupt);
  EXPECT_EQ(rig_.drain(), Stepped::stopped);
  const auto report = rig_.runner->rebuild();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->difference);
  EXPECT_EQ(rig_.runner->status().stopped_because, "");
  rig_.drain();
  rig_.expect_right();
}

TEST_F(RebuildTest, beside_a_history_that_the_log_does_not_have_nothing_is_compared_and_the_log_wins) {
  Rig rig(1);
  rig.log.append(0, RawId{1, 1}, {"one"});
  rig.log.append(0, RawId{1, 1}, {"two"});
  rig.start();
  rig.drain();
  rig.log.cut(0, 1);
  rig.log.append(0, RawId{1, 1}, {"three", "four"});
  EXPECT_EQ(rig.drain(), Stepped::stopped) << "position 2 is inside a unit now";
  const auto report = rig.runner->rebuild();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->is_equal());
  EXPECT_NE(report->not_compared, "");
  rig.drain();
  rig.expect_right();
}

TEST_F(RebuildTest, there_is_one_at_a_time_and_none_before_the_first_building_is_done) {
  rig_.append_random(rng_, 50);
  rig_.runner = rig_.make();
  EXPECT_EQ(rig_.runner->rebuild().error().kind, ErrorKind::unavailable) << "not started";
  rig_.start();
  EXPECT_EQ(rig_.runner->rebuild().error().kind, ErrorKind::unavailable) << "not complete";
  rig_.drain();
  bool asked = false;
  EXPECT_TRUE(rig_.runner->rebuild([&](const RebuildProgress&) {
    EXPECT_EQ(rig_.runner->rebuild().error().kind, ErrorKind::conflict);
    asked = true;
    return true;
  }));
  EXPECT_TRUE(asked);
}

TEST_F(RebuildTest, crashes_and_rebuilds_in_any_order_come_to_the_same) {
  for (const std::uint64_t seed : test_seeds(15)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng(seed);
    Rig rig;
    rig.options.batch_units = static_cast<std::uint32_t>(1 + rng.below(20));
    rig.options.flush_bytes = 1 + rng.below(5000);
    if (rng.chance(50)) {  // a batch is written while the next one is folded
      rig.options.bulk_lag_events = rig.options.bulk_changes_min = 1;
      rig.options.building_units = static_cast<std::uint32_t>(1 + rng.below(20));
    }
    for (int life = 0; life < 8; ++life) {
      rig.start();
      rig.append_random(rng, static_cast<std::uint32_t>(rng.below(100)));
      if (rng.chance(50)) rig.drain();
      if (rng.chance(50)) {
        const bool leave_it = rng.chance(50);
        rig.places.refuse_to_remove = leave_it;
        std::uint64_t asked_max = rng.below(40);
        const auto report = rig.runner->rebuild([&](const RebuildProgress&) {
          if (rng.chance(50)) rig.append_random(rng, 5);
          if (rng.chance(70)) (void)rig.runner->step();
          return asked_max-- > 0;
        });
        EXPECT_TRUE(!report || report->is_equal()) << rig.lines();
      }
      rig.crash(rng);
      rig.places.refuse_to_remove = false;
    }
    rig.start();
    rig.drain();
    rig.expect_right();
    EXPECT_EQ(rig.names().size(), 1U);
  }
}

}  // namespace
}  // namespace wonjang::projection
