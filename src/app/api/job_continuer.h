// JobContinuer: after a start, what an earlier process was cut off in goes on by itself. The data directory's
// lock says that the earlier one is dead, so nothing is waited for but the projection `money`: once it shows
// all that was durable at the start,
//
//   each request of pending_jobs.h is done again, by who asked for it, oldest first
//   each run whose lease never ended and that no request asks for (a restored backup, say) goes on too
//
// They wait on the jobs' thread, one after the other. Who asks for the same meanwhile hears that it is under
// way; if they were quicker, what waited finds nothing left to do.
//
// A job that was cut off kTriesMax times is given up and left to a person, so that one that takes the process
// down with it doesn't do so for ever (a process that was stopped took nothing down: that counts for
// nothing); so is what is refused now (a configuration that changed, say), and a run whose lease is no
// younger than that. What failed for another reason goes on at the next start. The log says what goes on,
// what came of it and what was given up.
//
// Threads: start and stop from one.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "app/api/handlers.h"
#include "app/api/pending_jobs.h"
#include "base/mutex.h"

namespace wonjang {

class Api;

class JobContinuer {
 public:
  static constexpr std::uint32_t kTriesMax = 3;

  explicit JobContinuer(Api& api) : api_(api) {}
  ~JobContinuer() { stop(); }
  JobContinuer(const JobContinuer&) = delete;
  JobContinuer& operator=(const JobContinuer&) = delete;

  // REQUIRES: not started before, and the process has begun no job yet.
  void start();
  // What it has handed over is the jobs' thread's.
  void stop() WJ_EXCLUDES(mutex_);
  // The process ends because it was told to: what it began again and isn't over wasn't tried.
  // REQUIRES: stopped, and the jobs' thread has ended
  void take_back_tries();

 private:
  void run(PendingJobs::Found found);
  bool wait_for_projection() WJ_EXCLUDES(mutex_);
  Result<void> add_leases(std::vector<PendingJob>& jobs, const std::vector<PendingJob>& given_up) const;
  void go_on_with(PendingJob job);
  CallPtr call_of(const PendingJob& job) const;
  void put_away(const PendingJob& job, std::string_view why) const;

  Api& api_;
  Mutex mutex_;
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::vector<Hash128> begun_;  // the thread's; when it has ended, whose stopped it
  std::thread thread_;
};

}  // namespace wonjang
