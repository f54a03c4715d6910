// MoneySide: the money-out side of a running service: the projection `money` over the ledger's log in a store
// of its own, one consistent look at it for each answer, and its jobs.
//
//   WJ_TRY(auto money, MoneySide::open(options, ledger, ports));
//   ledger.set_commit_listener([&](auto, auto) { money->log().committed(); });
//   WJ_TRY(const auto now, money->now());
//   ... money::MoneyReader(now.snapshot()).run(date) ...
//
// Jobs (settlement runs, payout runs, files, adjustments) run one at a time on a thread of their own and
// write through the ledger. A process that dies in one leaves what was written; a run shows as INTERRUPTED
// until it is begun again (api/job_continuer.h does), which does the rest. Questions that read much (plans,
// what-if) have a second thread.
//
// The store can be thrown away: a start without it builds it anew from the log; until it is complete reads
// answer `unavailable`.
//
// Threads: open and stop from one; the rest from any. Made before whoever reads, stopped after them and
// before the ledger.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/money/ledger_sink.h"
#include "app/money/recent_keys.h"
#include "app/money/run_board.h"
#include "app/money/what_if_keeper.h"
#include "app/money/work_thread.h"
#include "app/serving/ledger_log.h"
#include "base/mutex.h"
#include "engine/money/job_gate.h"
#include "engine/money/money_reader.h"
#include "engine/money/run.h"
#include "engine/money/run_ports.h"
#include "engine/projection/runner.h"
#include "ports/kv_places.h"

namespace wonjang {

struct MoneyOptions {
  bool four_eyes = true;      // who proposes a change doesn't decide it
  std::uint32_t workers = 2;  // that compute lines
  std::string holder;         // names this process in the leases of runs
  money::RunMeter meter;      // for the profiles of runs
  projection::RunnerOptions runner;
  std::function<void(const std::string& line)> log;   // what a person should read; any thread
  std::function<void(const std::string& line)> note;  // what went as it should; any thread
};

struct MoneySidePorts {
  const Clock& clock;
  const EventCodec& codec;
  const Digest& digest;
  KvPlaces& places;
  money::NumberOf number_of;
};

// A run that somebody asked for.
struct RunOrder {
  BusinessDate date;
  Actor actor;
  // When it was asked for in an earlier process, which was cut off in it: it waits behind other jobs, and is
  // left alone when somebody was quicker.
  std::optional<Instant> continues_since;
  // At its end, on the jobs' thread; `is_over`: there is nothing left to do, or a person stopped it.
  std::function<void(bool is_over)> ended;
};

class MoneySide final : private money::MoneyNow {
 public:
  // `ledger` has started. Errors: as Runner::start.
  static Result<std::unique_ptr<MoneySide>> open(MoneyOptions options, Ledger& ledger, MoneySidePorts ports);
  ~MoneySide() override;  // stop()

  // A job under way is asked to end, and waited for.
  void stop();

  // Errors: unavailable (still being built; the message says how far it is).
  Result<projection::View> now() const { return runner_.view(); }

  const MoneyOptions& options() const { return options_; }
  Ledger& ledger() { return ledger_; }
  RecentKeys& recent_keys() { return recent_keys_; }
  WhatIfKeeper& what_ifs() { return what_ifs_; }
  LedgerLog& log() { return log_; }
  projection::Runner& runner() { return runner_; }
  const projection::Runner& runner() const { return runner_; }
  WorkThread& jobs() { return jobs_; }
  WorkThread& questions() { return questions_; }
  const EventCodec& codec() const { return ports_.codec; }
  const Clock& clock() const { return ports_.clock; }

  // A snapshot that has seen everything that was durable when this was called; waits for it: not for a
  // server's threads. Errors: unavailable (also when the projection's store fails for some seconds; a job
  // waits on).
  Result<std::shared_ptr<const KvSnapshot>> newest() { return seen_all(/*is_job=*/false); }

  // What a job is given; `sink` is its own.
  money::MoneyPorts ports_of(LedgerSink& sink);
  money::JobOwner owner(Actor actor, std::string reason) const;

  // Begins a run on the jobs' thread. Errors: conflict, unavailable.
  Result<void> begin_run(RunOrder order);
  // Asks the date's run to end: the one under way, or one that waits to go on after a restart.
  void stop_run(BusinessDate date);
  std::optional<RunUnderWay> run_under_way() const { return board_.under_way(); }
  // Why the newest run that this process began for the date ended without a word in the log; empty: it
  // didn't.
  std::string run_failed(BusinessDate date) const { return board_.failure_of(date); }

 private:
  MoneySide(MoneyOptions options, Ledger& ledger, MoneySidePorts ports);
  Result<std::shared_ptr<const KvSnapshot>> caught_up() override { return seen_all(/*is_job=*/true); }
  Result<std::shared_ptr<const KvSnapshot>> seen_all(bool is_job);
  void act_on(const RunOrder& order);
  // Did it complete?
  bool do_run(BusinessDate date, const money::JobOwner& owner);
  Result<bool> is_still_open(const RunOrder& order);
  void say(const std::string& line) const;

  const MoneyOptions options_;
  Ledger& ledger_;
  const MoneySidePorts ports_;
  LedgerLog log_;
  projection::Runner runner_;
  money::JobGate gate_;
  RecentKeys recent_keys_;
  WhatIfKeeper what_ifs_;
  WorkThread jobs_;
  WorkThread questions_;
  std::atomic<bool> stopping_{false};
  Mutex beginning_;  // held while a run begins
  RunBoard board_;
};

}  // namespace wonjang
