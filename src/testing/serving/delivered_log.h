// DeliveredLog: an EventLog in memory, filled by a test: units in the order in which they are delivered,
// twice or out of their stream's order if the test wants it so. Positions are dense per book, in order of
// delivery. show() hides what comes after a point, so that a reader meets a log that grows.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "ports/event_log.h"
#include "ports/projection.h"

namespace wonjang::testing {

class DeliveredLog final : public EventLog {
 public:
  explicit DeliveredLog(std::uint32_t books) : books_(books), visible_(books), units_(books) {}

  // The unit's position is given here, whatever it was. Visible at once unless show() set a limit.
  void append(LogUnit unit);
  // Readers see what stands before these positions only, each at a unit's border.
  void show(const LogPositions& until);
  void show_all();
  LogPositions end() const;  // of everything, also what isn't shown

  std::uint32_t books() const override { return books_; }
  LogPositions tails() const override;
  Result<std::vector<StoredUnit>> read(std::uint32_t book, Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override;
  // In version order; of units with the same versions the one that was delivered first.
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override;
  void set_wake(std::function<void()> wake) override;

 private:
  struct Place {
    std::uint32_t book;
    std::size_t index;
  };
  Position end_of(std::uint32_t book) const WJ_REQUIRES(mutex_);
  void wake_up() const;

  const std::uint32_t books_;
  mutable Mutex mutex_;
  LogPositions visible_ WJ_GUARDED_BY(mutex_);
  bool shows_all_ WJ_GUARDED_BY(mutex_) = true;
  std::vector<std::vector<StoredUnit>> units_ WJ_GUARDED_BY(mutex_);
  std::unordered_map<RawId, std::vector<Place>> streams_ WJ_GUARDED_BY(mutex_);
  std::function<void()> wake_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang::testing
