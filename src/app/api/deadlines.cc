#include "app/api/deadlines.h"

#include "app/thread_name.h"

namespace wonjang {

void Deadlines::start() {
  thread_ = std::thread([this] { run(); });
}

void Deadlines::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  std::map<Ticket, std::function<void()>> dropped;  // goes after the lock: destructors may be anybody's
  const MutexLock lock(mutex_);
  dropped.swap(open_);
}

std::optional<Deadlines::Ticket> Deadlines::at(Time time, std::function<void()> what) {
  const MutexLock lock(mutex_);
  if (stopping_ || open_.size() >= open_max_) return std::nullopt;
  const Ticket ticket{time, ++count_};
  const auto placed = open_.emplace(ticket, std::move(what)).first;
  if (placed == open_.begin()) wake_.notify_one();
  return ticket;
}

void Deadlines::call_off(const Ticket& ticket) {
  std::function<void()> dropped;
  const MutexLock lock(mutex_);
  const auto found = open_.find(ticket);
  if (found == open_.end()) return;
  dropped = std::move(found->second);
  open_.erase(found);
}

std::size_t Deadlines::open() const {
  const MutexLock lock(mutex_);
  return open_.size();
}

void Deadlines::run() {
  name_this_thread("deadlines");
  for (;;) {
    std::function<void()> due;
    mutex_.lock();
    while (!stopping_) {
      if (open_.empty()) {
        wake_.wait(mutex_);
        continue;
      }
      const auto first = open_.begin()->first.first;
      if (std::chrono::steady_clock::now() >= first) break;
      wake_.wait_until(mutex_, first);
    }
    const bool last = stopping_;
    if (!last) {
      due = std::move(open_.begin()->second);
      open_.erase(open_.begin());
    }
    mutex_.unlock();
    if (last) return;
    due();
  }
}

}  // namespace wonjang
