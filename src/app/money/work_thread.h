// WorkThread: a thread that does one piece of work after the other, and a bound on what waits for it. Made
// for work that may not stand on a server's thread: jobs that write, and questions that read much.
//
//   begin()   only if nothing is under way or waiting: who comes second hears of the first
//   add()     behind what waits
//
// Threads: any, but stop() once, from who owns it.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/result.h"
#include "domain/time.h"
#include "ports/clock.h"

namespace wonjang {

class WorkThread {
 public:
  struct Work {
    std::string what;  // "a run for 2026-11-22"
    std::string whose;
    // `cancelled`: the process stops, this never began. What it holds is let go when it isn't under way any
    // more.
    std::function<void(bool cancelled)> act;
  };
  struct UnderWay {
    std::string what;
    std::string whose;
    Instant since;
  };

  WorkThread(const Clock& clock, std::size_t waiting_max) : clock_(clock), waiting_max_(waiting_max) {}
  ~WorkThread() { stop(); }
  WorkThread(const WorkThread&) = delete;
  WorkThread& operator=(const WorkThread&) = delete;

  // Errors: conflict (what is under way, whose, since when), unavailable (stopping).
  Result<void> begin(Work work) WJ_EXCLUDES(mutex_);
  // Errors: unavailable (too much waits, stopping).
  Result<void> add(Work work) WJ_EXCLUDES(mutex_);

  std::optional<UnderWay> under_way() const WJ_EXCLUDES(mutex_);

  // Work under way may ask; true once stop() or stop_current() was called.
  bool is_stop_wanted() const WJ_EXCLUDES(mutex_);
  void stop_current() WJ_EXCLUDES(mutex_);
  // Asks what is under way to end, waits for it, cancels what waits. Nothing begins afterwards.
  void stop() WJ_EXCLUDES(mutex_);

 private:
  void run() WJ_EXCLUDES(mutex_);
  Result<void> put(Work work) WJ_REQUIRES(mutex_);

  const Clock& clock_;
  const std::size_t waiting_max_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Work> waiting_ WJ_GUARDED_BY(mutex_);
  std::optional<UnderWay> under_way_ WJ_GUARDED_BY(mutex_);
  bool stop_current_ WJ_GUARDED_BY(mutex_) = false;
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::thread thread_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
