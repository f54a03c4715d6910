// RunBoard: which settlement run this process is at, how far it is, who wants it to end, and what the last
// one failed at: what the log doesn't say.
//
// A person may stop a run before it has begun: one that waits to go on after a restart. It begins then, ends
// at once and says so, which ends its lease; or it would go on at the next start.
//
// Threads: any.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/mutex.h"
#include "domain/time.h"
#include "engine/money/run.h"

namespace wonjang {

// The run that this process is doing.
struct RunUnderWay {
  BusinessDate date;
  std::string whose;
  Instant since;
  money::RunProgress progress;
};

class RunBoard {
 public:
  // Dates of stops that came ahead of their run; further ones are dropped.
  static constexpr std::size_t kStopsMax = 1024;

  // A run of a person, who has seen what was said before.
  void begin(RunUnderWay run) WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    stopped_ahead_.erase(run.date);
    put(std::move(run), false);
  }
  // One that goes on after a restart.
  void go_on(RunUnderWay run) WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const bool is_stopped = stopped_ahead_.erase(run.date) > 0;
    put(std::move(run), is_stopped);
  }
  void end() WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    run_.reset();
  }

  // True: it is under way.
  bool ask_to_stop(BusinessDate date) WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const bool is_it = run_ && run_->date == date;
    if (is_it) is_stop_asked_ = true;
    if (!is_it && stopped_ahead_.size() < kStopsMax) stopped_ahead_.insert(date);
    return is_it;
  }
  bool is_stop_asked() const WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return is_stop_asked_;
  }

  void tell(const money::RunProgress& progress) WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (run_) run_->progress = progress;
  }
  void fail(BusinessDate date, std::string why) WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    failed_date_ = date;
    failed_why_ = std::move(why);
  }

  std::optional<RunUnderWay> under_way() const WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return run_;
  }
  // Empty: the newest run that this process began for the date didn't fail.
  std::string failure_of(BusinessDate date) const WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return failed_date_ == date ? failed_why_ : std::string();
  }

 private:
  void put(RunUnderWay run, bool is_stopped) WJ_REQUIRES(mutex_) {
    run_ = std::move(run);
    is_stop_asked_ = is_stopped;
    failed_date_.reset();
  }

  mutable Mutex mutex_;
  std::optional<RunUnderWay> run_ WJ_GUARDED_BY(mutex_);
  bool is_stop_asked_ WJ_GUARDED_BY(mutex_) = false;  // by a person, of the newest run
  std::set<BusinessDate> stopped_ahead_ WJ_GUARDED_BY(mutex_);
  std::optional<BusinessDate> failed_date_ WJ_GUARDED_BY(mutex_);
  std::string failed_why_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
