// Clocks for the tests of this folder: one that tests move, and the machine's own for real sockets.
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>

#include "ports/clock.h"

namespace wonjang {

class MovedClock final : public Clock {
 public:
  Instant now() const override { return {now_us_.load()}; }
  void move_to(Instant at) { now_us_.store(at.us); }

 private:
  std::atomic<std::int64_t> now_us_ = 1'700'000'000'000'000;
};

class WallClock final : public Clock {
 public:
  Instant now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  }
};

}  // namespace wonjang
