// FakeLog: an EventLog in memory, with books that a test appends to, cuts short, and makes fail.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "base/mutex.h"
#include "ports/event_log.h"

namespace wonjang {

class FakeLog final : public EventLog {
 public:
  explicit FakeLog(std::uint32_t books) : count_(books), books_(books) {}

  // One unit, durable at once; the stream's version goes on by itself. Wakes.
  void append(std::uint32_t book, RawId stream, std::vector<std::string> events);
  // As restored from a backup: units that begin at or behind `tail` are gone.
  void cut(std::uint32_t book, Position tail);
  // The next `times` reads answer with this kind.
  void fail_reads(std::uint32_t times, ErrorKind kind);
  // Called by every tails() when it has looked, before it returns: for what comes just then.
  void set_after_tails(std::function<void()> hook);

  std::uint32_t books() const override { return count_; }
  LogPositions tails() const override;
  Result<std::vector<StoredUnit>> read(std::uint32_t book, Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override;
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override;
  void set_wake(std::function<void()> wake) override;

 private:
  using Units = std::vector<StoredUnit>;
  static Position tail_of(const Units& units) { return units.empty() ? 0 : units.back().next(); }

  const std::uint32_t count_;
  mutable Mutex mutex_;
  std::vector<Units> books_ WJ_GUARDED_BY(mutex_);
  std::function<void()> after_tails_ WJ_GUARDED_BY(mutex_);
  mutable std::uint32_t reads_to_fail_ WJ_GUARDED_BY(mutex_) = 0;
  ErrorKind fail_kind_ WJ_GUARDED_BY(mutex_) = ErrorKind::unavailable;
  Mutex wake_mutex_;  // held while it is called
  std::function<void()> wake_ WJ_GUARDED_BY(wake_mutex_);
};

}  // namespace wonjang
