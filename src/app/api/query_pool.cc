#include "app/api/query_pool.h"

#include <utility>

#include "app/thread_name.h"

namespace wonjang {

void QueryPool::start() {
  for (std::uint32_t i = 0; i < count_; ++i) {
    threads_.emplace_back([this] {
      name_this_thread("query");
      run();
    });
  }
}

void QueryPool::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  run();  // what is left, where there was no thread
}

bool QueryPool::add(Run query) {
  const MutexLock lock(mutex_);
  if (stopping_ || queries_.size() >= waiting_max_) return false;
  queries_.push_back(std::move(query));
  waiting_.store(queries_.size(), std::memory_order_relaxed);
  changed_.notify_one();
  return true;
}

void QueryPool::run() {
  for (;;) {
    Run query;
    bool stopping = false;
    {
      const MutexLock lock(mutex_);
      while (queries_.empty() && !stopping_) changed_.wait(mutex_);
      if (queries_.empty()) return;
      query = std::move(queries_.front());
      queries_.pop_front();
      waiting_.store(queries_.size(), std::memory_order_relaxed);
      stopping = stopping_;
    }
    query(stopping);
  }
}

}  // namespace wonjang
