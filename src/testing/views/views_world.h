// ViewsWorld: a city's payments, delivered through every disorder, folded by the views through the runner in
// random cuts, with random restarts and crashes; and the oracle that knows every answer.
//
//   ViewsWorld world({.seed = 7, .payments = 3'000, .books = 4});
//   world.fold_all();                        // ~100 steps, some of them end in a crash
//   const auto view = world.view();          // snapshot, positions, projection
//   EXPECT_EQ(read from view, world.oracle().answer)
//
// Threads: one owner; readers on other threads take view() only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/plain_text_forms.h"
#include "adapters/protobuf/event_codec.h"
#include "engine/serving/text.h"
#include "engine/serving/verify_views.h"
#include "engine/serving/views.h"
#include "testing/projection_rig.h"
#include "testing/serving/city.h"
#include "testing/serving/delivered_log.h"
#include "testing/serving/disorder.h"
#include "testing/serving/oracle.h"

namespace wonjang::testing {

class ViewsWorld {
 public:
  explicit ViewsWorld(const CityOptions& options, DisorderOptions disorder = {})
      : log_(options.books),
        rng_(options.seed),
        city_(options, codec_),
        borders_(options.books),
        shown_(options.books) {
    disorder.seed = options.seed;
    Disorder through(disorder, codec_, [this](LogUnit unit) { deliver(std::move(unit)); });
    for (std::vector<CityUnit> batch; city_.next(4096, batch);) through.take(std::move(batch));
    through.finish();
    conflicts_ = through.conflicts();
    counts_ = through.counts();
    options_.own_thread = false;
  }

  const City& city() const { return city_; }
  DeliveredLog& log() { return log_; }
  const ProtobufEventCodec& codec() const { return codec_; }
  const PlainTextForms& forms() const { return forms_; }
  const std::vector<serving::CubeSpec>& cubes() const { return cubes_; }
  const std::vector<Conflict>& conflicts() const { return conflicts_; }
  const DisorderCounts& counts() const { return counts_; }

  // A further unit, seen by the next fold.
  void deliver(LogUnit unit) {
    const auto book = unit.book;
    const bool is_registry = unit.unit.stream == kRegistryStream;
    log_.append(std::move(unit));
    borders_[book].push_back(log_.end()[book]);
    // A merchant is durable before its first payment, in whatever book.
    if (is_registry) shown_[book] = log_.end()[book];
  }

  // Everything that was delivered: in cuts of any size, with restarts and crashes in between.
  void fold_all(bool crashes = true) {
    log_.show(shown_);
    while (shown_ != log_.end()) {
      if (crashes && rng_.chance(20)) stop(rng_.chance(40));
      if (!runner_) start();
      show_more();
      fold_shown();
    }
    if (!runner_) start();
    log_.show_all();
    fold_shown();
  }

  // The first half of every book.
  void fold_half() {
    for (std::uint32_t book = 0; book < borders_.size(); ++book) {
      shown_[book] = std::max(shown_[book], borders_[book][borders_[book].size() / 2]);
    }
    log_.show(shown_);
    if (!runner_) start();
    fold_shown();
  }

  // Everything at once, into a store of its own: what the live one must be equal to.
  void fold_clean(MemoryPlaces& places) {
    log_.show_all();
    projection::RunnerOptions options;
    options.own_thread = false;
    projection::Runner clean(log_, factory(), places, clock_, options);
    ASSERT_TRUE(clean.start());
    while (clean.step() == projection::Stepped::worked) {
    }
    clean_ = *clean.view();
  }
  const projection::View& clean() const { return *clean_; }

  projection::View view() const {
    auto view = runner_->view();
    EXPECT_TRUE(view) << view.error().message;
    return *std::move(view);
  }
  static const serving::Views& views(const projection::View& view) {
    return dynamic_cast<const serving::Views&>(*view.projection);
  }
  Result<serving::ViewsReport> verify(const projection::View& view) const {
    return serving::verify_views({log_, codec_, forms_, cubes_, *view.snapshot, view.seen});
  }
  std::unique_ptr<Oracle> oracle(const LogPositions& until) const {
    auto out = std::make_unique<Oracle>(
        OracleOptions{.normal_form = [this](auto text) { return serving::normal_form(forms_, text); }},
        codec_);
    out->read(log_, until);
    return out;
  }
  std::unique_ptr<Oracle> oracle() const { return oracle(log_.end()); }

  std::uint32_t crashes() const { return crashes_; }
  projection::Runner& runner() { return *runner_; }
  projection::ProjectionFactory factory() const {
    return [this] {
      return std::make_unique<serving::Views>(serving::ViewsPorts{log_, codec_, forms_}, cubes_);
    };
  }

 private:
  void start() {
    options_.batch_units = static_cast<std::uint32_t>(1 + rng_.below(rng_.chance(50) ? 20 : 2'000));
    options_.bulk_lag_events = rng_.chance(30) ? 500 : 200'000;
    options_.bulk_lag_changes = rng_.chance(30) ? 5'000 : 1'500'000;
    options_.bulk_changes_min = 1'000;
    options_.flush_bytes = rng_.chance(30) ? 1 : 1U << 20U;
    runner_ = std::make_unique<projection::Runner>(log_, factory(), places_, clock_, options_);
    const auto started = runner_->start();
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_EQ(runner_->status().rebuilt_because, "");
  }
  // Stopped in order, or dead: then the disks fall back to some state since the last flush.
  void stop(bool in_order) {
    if (!runner_) return;
    if (!in_order) places_.faults->fail_flushes(1);
    runner_.reset();
    places_.faults->fail_flushes(0);
    if (in_order) return;
    disks_.crash(rng_);
    ++crashes_;
  }
  void show_more() {
    for (std::uint32_t book = 0; book < borders_.size(); ++book) {
      const auto& borders = borders_[book];
      if (shown_[book] == borders.back() || rng_.chance(30)) continue;
      const auto at = static_cast<std::size_t>(
          std::upper_bound(borders.begin(), borders.end(), shown_[book]) - borders.begin());
      const std::size_t more = rng_.below(std::min<std::size_t>(borders.size() - at, 400));
      shown_[book] = borders[at + more];
    }
    log_.show(shown_);
  }
  void fold_shown() {
    for (;;) {
      const auto stepped = runner_->step();
      if (stepped == projection::Stepped::worked) continue;
      ASSERT_EQ(stepped, projection::Stepped::idle) << runner_->status().stopped_because;
      return;
    }
  }

  ProtobufEventCodec codec_;
  PlainTextForms forms_;
  const std::vector<serving::CubeSpec> cubes_ = serving::builtin_cubes();
  DeliveredLog log_;
  Rng rng_;
  City city_;
  std::vector<std::vector<Position>> borders_;  // of units, by book
  LogPositions shown_;
  std::vector<Conflict> conflicts_;
  DisorderCounts counts_;

  MemoryPlaces disks_;
  projection::PlacesThatFail places_{disks_};
  ManualClock clock_;
  projection::RunnerOptions options_;
  std::unique_ptr<projection::Runner> runner_;
  std::optional<projection::View> clean_;
  std::uint32_t crashes_ = 0;
};

// How many worlds a test looks at: more with WONJANG_LONG_TESTS=1.
inline std::vector<std::uint64_t> world_seeds(std::uint64_t usually, std::uint64_t patiently) {
  return projection::test_seeds(std::getenv("WONJANG_LONG_TESTS") != nullptr ? patiently : usually);
}

}  // namespace wonjang::testing
