#include "engine/projection/rebuild.h"

#include <algorithm>

#include "engine/projection/positions.h"

namespace wonjang::projection {
namespace {

Error cancelled() { return unavailable("the rebuild was cancelled; the live generation is as it was"); }

}  // namespace

const char* name_of(RebuildPhase phase) {
  switch (phase) {
    case RebuildPhase::building:
      return "building";
    case RebuildPhase::comparing:
      return "comparing";
    case RebuildPhase::handing_over:
      return "handing_over";
  }
  return "unknown";
}

Result<RebuildReport> Rebuild::run() {
  WJ_TRY(generation_, Generation::create(places_, *factory_(), log_.books()));
  report_.generation = generation_->number();
  next_ = std::make_unique<Fold>(log_, factory_, generation_, options_);
  auto done = [&]() -> Result<void> {
    WJ_CHECK(come_near());
    WJ_TRY(auto snapshots, meet());
    WJ_CHECK(compare_with(snapshots));
    snapshots = {};
    progress_.phase = RebuildPhase::handing_over;
    WJ_CHECK(come_near());
    return hand_over();
  }();
  if (done) return std::move(report_);
  generation_->give_up();
  next_.reset();
  return std::move(done).error();
}

// To within a batch of the live one, so that it need not wait long.
Result<void> Rebuild::come_near() {
  for (;;) {
    WJ_CHECK(report_progress());
    const LogPositions until = live_.committed();
    const bool near = events_between(next_->positions(), until) <= options_.batch_units;
    WJ_TRY(const Folded folded, step(until));
    if (next_->unflushed_bytes() >= options_.flush_bytes) WJ_CHECK(next_->flush());
    if (near || folded.units == 0) break;
  }
  return next_->flush();
}

Result<Folded> Rebuild::step(const LogPositions& until) {
  std::int64_t delay_us = options_.retry_min_us;
  for (std::uint32_t attempt = 1;; ++attempt) {
    auto folded = next_->step(until, /*goal=*/nullptr);
    if (folded) {
      report_.events += folded->events;
      return folded;
    }
    const ErrorKind kind = folded.error().kind;
    const bool passing = kind == ErrorKind::unavailable || kind == ErrorKind::in_doubt;
    if (!passing || attempt >= options_.rebuild_attempts) return folded;
    if (!live_.rest(delay_us)) return cancelled();
    delay_us = std::min(delay_us * 2, options_.retry_max_us);
  }
}

Result<void> Rebuild::fold_all(const LogPositions& until) {
  for (;;) {
    WJ_TRY(const Folded folded, step(until));
    if (folded.units == 0) return {};
  }
}

Result<Rebuild::Snapshots> Rebuild::meet() {
  Snapshots out;
  WJ_CHECK(live_.between_batches([&](const Fold& live) -> Result<void> {
    WJ_CHECK(fold_all(live.positions()));
    if (!equal(next_->positions(), live.positions())) {
      report_.not_compared = "the live generation stands where no unit of the log ends";
      return {};
    }
    report_.compared_at = live.positions();
    out = {snapshot_of(live.generation()), snapshot_of(next_->generation())};
    return {};
  }));
  return out;
}

Result<void> Rebuild::compare_with(const Snapshots& snapshots) {
  if (!snapshots.live) return {};
  progress_.phase = RebuildPhase::comparing;
  WJ_CHECK(report_progress());
  const Projection& projection = *next_->projection();
  const auto keep_comparing = [this](std::uint64_t keys) {
    progress_.keys = keys;
    return live_.go_on(progress_);
  };
  const auto same = [&](KvSpace space, std::optional<std::string_view> live,
                        std::optional<std::string_view> rebuilt) {
    return projection.is_same(space, live, rebuilt);
  };
  WJ_TRY(report_.difference,
         compare(*snapshots.live, *snapshots.rebuilt, projection.spaces(), keep_comparing, same));
  return {};
}

Result<void> Rebuild::hand_over() {
  return live_.between_batches([&](const Fold& live) -> Result<void> {
    WJ_CHECK(fold_all(live.positions()));
    WJ_CHECK(next_->complete());
    live_.take_over(std::move(next_));
    return {};
  });
}

Result<void> Rebuild::report_progress() {
  progress_.events = events_between({}, next_->positions());
  progress_.events_total = events_between({}, live_.committed());
  if (!live_.go_on(progress_)) return cancelled();
  return {};
}

}  // namespace wonjang::projection
