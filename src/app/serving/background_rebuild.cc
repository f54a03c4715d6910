#include "app/serving/background_rebuild.h"

#include <utility>

namespace wonjang {

bool BackgroundRebuild::begin() {
  const MutexLock lock(mutex_);
  if (running_ || stopping_) return false;
  // It is through with all it does under the mutex.
  if (thread_.joinable()) thread_.join();
  running_ = true;
  last_error_.clear();
  thread_ = std::thread([this] { run(); });
  return true;
}

void BackgroundRebuild::run() {
  // Asked between batches: a cancel that comes before the rebuild has begun isn't lost.
  const auto report = runner_.rebuild([this](const projection::RebuildProgress&) {
    const MutexLock lock(mutex_);
    return !stopping_;
  });
  const MutexLock lock(mutex_);
  if (!report) last_error_ = report.error().message;
  running_ = false;
}

void BackgroundRebuild::stop() {
  std::thread thread;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    thread = std::exchange(thread_, std::thread());
  }
  runner_.cancel_rebuild();
  if (thread.joinable()) thread.join();
}

std::string BackgroundRebuild::last_error() const {
  const MutexLock lock(mutex_);
  return last_error_;
}

}  // namespace wonjang
