// Deadlines: what is to happen when a time has come, unless it is called off before. One thread, woken for
// the earliest only: a deadline that is called off in time costs two steps in a tree.
//
// Threads: at() and call_off() from any; start() and stop() from one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "base/mutex.h"

namespace wonjang {

class Deadlines {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Ticket = std::pair<Time, std::uint64_t>;

  explicit Deadlines(std::size_t open_max) : open_max_(open_max) {}
  ~Deadlines() { stop(); }
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  void start();
  // What is open is dropped.
  void stop();

  // Nothing: too many are open, or it was stopped; `what` will not be called.
  std::optional<Ticket> at(Time time, std::function<void()> what);
  // It may be running already.
  void call_off(const Ticket& ticket);
  std::size_t open() const;

 private:
  void run();

  const std::size_t open_max_;
  mutable Mutex mutex_;
  CondVar wake_;
  std::map<Ticket, std::function<void()>> open_ WJ_GUARDED_BY(mutex_);
  std::uint64_t count_ WJ_GUARDED_BY(mutex_) = 0;
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wonjang
