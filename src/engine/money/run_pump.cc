#include "engine/money/run_pump.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace wonjang::money {
namespace {

constexpr std::size_t kQueueMax = 4;

using Items = std::vector<DueItem>;

// The first error of any thread; from then on all of them stop.
class FirstError {
 public:
  void set(Error error) {
    const MutexLock lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  std::optional<Error> get() const {
    const MutexLock lock(mutex_);
    return error_;
  }

 private:
  mutable Mutex mutex_;
  std::optional<Error> error_ WJ_GUARDED_BY(mutex_);
};

// One owner of merchants: a Settler and, unless it works on the caller's thread, a thread and its queue.
class Worker {
 public:
  Worker(const KvSnapshot& snapshot, const ContractBook& book, const RunScope& scope, BusinessDate last_day,
         const PumpOptions& options, FirstError& error)
      : reader_(snapshot),
        options_(options),
        error_(error),
        settler_(book, scope, reader_, last_day, [this, &options](SettledChunk&& chunk) -> Result<void> {
          if (error_.get()) return unavailable("the run was stopped by an error elsewhere");
          Stopwatch watch(*options.clock, options.meter);
          const auto taken = options.take(std::move(chunk));
          took_ += watch.lap();
          return taken;
        }) {
    if (options.workers > 0) {
      thread_ = std::thread([this] { work(); });
    }
  }
  ~Worker() { finish(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Waits while the queue is full. After an error what comes is dropped.
  void hand_over(Items items) {
    if (!thread_.joinable()) {
      settle(items);
      return;
    }
    const MutexLock lock(mutex_);
    while (queue_.size() >= kQueueMax) changed_.wait(mutex_);
    queue_.push_back(std::move(items));
    changed_.notify_all();
  }
  // Returns when everything handed over is settled.
  void finish() {
    if (!thread_.joinable()) return;
    {
      const MutexLock lock(mutex_);
      no_more_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  const Settled& settled() const { return settler_.settled(); }
  // REQUIRES: finish() has returned
  void add_to(PumpStages& stages) const {
    stages.compute.us += worked_.us - took_.us + idle_.us;
    stages.compute.cpu_us += worked_.cpu_us - took_.cpu_us + idle_.cpu_us;
    stages.compute.waited_us += idle_.us;
    stages.append.us += took_.us;
    stages.append.cpu_us += took_.cpu_us;
  }

 private:
  void work() {
    Stopwatch watch(*options_.clock, options_.meter);
    for (;;) {
      const auto items = next();
      idle_ += watch.lap();
      if (!items) return;
      settle(*items);
      watch.lap();
    }
  }
  std::optional<Items> next() {
    const MutexLock lock(mutex_);
    while (queue_.empty() && !no_more_) changed_.wait(mutex_);
    if (queue_.empty()) return std::nullopt;
    std::optional<Items> items = std::move(queue_.front());
    queue_.pop_front();
    changed_.notify_all();
    return items;
  }
  void settle(const Items& items) {
    if (error_.get()) return;
    Stopwatch watch(*options_.clock, options_.meter);
    if (auto settled = settler_.settle(items); !settled) error_.set(std::move(settled).error());
    worked_ += watch.lap();
  }

  const MoneyReader reader_;
  const PumpOptions& options_;
  FirstError& error_;
  Settler settler_;
  Spent worked_;  // in settle(), `take` included
  Spent took_;
  Spent idle_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<Items> queue_ WJ_GUARDED_BY(mutex_);
  bool no_more_ WJ_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

class Pump {
 public:
  Pump(const KvSnapshot& snapshot, const ContractBook& book, const RunScope& scope, BusinessDate last_day,
       const PumpOptions& options)
      : reader_(snapshot), scope_(scope), options_(options), waiting_(std::max(options.workers, 1U)) {
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      workers_.push_back(std::make_unique<Worker>(snapshot, book, scope, last_day, options, error_));
    }
  }

  Result<Pumped> run() {
    Stopwatch watch(*options_.clock, options_.meter);
    auto scanned = each_due(
        reader_, scope_, [this](DueItem&& due) -> Result<bool> { return take(std::move(due)); },
        [this](const OpenItem&, const Scoped&) {
          ++out_.looked.at;
          ++out_.looked.passed_over;
        });
    if (!scanned) error_.set(std::move(scanned).error());
    for (std::size_t i = 0; i < workers_.size() && !out_.stopped; ++i) hand_over(i);
    Spent all = watch.lap();
    for (auto& worker : workers_) worker->finish();
    const Spent finishing = watch.lap();
    if (auto error = error_.get()) return *std::move(error);
    for (const auto& worker : workers_) {
      out_.settled.add(worker->settled());
      worker->add_to(out_.stages);
    }
    // Without workers the hand-over is their work.
    const bool has_workers = options_.workers > 0;
    if (has_workers) {
      all += finishing;
    } else {
      all -= handed_over_;
    }
    out_.stages.read.us = all.us;
    out_.stages.read.cpu_us = all.cpu_us;
    out_.stages.read.waited_us = has_workers ? handed_over_.us + finishing.us : 0;
    out_.stages.read.rows = out_.looked.at;
    out_.stages.compute.rows = out_.settled.items;
    return std::move(out_);
  }

 private:
  Result<bool> take(DueItem&& due) {
    const std::size_t owner = due.open.merchant_no % workers_.size();
    Items& waiting = waiting_[owner];
    // Payments stay whole: what gives back meets what it gives back in one call.
    if (waiting.size() >= Settler::kItemsAtOnce &&
        waiting.back().open.item.key.payment != due.open.item.key.payment) {
      hand_over(owner);
      if (out_.stopped || error_.get()) return false;
    }
    waiting.push_back(std::move(due));
    ++out_.looked.at;
    return true;
  }
  void hand_over(std::size_t owner) {
    if (waiting_[owner].empty()) return;
    Stopwatch watch(*options_.clock, options_.meter);
    workers_[owner]->hand_over(std::exchange(waiting_[owner], {}));
    handed_over_ += watch.lap();
    if (options_.between && !options_.between(out_.looked)) out_.stopped = true;
  }

  const MoneyReader reader_;
  const RunScope& scope_;
  const PumpOptions& options_;
  FirstError error_;
  std::vector<Items> waiting_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Spent handed_over_;
  Pumped out_;
};

}  // namespace

Result<Pumped> pump(const KvSnapshot& snapshot, const ContractBook& book, const RunScope& scope,
                    const PumpOptions& options) {
  WJ_TRY(const auto last_day, MoneyReader(snapshot).last_open_day(scope.date()));
  return Pump(snapshot, book, scope, last_day.value_or(scope.date()), options).run();
}

}  // namespace wonjang::money
