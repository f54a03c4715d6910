// RunMeter: what a run asks the system about itself, for its profile. And Stopwatch, which takes laps by the
// wall clock and by the calling thread's processor time.
//
// Threads: RunMeter's functions any; a Stopwatch one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "ports/clock.h"

namespace wonjang::money {

// An empty function: nobody knows, and the profile has zeros there.
struct RunMeter {
  std::function<std::int64_t()> thread_cpu_us;   // of the calling thread, since it began
  std::function<std::int64_t()> process_cpu_us;  // of all threads, since the process began
  std::function<std::uint64_t()> resident_bytes;
};

struct Spent {
  std::int64_t us = 0;
  std::int64_t cpu_us = 0;
  Spent& operator+=(const Spent& other) {
    us += other.us;
    cpu_us += other.cpu_us;
    return *this;
  }
  Spent& operator-=(const Spent& other) {
    us -= other.us;
    cpu_us -= other.cpu_us;
    return *this;
  }
};

class Stopwatch {
 public:
  Stopwatch(const Clock& clock, const RunMeter& meter)
      : clock_(clock), meter_(meter), since_(clock.now()), cpu_since_(cpu_now()) {}
  // Since the last lap; a wall clock may step back. REQUIRES: on the thread that made it
  Spent lap() {
    const Instant now = clock_.now();
    const auto cpu = cpu_now();
    const Spent out{std::max<std::int64_t>(now.us - since_.us, 0), cpu - cpu_since_};
    since_ = now;
    cpu_since_ = cpu;
    return out;
  }

 private:
  std::int64_t cpu_now() const { return meter_.thread_cpu_us ? meter_.thread_cpu_us() : 0; }

  const Clock& clock_;
  const RunMeter& meter_;
  Instant since_;
  std::int64_t cpu_since_;
};

}  // namespace wonjang::money
