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

class Stopwatch {
 public:
  explicit Stopwatch(const Clock& clock) : clock_(clock), since_(clock.now()) {}
  // Since the last lap; a wall clock may step back.
  std::int64_t lap() {
    const Instant now = clock_.now();
    const auto us = std::max<std::int64_t>(now.us - since_.us, 0);
    since_ = now;
    return us;
  }

 private:
  const Clock& clock_;
  Instant since_;
};

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
        clock_(*options.clock),
        error_(error),
        settler_(book, scope, reader_, last_day, [this, &options](SettledChunk&& chunk) -> Result<void> {
          if (error_.get()) return unavailable("the run was stopped by an error elsewhere");
          Stopwatch watch(clock_);
          const auto taken = options.take(std::move(chunk));
          take_us_ += watch.lap();
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
  std::int64_t compute_us() const { return work_us_ - take_us_; }
  std::int64_t take_us() const { return take_us_; }

 private:
  void work() {
    while (auto items = next()) settle(*items);
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
    Stopwatch watch(clock_);
    if (auto settled = settler_.settle(items); !settled) error_.set(std::move(settled).error());
    work_us_ += watch.lap();
  }

  const MoneyReader reader_;
  const Clock& clock_;
  FirstError& error_;
  Settler settler_;
  std::int64_t work_us_ = 0;
  std::int64_t take_us_ = 0;

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
    Stopwatch watch(*options_.clock);
    auto scanned = each_due(
        reader_, scope_, [this](DueItem&& due) -> Result<bool> { return take(std::move(due)); },
        [this](const OpenItem&, const Scoped&) { ++out_.looked_at; });
    if (!scanned) error_.set(std::move(scanned).error());
    for (std::size_t i = 0; i < workers_.size() && !out_.stopped; ++i) hand_over(i);
    for (auto& worker : workers_) worker->finish();
    const auto all_us = watch.lap();
    if (auto error = error_.get()) return *std::move(error);
    for (const auto& worker : workers_) {
      out_.settled.add(worker->settled());
      out_.times.compute_us += worker->compute_us();
      out_.times.take_us += worker->take_us();
    }
    out_.times.read_us = all_us - waited_us_;
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
    ++out_.looked_at;
    return true;
  }
  void hand_over(std::size_t owner) {
    if (waiting_[owner].empty()) return;
    Stopwatch watch(*options_.clock);
    workers_[owner]->hand_over(std::exchange(waiting_[owner], {}));
    waited_us_ += watch.lap();
    if (options_.between && !options_.between(out_.looked_at)) out_.stopped = true;
  }

  const MoneyReader reader_;
  const RunScope& scope_;
  const PumpOptions& options_;
  FirstError error_;
  std::vector<Items> waiting_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::int64_t waited_us_ = 0;
  Pumped out_;
};

}  // namespace

Result<Pumped> pump(const KvSnapshot& snapshot, const ContractBook& book, const RunScope& scope,
                    const PumpOptions& options) {
  WJ_TRY(const auto last_day, MoneyReader(snapshot).last_open_day(scope.date()));
  return Pump(snapshot, book, scope, last_day.value_or(scope.date()), options).run();
}

}  // namespace wonjang::money
