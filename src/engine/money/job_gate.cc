#include "engine/money/job_gate.h"

namespace wonjang::money {

Result<JobGate::Pass> JobGate::enter(Job job) {
  const MutexLock lock(mutex_);
  if (job_) {
    return conflict(job_->what + " is under way since " + to_rfc3339(job_->since) + " by " + job_->whose +
                    ": one job at a time; wait for its end or stop it");
  }
  job_ = std::move(job);
  return Pass(this);
}

std::optional<JobGate::Job> JobGate::under_way() const {
  const MutexLock lock(mutex_);
  return job_;
}

void JobGate::abandon(BusinessDate date) {
  const MutexLock lock(mutex_);
  abandoned_.insert(date);
}

void JobGate::ended(BusinessDate date) {
  const MutexLock lock(mutex_);
  abandoned_.erase(date);
}

bool JobGate::is_abandoned(BusinessDate date) const {
  const MutexLock lock(mutex_);
  return abandoned_.contains(date);
}

void JobGate::leave() {
  const MutexLock lock(mutex_);
  job_.reset();
}

}  // namespace wonjang::money
