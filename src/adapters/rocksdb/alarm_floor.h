// AlarmFloor: per kind, a time before which there is no alarm. Alarms are a queue: they are removed where the
// next look begins, and each removed one leaves a mark that a look has to step over until it is compacted
// away. Beginning at the floor, it steps over each mark once.
//
// Threads: any. Looks are one at a time: hold the Look while scanning. An alarm is announced after it was
// written.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "base/mutex.h"

namespace wonjang::rocks {

class AlarmFloor {
 public:
  AlarmFloor() {
    floors_.fill(std::numeric_limits<std::int64_t>::min());
    announced_.fill(std::numeric_limits<std::int64_t>::max());
  }

  // An alarm of `kind` at `at_us` was written.
  void announce(std::uint8_t kind, std::int64_t at_us) {
    const MutexLock lock(mutex_);
    floors_[kind] = std::min(floors_[kind], at_us);
    announced_[kind] = std::min(announced_[kind], at_us);
  }

  class Look {
   public:
    Look(AlarmFloor& floor, std::uint8_t kind) : floor_(floor), looking_(floor.looking_), kind_(kind) {
      const MutexLock lock(floor_.mutex_);
      from_us_ = floor_.floors_[kind_];
      floor_.announced_[kind_] = std::numeric_limits<std::int64_t>::max();
    }
    // Scan from here.
    std::int64_t from_us() const { return from_us_; }
    // The scan found nothing in [from_us(), first_us). What was announced since it began may be new to it.
    void found_none_before(std::int64_t first_us) {
      const MutexLock lock(floor_.mutex_);
      floor_.floors_[kind_] = std::min(std::max(from_us_, first_us), floor_.announced_[kind_]);
    }

   private:
    AlarmFloor& floor_;
    MutexLock looking_;
    std::uint8_t kind_;
    std::int64_t from_us_ = 0;
  };

 private:
  Mutex looking_;
  Mutex mutex_;
  std::array<std::int64_t, 256> floors_ WJ_GUARDED_BY(mutex_);
  std::array<std::int64_t, 256> announced_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang::rocks
