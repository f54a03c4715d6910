// BackgroundVerify: a verification of the views that are being shown against the log, on a thread of its own,
// one at a time: every record of every space (engine/serving/verify_views.h), or quickly the buckets alone.
// It holds one commit of the views until its end, and what the ledger appends meanwhile it doesn't look at.
//
// Threads: any, but stop() once, from who owns it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "engine/projection/runner.h"
#include "engine/serving/verify_views.h"

namespace wonjang {

struct VerifiedViews {
  std::uint64_t generation = 0;
  LogPositions seen;
  serving::ViewsReport report;
};

struct VerifyState {
  bool running = false;
  bool quick = false;                 // of the one that runs
  serving::VerifyProgress progress;   // while one runs
  std::optional<VerifiedViews> last;  // the last one that came to an end
  std::string failed;                 // why the last one didn't; empty when it did, or while one runs
};

class BackgroundVerify {
 public:
  // What it needs, all of which outlives it. `thread_begins` is called on its thread first.
  struct Parts {
    const EventLog& log;
    const EventCodec& codec;
    const TextForms& forms;
    std::span<const serving::CubeSpec> cubes;
    const projection::Runner& runner;
    std::function<void()> thread_begins;
  };
  explicit BackgroundVerify(Parts parts) : parts_(std::move(parts)) {}
  ~BackgroundVerify() { stop(); }
  BackgroundVerify(const BackgroundVerify&) = delete;
  BackgroundVerify& operator=(const BackgroundVerify&) = delete;

  // True: begun. False: one is going on already, whichever of the two, or it was stopped.
  bool begin(bool quick);
  // Gives up one that is going on, and waits for its end. None begins afterwards.
  void stop();

  VerifyState state() const;

 private:
  void run(bool quick);
  Result<VerifiedViews> verify(bool quick);
  bool note(const serving::VerifyProgress& progress);

  const Parts parts_;
  mutable Mutex mutex_;
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  VerifyState state_ WJ_GUARDED_BY(mutex_);
  std::thread thread_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
