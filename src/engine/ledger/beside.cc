#include "engine/ledger/beside.h"

#include <utility>

#include "base/assert.h"

namespace wonjang {

BesideThread::BesideThread(const std::function<void()>& begins)
    : thread_([this, begins] {
        if (begins) begins();
        run();
      }) {}

BesideThread::~BesideThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    begun_.notify_one();
  }
  thread_.join();
}

void BesideThread::start(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    WJ_ASSERT(!task_);
    task_ = std::move(task);
  }
  begun_.notify_one();
}

void BesideThread::wait() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return !task_; });
}

void BesideThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    begun_.wait(lock, [&] { return task_ || stopping_; });
    if (!task_) return;
    lock.unlock();
    task_();  // nobody touches it until it is done
    lock.lock();
    task_ = nullptr;
    done_.notify_one();
  }
}

}  // namespace wonjang
