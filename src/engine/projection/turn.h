// Turn: a mutex that lets a waiting thread in before the one that just left. The live side takes it for every
// batch, without a rest; a rebuild needs it for a moment.
//
// Threads: any.
#pragma once

#include <mutex>

#include "base/mutex.h"

namespace wonjang::projection {

class WJ_THREAD_ANNOTATION(capability("mutex")) Turn {
 public:
  // Whoever waits for now_ holds next_, so that the one who leaves can't be back before it.
  void lock() WJ_THREAD_ANNOTATION(acquire_capability()) {
    next_.lock();
    now_.lock();
    next_.unlock();
  }
  void unlock() WJ_THREAD_ANNOTATION(release_capability()) { now_.unlock(); }

 private:
  std::mutex next_;
  std::mutex now_;
};

class WJ_THREAD_ANNOTATION(scoped_lockable) TurnLock {
 public:
  explicit TurnLock(Turn& turn) WJ_THREAD_ANNOTATION(acquire_capability(turn)) : turn_(turn) { turn_.lock(); }
  ~TurnLock() WJ_THREAD_ANNOTATION(release_capability()) { turn_.unlock(); }
  TurnLock(const TurnLock&) = delete;
  TurnLock& operator=(const TurnLock&) = delete;

 private:
  Turn& turn_;
};

}  // namespace wonjang::projection
