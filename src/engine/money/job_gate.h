// JobGate: one job of the money side at a time in this process: settlement runs, payout runs, re-datings,
// adjustments. Each of them assumes that nobody else writes lines or payouts while it works.
//
// Threads: any.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "base/result.h"
#include "domain/time.h"

namespace wonjang::money {

class JobGate {
 public:
  // Lets the next one in when it dies. Not longer alive than its gate.
  class Pass {
   public:
    explicit Pass(JobGate* gate) : gate_(gate) {}
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    Pass& operator=(Pass&&) = delete;

   private:
    JobGate* gate_;
  };

  struct Job {
    std::string what;  // "a run for 2026-11-22"
    std::string whose;
    Instant since;
  };

  // Errors: conflict ("a run for 2026-11-22 is under way since ... by ...").
  Result<Pass> enter(Job job) WJ_EXCLUDES(mutex_);
  std::optional<Job> under_way() const WJ_EXCLUDES(mutex_);

  // A run of this process that could not write its end: it holds the lease of its date and is gone. Who
  // starts the next one for that date may take its place.
  void abandon(BusinessDate date) WJ_EXCLUDES(mutex_);
  void ended(BusinessDate date) WJ_EXCLUDES(mutex_);
  bool is_abandoned(BusinessDate date) const WJ_EXCLUDES(mutex_);

 private:
  void leave() WJ_EXCLUDES(mutex_);

  mutable Mutex mutex_;
  std::optional<Job> job_ WJ_GUARDED_BY(mutex_);
  std::set<BusinessDate> abandoned_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang::money
