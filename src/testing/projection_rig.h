// What the tests of engine/projection share: a log, places that survive a crash and fail when told to, and a
// runner of a CountingProjection over them.
//
// Threads: the rig itself has one owner.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/memory/manual_clock.h"
#include "adapters/memory/memory_places.h"
#include "engine/projection/positions.h"
#include "engine/projection/runner.h"
#include "testing/counting_projection.h"
#include "testing/fake_log.h"

namespace wonjang::projection {

// Of all stores of one FaultyPlaces: the next `writes` writes answer with `kind`, and nothing is written.
struct StoreFaults {
  Mutex mutex;
  std::uint32_t writes WJ_GUARDED_BY(mutex) = 0;
  std::uint32_t flushes WJ_GUARDED_BY(mutex) = 0;
  std::uint32_t uses WJ_GUARDED_BY(mutex) = 0;
  ErrorKind kind WJ_GUARDED_BY(mutex) = ErrorKind::unavailable;
  std::vector<KvUse> used_for WJ_GUARDED_BY(mutex);
  std::atomic<std::uint32_t> bulk_writes{0};  // that were asked for
  std::function<void()> before_bulk;          // set while no store is written
  std::function<void()> before_flush;         // set while no store is flushed

  void fail_writes(std::uint32_t times, ErrorKind with) {
    const MutexLock lock(mutex);
    writes = times;
    kind = with;
  }
  void fail_flushes(std::uint32_t times) {
    const MutexLock lock(mutex);
    flushes = times;
    kind = ErrorKind::unavailable;
  }
  // To calls of use_for(serving).
  void refuse_to_serve(std::uint32_t times) {
    const MutexLock lock(mutex);
    uses = times;
    kind = ErrorKind::unavailable;
  }
  void hear(KvUse use) {
    const MutexLock lock(mutex);
    used_for.push_back(use);
  }
  // What the stores were told to be used for since somebody asked.
  std::vector<KvUse> heard() {
    const MutexLock lock(mutex);
    return std::exchange(used_for, {});
  }
  Result<void> meet(std::uint32_t StoreFaults::*left) {
    const MutexLock lock(mutex);
    if (this->*left == 0) return {};
    this->*left -= 1;
    return Error{kind, "the store was told to fail"};
  }
};

class StoreThatFails final : public KvStore {
 public:
  StoreThatFails(std::unique_ptr<KvStore> inner, std::shared_ptr<StoreFaults> faults)
      : inner_(std::move(inner)), faults_(std::move(faults)) {}
  Result<void> write(const KvBatch& batch) override {
    WJ_CHECK(faults_->meet(&StoreFaults::writes));
    return inner_->write(batch);
  }
  std::unique_ptr<KvSnapshot> snapshot() const override { return inner_->snapshot(); }
  Result<void> write_bulk(const KvBatch& batch) override {
    faults_->bulk_writes += 1;
    if (faults_->before_bulk) faults_->before_bulk();
    WJ_CHECK(faults_->meet(&StoreFaults::writes));
    return inner_->write_bulk(batch);
  }
  Result<void> flush() override {
    if (faults_->before_flush) faults_->before_flush();
    WJ_CHECK(faults_->meet(&StoreFaults::flushes));
    return inner_->flush();
  }
  Result<void> clear() override { return inner_->clear(); }
  Result<void> use_for(KvUse use) override {
    if (use == KvUse::serving) WJ_CHECK(faults_->meet(&StoreFaults::uses));
    faults_->hear(use);
    return inner_->use_for(use);
  }
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return inner_->stats(); }

 private:
  const std::unique_ptr<KvStore> inner_;
  const std::shared_ptr<StoreFaults> faults_;
};

class PlacesThatFail final : public KvPlaces {
 public:
  explicit PlacesThatFail(MemoryPlaces& inner) : inner_(inner) {}
  Result<std::unique_ptr<KvStore>> open(const std::string& name,
                                        std::span<const KvSpaceOptions> spaces) override {
    WJ_TRY(auto store, inner_.open(name, spaces));
    return std::unique_ptr<KvStore>(new StoreThatFails(std::move(store), faults));
  }
  Result<std::vector<std::string>> names() const override { return inner_.names(); }
  Result<void> remove(const std::string& name) override {
    if (refuse_to_remove) return unavailable("the places were told to fail");
    return inner_.remove(name);
  }

  const std::shared_ptr<StoreFaults> faults = std::make_shared<StoreFaults>();
  bool refuse_to_remove = false;

 private:
  MemoryPlaces& inner_;
};

class Rig {
 public:
  explicit Rig(std::uint32_t books = 3) : log(books) {
    options.own_thread = false;
    options.retry_min_us = 1000;
    options.retry_max_us = 8000;
  }

  Runner& start() {
    runner = make();
    const auto started = runner->start();
    EXPECT_TRUE(started) << started.error().message;
    return *runner;
  }
  std::unique_ptr<Runner> make() {
    RunnerListener listener;
    listener.log = [this](const std::string& line) {
      const MutexLock lock(lines_mutex_);
      lines_.push_back(line);
    };
    listener.differed = [this](const Difference& difference) { differences.push_back(difference); };
    return std::make_unique<Runner>(
        log, [this] { return std::make_unique<CountingProjection>(version, faults); }, places, clock, options,
        std::move(listener));
  }
  // Units of up to 3 events over a few streams, each at home in one book.
  void append_random(Rng& rng, std::uint32_t units) {
    for (std::uint32_t i = 0; i < units; ++i) {
      const std::uint64_t stream = rng.below(20);
      std::vector<std::string> events(1 + rng.below(3));
      for (auto& event : events) event = "event " + std::to_string(rng.next());
      log.append(static_cast<std::uint32_t>(stream % log.books()), RawId{1, stream}, std::move(events));
    }
  }
  // Until there is nothing more to do now; time passes while an error rests.
  Stepped drain(std::uint32_t steps_max = 10'000) {
    for (std::uint32_t i = 0; i < steps_max; ++i) {
      const Stepped stepped = runner->step();
      if (stepped == Stepped::idle || stepped == Stepped::stopped) return stepped;
      if (stepped == Stepped::waiting) clock.advance_ms(1);
    }
    ADD_FAILURE() << "the runner doesn't come to rest";
    return Stepped::waiting;
  }
  // The process dies: nothing is flushed any more, then the disks fall back.
  void crash(Rng& rng) {
    die();
    disks.crash(rng);
  }
  // The most that a crash can take.
  void crash_to_last_flush() {
    die();
    disks.crash_to_last_flush();
  }
  void expect_right() {
    const auto view = runner->view();
    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(CountingProjection::streams_in(*view->snapshot), CountingProjection::expected(log));
    EXPECT_EQ(CountingProjection::total_in(*view->snapshot), events_between({}, log.tails()));
    EXPECT_TRUE(equal(view->seen, log.tails()));
    EXPECT_EQ(view->lag_events, 0U);
  }
  std::vector<std::string> names() const { return *disks.names(); }
  // The store of generation `number`, while no runner has it.
  std::unique_ptr<KvStore> store(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    return *disks.open("generation_" + std::string(10 - digits.size(), '0') + digits,
                       CountingProjection("any").spaces());
  }
  std::string lines() {
    const MutexLock lock(lines_mutex_);
    std::string out;
    for (const auto& line : lines_) out += line + "\n";
    return out;
  }

  FakeLog log;
  MemoryPlaces disks;
  PlacesThatFail places{disks};
  ManualClock clock;
  RunnerOptions options;
  std::string version = "1";
  std::shared_ptr<CountingFaults> faults = std::make_shared<CountingFaults>();
  std::vector<Difference> differences;
  std::unique_ptr<Runner> runner;

 private:
  void die() {
    places.faults->fail_flushes(1);
    runner.reset();
    places.faults->fail_flushes(0);
  }

  Mutex lines_mutex_;
  std::vector<std::string> lines_ WJ_GUARDED_BY(lines_mutex_);
};

// One of `count` seeds to try; --gtest_random_seed moves them all.
inline std::vector<std::uint64_t> test_seeds(std::uint64_t count) {
  const auto first = static_cast<std::uint64_t>(::testing::UnitTest::GetInstance()->random_seed());
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = 1; i <= count; ++i) out.push_back(first * 1000 + i);
  return out;
}

}  // namespace wonjang::projection
