// Serving: the read side of a running service: the projection `views` over the ledger's log, in a store of
// its own beside the books, and one consistent look at it for each answer.
//
//   WJ_TRY(auto serving, Serving::open(options, ledger, ports));
//   ledger.set_commit_listener([&](auto, auto) { serving->log().committed(); });
//   WJ_TRY(const auto now, serving->now());
//   ... Search::run(now.snapshot(), ..., now.views()) ...
//
// The views can be thrown away: a start without them, or with those of another version, builds them anew from
// the log while the ledger takes payments; until they are complete reads answer `unavailable` and say how far
// it is.
//
// Threads: open, start and stop from one; the rest from any. Made before whoever reads, stopped after them
// and before the ledger.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/serving/background_rebuild.h"
#include "app/serving/background_verify.h"
#include "app/serving/ledger_log.h"
#include "engine/projection/runner.h"
#include "engine/serving/cube.h"
#include "engine/serving/views.h"
#include "ports/kv_places.h"

namespace wonjang {

struct ServingOptions {
  std::vector<serving::CubeSpec> cubes = serving::builtin_cubes();
  projection::RunnerOptions runner;
  std::function<void(const std::string& line)> log;  // what a person should read; any thread
};

struct ServingPorts {
  const Clock& clock;
  const EventCodec& codec;
  const TextForms& forms;
  KvPlaces& places;
};

// One commit of the views. Keep it for one answer.
class ServingNow {
 public:
  ServingNow(projection::View view, std::shared_ptr<const serving::Views> views)
      : view_(std::move(view)), views_(std::move(views)), dictionary_(views_->dictionary()) {}

  // REQUIRES: `view` is one of the views
  static ServingNow of(projection::View view);

  const KvSnapshot& snapshot() const { return *view_.snapshot; }
  const serving::Views& views() const { return *views_; }
  const serving::Dictionary& dictionary() const { return *dictionary_; }
  const LogPositions& seen() const { return view_.seen; }
  std::uint64_t lag_events() const { return view_.lag_events; }
  // The views stopped (status() says why): this is their last good commit.
  bool is_stopped() const { return view_.stopped; }

 private:
  projection::View view_;
  std::shared_ptr<const serving::Views> views_;
  std::shared_ptr<const serving::Dictionary> dictionary_;
};

class Serving {
 public:
  // `ledger` has started. Errors: as Runner::start.
  static Result<std::unique_ptr<Serving>> open(ServingOptions options, Ledger& ledger, ServingPorts ports);
  ~Serving();  // stop()
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  void stop();

  // Errors: unavailable (still being built; the message says how far it is).
  Result<ServingNow> now() const;

  LedgerLog& log() { return log_; }
  projection::Runner& runner() { return runner_; }
  const projection::Runner& runner() const { return runner_; }
  BackgroundRebuild& rebuilds() { return rebuilds_; }
  BackgroundVerify& verifications() { return verifications_; }
  const std::vector<serving::CubeSpec>& cubes() const { return options_.cubes; }

 private:
  Serving(ServingOptions options, Ledger& ledger, ServingPorts ports);
  void warm_up();

  const ServingOptions options_;
  LedgerLog log_;
  projection::Runner runner_;
  BackgroundRebuild rebuilds_;
  BackgroundVerify verifications_;
  Mutex mutex_;
  CondVar stop_asked_;
  bool stopping_ WJ_GUARDED_BY(mutex_) = false;
  std::thread warmer_;
};

}  // namespace wonjang
