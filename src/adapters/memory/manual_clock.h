// ManualClock: a Clock that stands still until it is told, for tests and the simulator. It may be set back,
// as a real wall clock may. Threads: any.
#pragma once

#include <atomic>

#include "ports/clock.h"

namespace wonjang {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = {1'700'000'000'000'000}) : now_us_(start.us) {}

  Instant now() const override { return {now_us_.load()}; }
  void set(Instant at) { now_us_.store(at.us); }
  void advance_us(std::int64_t delta) { now_us_.fetch_add(delta); }
  void advance_ms(std::int64_t delta) { now_us_.fetch_add(delta * 1000); }

 private:
  std::atomic<std::int64_t> now_us_;
};

}  // namespace wonjang
