// BackgroundRebuild: a rebuild of the views on a thread of its own, one at a time. Its progress is the
// runner's status(); what this adds is who runs it, and why the last one failed.
//
// Threads: any, but stop() once, from who owns it.
#pragma once

#include <string>
#include <thread>

#include "base/mutex.h"
#include "engine/projection/runner.h"

namespace wonjang {

class BackgroundRebuild {
 public:
  explicit BackgroundRebuild(projection::Runner& runner) : runner_(runner) {}
  ~BackgroundRebuild() { stop(); }
  BackgroundRebuild(const BackgroundRebuild&) = delete;
  BackgroundRebuild& operator=(const BackgroundRebuild&) = delete;

  // True: begun. False: one is going on already, or it was stopped.
  bool begin();
  // Gives up one that is going on, and waits for its end. None begins afterwards.
  void stop();

  // Why the last one failed; empty when it didn't, or while one runs.
  std::string last_error() const;

 private:
  void run();

  projection::Runner& runner_;
  mutable Mutex mutex_;
  bool running_ WJ_GUARDED_BY(mutex_) = false;
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::string last_error_ WJ_GUARDED_BY(mutex_);
  std::thread thread_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
