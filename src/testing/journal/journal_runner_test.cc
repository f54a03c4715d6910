// The alarm: a posting that is broken on purpose stops the projection, and readers keep the last good commit.
#include <gtest/gtest.h>

#include "adapters/memory/manual_clock.h"
#include "adapters/memory/memory_places.h"
#include "engine/money/journal_check.h"
#include "engine/projection/runner.h"
#include "testing/journal/journal_world.h"

namespace wonjang::testing {
namespace {

using projection::Stepped;

Stepped drain(projection::Runner& runner) {
  for (int i = 0; i < 10'000; ++i) {
    const Stepped stepped = runner.step();
    if (stepped != Stepped::worked) return stepped;
  }
  return Stepped::waiting;
}

TEST(JournalAlarm, a_broken_posting_stops_the_projection_and_readers_keep_the_last_good_commit) {
  JournalWorld world({.books = 2});
  MemoryPlaces places;
  ManualClock clock;
  projection::RunnerOptions options;
  options.own_thread = false;
  options.batch_units = 50;
  EventId broken;  // zero: none
  const PostingsHook hook = [&broken](const Event& event, std::vector<journal::Posting>& postings) {
    if (event.id == broken) (postings.at(0).debit > 0 ? postings[0].debit : postings[0].credit) += 1;
  };
  projection::Runner runner(
      world.log(), [&] { return std::make_unique<JournalProjection>(world.log(), world.codec(), hook); },
      places, clock, options);
  ASSERT_TRUE(runner.start());
  ASSERT_EQ(drain(runner), Stepped::idle);
  const auto good = money::JournalReader(*runner.view()->snapshot).now();
  ASSERT_TRUE(good);
  ASSERT_TRUE(good->is_balanced());
  ASSERT_EQ(*good, balance_of(entries_of(world), [](const auto&) { return true; }));

  settlement::PayoutRequested payout;
  payout.amount = 5'000;
  world.add_event(1, settlement::HouseStream::payout, payout);
  const Event last = world.events().back();
  broken = last.id;
  EXPECT_EQ(drain(runner), Stepped::stopped);

  const auto status = runner.status();
  EXPECT_EQ(status.state, projection::State::stopped);
  EXPECT_NE(status.stopped_because.find(last.id.text()), std::string::npos) << status.stopped_because;
  EXPECT_NE(status.stopped_because.find("payout.requested"), std::string::npos) << status.stopped_because;
  const auto view = runner.view();
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->stopped);
  EXPECT_EQ(*money::JournalReader(*view->snapshot).now(), *good);
  runner.stop();
}

TEST(JournalAlarm, what_the_runner_made_passes_the_check) {
  JournalWorld world({.seed = 9, .books = 4});
  MemoryPlaces places;
  ManualClock clock;
  projection::RunnerOptions options;
  options.own_thread = false;
  options.batch_units = 30;
  projection::Runner runner(
      world.log(), [&] { return std::make_unique<JournalProjection>(world.log(), world.codec()); }, places,
      clock, options);
  ASSERT_TRUE(runner.start());
  ASSERT_EQ(drain(runner), Stepped::idle);
  const auto view = runner.view();
  ASSERT_TRUE(view);
  const auto report = money::check_journal({world.log(), world.codec(), *view->snapshot, view->seen});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->ok()) << report->first->what;
  EXPECT_GT(report->entries, 100U);
  runner.stop();
}

}  // namespace
}  // namespace wonjang::testing
