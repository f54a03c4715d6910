// LedgerLog: the running ledger as the log that projections read (ports/event_log.h). Units are read from the
// books directly; whatever a read gives is durable.
//
// Threads: any.
#pragma once

#include <functional>
#include <vector>

#include "base/mutex.h"
#include "engine/ledger/ledger.h"
#include "ports/event_log.h"

namespace wonjang {

class LedgerLog final : public EventLog {
 public:
  explicit LedgerLog(Ledger& ledger) : ledger_(ledger) {}

  // For the ledger's commit listener: something became durable.
  void committed();

  std::uint32_t books() const override { return ledger_.books(); }
  LogPositions tails() const override { return ledger_.tails().of; }
  Result<std::vector<StoredUnit>> read(std::uint32_t book, Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override {
    return ledger_.read(book, from, units_max, bytes_max);
  }
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override;
  void set_wake(std::function<void()> wake) override;

 private:
  Ledger& ledger_;
  Mutex mutex_;
  std::function<void()> wake_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
