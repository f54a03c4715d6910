// Waiters: work that may not stand on an I/O thread, and requests that wait for the ledger to move (long
// polls, positions not yet reached). One thread; a waiter costs no thread of its own.
//
// Threads: add() from any; wake() from writers' threads: one atomic look when nobody waits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <thread>

#include "base/mutex.h"

namespace wonjang {

class Waiters {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Answers and gives true, or gives false to be asked again after a commit. `last`: the time is up, it must
  // answer.
  using Attempt = std::function<bool(bool last)>;

  explicit Waiters(std::size_t waiting_max) : waiting_max_(waiting_max) {}
  ~Waiters() { stop(); }
  Waiters(const Waiters&) = delete;
  Waiters& operator=(const Waiters&) = delete;

  void start();
  // Asks everybody for the last time, then ends.
  void stop();

  // The first attempt comes at once (on this thread of its own). False, and nothing will be called: too many
  // wait.
  bool add(Attempt attempt, Time until);
  // The ledger moved.
  void wake();
  std::size_t waiting() const { return count_.load(std::memory_order_relaxed); }

 private:
  struct Waiter {
    Attempt attempt;
    Time until;
    bool is_new = true;
  };
  void run();
  void round(std::list<Waiter>& waiters, bool moved, bool last);

  const std::size_t waiting_max_;
  std::atomic<std::size_t> count_{0};
  std::atomic<bool> moved_{false};
  Mutex mutex_;
  CondVar wake_;
  std::list<Waiter> arrived_ WJ_GUARDED_BY(mutex_);
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wonjang
