// QueryPool: threads for questions to the views that may read thousands of rows or cells, so that they never
// hold the threads that read and write connections. First come, first served; what finds the queue full is
// told to come back.
//
// Threads: add() from any; start() and stop() from one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace wonjang {

class QueryPool {
 public:
  QueryPool(std::uint32_t threads, std::size_t waiting_max) : count_(threads), waiting_max_(waiting_max) {}
  ~QueryPool() { stop(); }
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  void start();
  void stop();

  // `stopping`: it waited until stop() came, and only says so.
  using Run = std::function<void(bool stopping)>;
  // False, and it will not be called: so many wait already, or it was stopped.
  bool add(Run query);
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  void run();

  const std::uint32_t count_;
  const std::size_t waiting_max_;
  std::atomic<std::size_t> waiting_{0};
  Mutex mutex_;
  CondVar changed_;
  std::deque<Run> queries_ WJ_GUARDED_BY(mutex_);
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace wonjang
