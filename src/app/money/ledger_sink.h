// LedgerSink: the ledger as the place that takes a job's facts (engine/money/run_ports.h). Facts of one
// stream's slot go to one book's queue in the order of append(), so they become durable in that order. And
// the slips of approvals (engine/money/slip_book.h), step by step in the same way: without a key, as the
// house's own commands, so what is refused leaves nothing in the log.
//
// At most kInFlightMax facts are on their way; beyond it, or while the ledger's queues have little room left,
// append() waits: payments come first.
//
// Threads: as FactSink and SlipBook. The ledger outlives it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "engine/ledger/ledger.h"
#include "engine/money/run_ports.h"
#include "engine/money/slip_book.h"

namespace wonjang {

class LedgerSink final : public money::FactSink, public money::SlipBook {
 public:
  static constexpr std::size_t kInFlightMax = 64;
  static constexpr std::size_t kRoomMin = 2 * kInFlightMax;
  static constexpr std::int64_t kRoomWaitMsMax = 60'000;

  explicit LedgerSink(Ledger& ledger) : ledger_(ledger) {}
  ~LedgerSink() override;  // waits for what is on its way
  LedgerSink(const LedgerSink&) = delete;
  LedgerSink& operator=(const LedgerSink&) = delete;

  Result<void> append(money::Facts facts) override WJ_EXCLUDES(mutex_);
  Result<void> drain() override WJ_EXCLUDES(mutex_);
  std::int64_t waited_us() const override { return waited_us_; }
  Result<std::vector<money::SlipAnswer>> record(const std::vector<money::SlipStep>& steps, const Actor& actor,
                                                const std::string& reason) override WJ_EXCLUDES(mutex_);

 private:
  class OneFact;
  class OneStep;
  void done(std::optional<Error> error) WJ_EXCLUDES(mutex_);
  Result<void> enter() WJ_EXCLUDES(mutex_);

  Ledger& ledger_;
  std::atomic<std::int64_t> waited_us_ = 0;
  Mutex mutex_;
  CondVar changed_;
  std::size_t in_flight_ WJ_GUARDED_BY(mutex_) = 0;
  std::optional<Error> first_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
