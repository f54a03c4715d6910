#include "app/api/waiters.h"
#include "app/thread_name.h"

#include <algorithm>
#include <utility>

namespace wonjang {
namespace {

// Between two rounds, so that a burst of commits is looked at once.
constexpr std::chrono::milliseconds kRest{2};

}  // namespace

void Waiters::start() {
  thread_ = std::thread([this] { run(); });
}

void Waiters::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool Waiters::add(Attempt attempt, Time until) {
  const MutexLock lock(mutex_);
  if (stopping_ || count_.load() >= waiting_max_) return false;
  count_.fetch_add(1);
  arrived_.push_back({std::move(attempt), until});
  wake_.notify_one();
  return true;
}

void Waiters::wake() {
  if (count_.load() == 0) return;
  if (moved_.exchange(true)) return;
  const MutexLock lock(mutex_);
  wake_.notify_one();
}

void Waiters::run() {
  name_this_thread("waiters");
  std::list<Waiter> waiters;
  auto next_look = Time::min();
  for (;;) {
    bool last = false;
    {
      mutex_.lock();
      auto until = std::chrono::steady_clock::now() + std::chrono::hours(1);
      for (const auto& waiter : waiters) until = std::min(until, waiter.until);
      const auto now = std::chrono::steady_clock::now();
      while (!stopping_ && arrived_.empty() && std::chrono::steady_clock::now() < until) {
        const auto due = moved_.load() ? std::max(next_look, now) : until;
        if (moved_.load() && std::chrono::steady_clock::now() >= next_look) break;
        wake_.wait_until(mutex_, std::min(due, until));
      }
      waiters.splice(waiters.end(), arrived_);
      last = stopping_;
      mutex_.unlock();
    }
    const bool rested = std::chrono::steady_clock::now() >= next_look;
    const bool moved = rested && moved_.exchange(false);
    if (moved) next_look = std::chrono::steady_clock::now() + kRest;
    round(waiters, moved, last);
    if (last) return;
  }
}

void Waiters::round(std::list<Waiter>& waiters, bool moved, bool last) {
  const auto now = std::chrono::steady_clock::now();
  for (auto it = waiters.begin(); it != waiters.end();) {
    const bool due = last || now >= it->until;
    const bool look = due || it->is_new || moved;
    it->is_new = false;
    if (look && it->attempt(due)) {
      it = waiters.erase(it);
      count_.fetch_sub(1);
    } else {
      ++it;
    }
  }
}

}  // namespace wonjang
