#include "app/money/work_thread.h"

#include <utility>

namespace wonjang {
namespace {

Error busy(const std::string& what, const std::string& whose, Instant since) {
  return conflict(what + " is under way since " + to_rfc3339(since) + ", begun by " + whose +
                  ": wait for its end, or stop it");
}

}  // namespace

Result<void> WorkThread::put(Work work) {
  if (stopping_) return unavailable("the service is stopping");
  waiting_.push_back(std::move(work));
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
  return {};
}

Result<void> WorkThread::begin(Work work) {
  const MutexLock lock(mutex_);
  if (under_way_) return busy(under_way_->what, under_way_->whose, under_way_->since);
  if (!waiting_.empty()) return busy(waiting_.front().what, waiting_.front().whose, clock_.now());
  return put(std::move(work));
}

Result<void> WorkThread::add(Work work) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= waiting_max_)
    return unavailable("too much work of this kind is waiting: try again later");
  return put(std::move(work));
}

std::optional<WorkThread::UnderWay> WorkThread::under_way() const {
  const MutexLock lock(mutex_);
  return under_way_;
}

bool WorkThread::is_stop_wanted() const {
  const MutexLock lock(mutex_);
  return stop_current_ || stopping_;
}

void WorkThread::stop_current() {
  const MutexLock lock(mutex_);
  if (under_way_) stop_current_ = true;
}

void WorkThread::run() {
  for (;;) {
    Work work;
    {
      const MutexLock lock(mutex_);
      under_way_.reset();
      stop_current_ = false;
      changed_.wait(mutex_, [this]() WJ_REQUIRES(mutex_) { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
      under_way_ = UnderWay{work.what, work.whose, clock_.now()};
    }
    work.act(/*cancelled=*/false);
    // Before `work` is let go: who is answered then may begin the next one.
    const MutexLock lock(mutex_);
    under_way_.reset();
  }
}

void WorkThread::stop() {
  std::thread thread;
  std::deque<Work> waiting;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    waiting.swap(waiting_);
    thread = std::exchange(thread_, std::thread());
  }
  changed_.notify_all();
  if (thread.joinable()) thread.join();
  for (auto& work : waiting) work.act(/*cancelled=*/true);
}

}  // namespace wonjang
