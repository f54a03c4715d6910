// The runner's side of a rebuild. The rebuild itself is rebuild.cc.
#include "engine/projection/runner.h"

namespace wonjang::projection {

Result<RebuildReport> Runner::rebuild(const std::function<bool(const RebuildProgress&)>& progress) {
  {
    const MutexLock lock(mutex_);
    if (!started_ || stopping_) return unavailable("the projection isn't running: start it first");
    if (status_.rebuild) return conflict("a rebuild is going on: wait for its end or cancel it");
    if (!published_.snapshot) return unavailable("the projection is being built for the first time: wait");
    status_.rebuild = RebuildProgress();
    cancelled_ = false;
  }
  progress_ = progress;
  auto report = Rebuild(log_, factory_, places_, options_, *this).run();
  remove_unread();
  if (!report) {
    say("rebuild: " + report.error().message);
  } else if (!report->not_compared.empty()) {
    say("rebuild: not compared, " + report->not_compared);
  } else if (report->difference) {
    say("rebuild: the live generation was different: " + describe(*report->difference));
    if (listener_.differed) listener_.differed(*report->difference);
  }
  const MutexLock lock(mutex_);
  status_.rebuild.reset();
  if (report) {
    status_.rebuilds += 1;
    status_.differences += report->difference ? 1 : 0;
    status_.last_rebuild = *report;
  }
  changed_.notify_all();
  return report;
}

void Runner::cancel_rebuild() {
  const MutexLock lock(mutex_);
  cancelled_ = true;
  changed_.notify_all();
}

LogPositions Runner::committed() const {
  const MutexLock lock(mutex_);
  return status_.positions;
}

Result<void> Runner::between_batches(const std::function<Result<void>(const Fold& live)>& act) {
  std::unique_ptr<Fold> retired;  // goes after the turn: closing and removing its files takes time
  const TurnLock turn(turn_);
  auto acted = act(*live_);
  retired = std::move(retired_);
  return acted;
}

void Runner::take_over(std::unique_ptr<Fold> next) {
  retired_ = std::exchange(live_, std::move(next));
  retired_->generation()->give_up();
  given_up_.push_back({retired_->projection(), retired_->generation()});
  retry_us_ = 0;
  flushed_at_ = clock_.now();
  {
    const MutexLock lock(mutex_);
    status_.stopped_because.clear();
  }
  publish({}, log_.tails());
  const MutexLock lock(mutex_);
  woken_.store(true);
  wake_.notify_all();
}

bool Runner::go_on(const RebuildProgress& progress) {
  {
    const MutexLock lock(mutex_);
    status_.rebuild = progress;
    if (cancelled_) return false;
  }
  return !progress_ || progress_(progress);
}

bool Runner::rest(std::int64_t us) {
  const MutexLock lock(mutex_);
  changed_.wait_for(mutex_, std::chrono::microseconds(us),
                    [this]() WJ_REQUIRES(mutex_) { return cancelled_; });
  return !cancelled_;
}

}  // namespace wonjang::projection
