// CountingProjection: the smallest fold that notices everything that a runner may do wrong. Per stream it
// keeps the number of events and a hash that depends on their order; it refuses a unit that is not the
// stream's next; it keeps a total in memory as well, as a projection with a dictionary would, and refuses a
// batch when that total is not the store's.
//
// Threads: as for Projection; CountingFaults and total() any.
#pragma once

#include <atomic>
#include <map>

#include "base/mutex.h"
#include "ports/projection.h"

namespace wonjang {

// What goes wrong and how much events come to, for all instances that share it.
class CountingFaults {
 public:
  // The next `times` calls answer with this kind.
  void fail_apply(std::uint32_t times, ErrorKind kind);
  void fail_open(std::uint32_t times, ErrorKind kind);
  std::optional<Error> next_apply();
  std::optional<Error> next_open();

  // How many rows of its own an event comes to, as an event of many settlement lines does.
  std::atomic<std::uint32_t> rows_per_event{0};
  std::atomic<std::uint32_t> applied{0};  // batches, also those that failed

 private:
  struct Script {
    std::uint32_t times = 0;
    ErrorKind kind = ErrorKind::unavailable;
  };
  std::optional<Error> take(Script& script, const char* what) WJ_REQUIRES(mutex_);

  Mutex mutex_;
  Script apply_ WJ_GUARDED_BY(mutex_);
  Script open_ WJ_GUARDED_BY(mutex_);
};

struct StreamCount {
  std::uint64_t events = 0;
  std::uint64_t hash = 0;
  friend bool operator==(const StreamCount&, const StreamCount&) = default;
};

class CountingProjection final : public Projection {
 public:
  static constexpr KvSpace kStreams = 1;  // stream(16) -> events(8) hash(8)
  static constexpr KvSpace kTotal = 2;    // "total" -> events(8)
  static constexpr KvSpace kRows = 3;     // stream(16) number of the event(8) row(8) -> ()

  explicit CountingProjection(std::string version, std::shared_ptr<CountingFaults> faults = nullptr)
      : version_(std::move(version)), faults_(std::move(faults)) {}

  std::string_view name() const override { return "counting"; }
  std::string version() const override { return version_; }
  std::span<const KvSpaceOptions> spaces() const override;
  Result<void> open(const KvStore& store) override;
  Result<void> apply(std::span<const LogUnit> units, KvBatch& out) override;
  void committed() override { total_.store(pending_total_); }
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return {{"total", total()}}; }

  // Events committed, as readers may ask.
  std::uint64_t total() const { return total_.load(); }

  static std::uint64_t total_in(const KvSnapshot& snapshot);
  static std::map<RawId, StreamCount> streams_in(const KvSnapshot& snapshot);
  // What it must come to, computed from the log alone.
  static std::map<RawId, StreamCount> expected(const EventLog& log);

 private:
  const std::string version_;
  const std::shared_ptr<CountingFaults> faults_;
  const KvStore* store_ = nullptr;
  std::uint64_t pending_total_ = 0;
  std::atomic<std::uint64_t> total_{0};
};

}  // namespace wonjang
