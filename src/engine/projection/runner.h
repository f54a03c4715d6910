// Runner: keeps one projection up to date with the log, and gives readers one consistent commit of it.
//
//   Runner runner(log, factory, places, clock, {});
//   WJ_CHECK(runner.start());                        // opens or begins a generation, starts a thread
//   if (runner.wait_for(position, patience) == Waited::reached) {
//     WJ_TRY(const View view, runner.view());        // snapshot, positions and instance of one commit
//   }
//
// Invariants:
//   - output, positions of all books and version are one write: every event counts once, whatever crashes;
//   - a view is what one batch committed, never something between two;
//   - positions that readers see never go back while the runner lives (but for a rebuild that finds that the
//     log has another history);
//   - a generation is shown once it has reached the tails that start() saw, and from then on for ever.
//
// What goes wrong: `unavailable` and `in_doubt` are tried again, with growing delays, on a fresh instance;
// everything else stops the projection: readers keep the last good commit, marked so, and status() says why.
// A rebuild() gets it going again. start() itself begins a new generation when the version differs, the store
// is damaged, or the log is not the one that was folded.
//
// Threads: any, but start(), step() and stop() one at a time. stop() before the destruction of what the
// runner refers to; views may outlive the runner, not the places. A generation that was replaced is removed
// on the runner's own threads, within a second after its last reader has gone; after stop() by that reader.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "engine/projection/lag.h"
#include "engine/projection/status.h"
#include "engine/projection/turn.h"
#include "engine/projection/waits.h"
#include "ports/clock.h"

namespace wonjang::projection {

// Called on the threads that fold; may call the runner, but for start(), step(), stop() and rebuild().
struct RunnerListener {
  std::function<void()> committed;                   // readers may see more
  std::function<void(const std::string& line)> log;  // what a person should read
  std::function<void(const Difference&)> differed;   // a rebuild found it
};

// idle: nothing to fold. waiting: an error was met, the next attempt isn't due. stopped: see status().
enum class Stepped : std::uint8_t { worked, idle, waiting, stopped };

// no: view() gives something, or folding has stopped. moments: so little that it is worth waiting for
// (wait_for(), when() without a position), as after the first start of all.
enum class Building : std::uint8_t { no, moments, long_since };

class Runner final : private LiveSide {
 public:
  // All references outlive the runner.
  Runner(EventLog& log, ProjectionFactory factory, KvPlaces& places, const Clock& clock,
         RunnerOptions options, RunnerListener listener = {});
  ~Runner() override;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Errors: unavailable, and those of reading the log; may be called again then.
  Result<void> start();
  // One batch, or what else is due. REQUIRES: start() succeeded, RunnerOptions::own_thread is false
  Stepped step();
  // Ends the threads and a rebuild, flushes, and answers `stopped` to all who wait. Views stay.
  void stop();

  // Errors: unavailable (nothing complete to show yet; the message says how far it is).
  Result<View> view() const;

  // Is there nothing complete to show yet, and how much is left to fold until then?
  Building building() const;

  // Returns when view() has seen at least these positions.
  Waited wait_for(const LogPositions& at_least, std::chrono::microseconds patience);

  // Calls `call` once: here and now if it is reached or stopped already, else on the folding thread, briefly.
  // Nothing: too many wait, it will not be called. 0: it was called.
  std::optional<Waits::Id> when(const LogPositions& at_least, Waits::Call call);
  // False: it is called or being called.
  bool forget(Waits::Id id);

  Status status() const;

  // Builds beside the live generation on this thread, compares, swaps; see rebuild.h. `progress` is called
  // between batches and may give up with false. When it returns, readers see the new generation.
  // Errors: conflict (one is going on), unavailable (not started, nothing complete yet, cancelled), and those
  // of Rebuild::run.
  Result<RebuildReport> rebuild(const std::function<bool(const RebuildProgress&)>& progress = {});
  void cancel_rebuild();

 private:
  struct Published {
    std::shared_ptr<const KvSnapshot> snapshot;
    std::shared_ptr<Projection> projection;
    LogPositions seen;
    std::uint64_t generation = 0;
  };

  struct Replaced {
    std::shared_ptr<Projection> projection;  // holds the generation too
    std::shared_ptr<Generation> generation;
    bool is_read() const {
      return projection.use_count() > 1 || generation.use_count() > (projection ? 2 : 1);
    }
  };

  // start()
  Result<void> choose_generation() WJ_REQUIRES(turn_);
  Result<std::unique_ptr<Fold>> try_generation(std::uint64_t number, const Projection& described);
  std::unique_ptr<Fold> note_unusable(std::uint64_t number, const std::string& why);

  // Folding
  void run();
  void wait_for_work(Stepped last);
  void rest_after(std::int64_t work_us);
  std::int64_t sleep_us(Stepped last);
  Stepped turn_once();
  Result<Folded> fold_and_flush(const LogPositions& tails, Instant now) WJ_REQUIRES(turn_);
  Stepped failed(const Error& error, Instant now) WJ_REQUIRES(turn_);
  Result<void> flush_if_due(Instant now) WJ_REQUIRES(turn_);
  void count_flush();
  bool is_retry_due(Instant now) const WJ_REQUIRES(turn_);
  bool shows_live() const WJ_REQUIRES(turn_);
  void show_state(const LogPositions& tails) WJ_REQUIRES(turn_);
  void publish(const Folded& folded, const LogPositions& tails) WJ_REQUIRES(turn_);
  void show_numbers(Instant now) WJ_REQUIRES(turn_);
  void remove_unread();
  void woken();
  void say(const std::string& line) const;

  // LiveSide, on the rebuild's thread
  LogPositions committed() const override;
  Result<void> between_batches(const std::function<Result<void>(const Fold& live)>& act) override;
  void take_over(std::unique_ptr<Fold> next) WJ_REQUIRES(turn_) override;
  bool go_on(const RebuildProgress& progress) override;
  bool rest(std::int64_t us) override;

  EventLog& log_;
  const ProjectionFactory factory_;
  KvPlaces& places_;
  const Clock& clock_;
  const RunnerOptions options_;
  const RunnerListener listener_;

  // Held for a batch, and by a rebuild that meets the live one.
  Turn turn_;
  std::unique_ptr<Fold> live_ WJ_GUARDED_BY(turn_);
  LogPositions goal_ WJ_GUARDED_BY(turn_);          // where a generation that was never complete becomes so
  std::int64_t retry_us_ WJ_GUARDED_BY(turn_) = 0;  // the delay that is running
  Instant retry_at_ WJ_GUARDED_BY(turn_);
  Instant flushed_at_ WJ_GUARDED_BY(turn_);
  Instant numbers_at_ WJ_GUARDED_BY(turn_);
  std::unique_ptr<Fold> retired_ WJ_GUARDED_BY(turn_);  // after a swap, until the turn ends
  // Given up, and perhaps still read: held here, so that no reader is the one who frees its memory and
  // removes its files.
  std::vector<Replaced> given_up_ WJ_GUARDED_BY(turn_);

  // Held briefly, never while something is folded, written or called.
  mutable Mutex mutex_;
  CondVar changed_;  // positions, state or stopping_
  CondVar wake_;     // there is something for the folding thread
  Published published_ WJ_GUARDED_BY(mutex_);
  Status status_ WJ_GUARDED_BY(mutex_);
  Lag lag_ WJ_GUARDED_BY(mutex_);
  Waits waits_ WJ_GUARDED_BY(mutex_);
  bool wanted_ WJ_GUARDED_BY(mutex_) = false;  // a thread waits for more than is published
  bool started_ WJ_GUARDED_BY(mutex_) = false;
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  bool cancelled_ WJ_GUARDED_BY(mutex_) = false;
  std::function<bool(const RebuildProgress&)> progress_;  // of the rebuild, on its thread

  std::atomic<bool> woken_{false};
  std::atomic<std::int64_t> woken_at_us_{0};  // of the first wake that wasn't looked at; 0: none
  std::thread thread_;
};

}  // namespace wonjang::projection
