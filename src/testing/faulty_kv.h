// FaultyKv: a KvStore that refuses some of what it is asked to write, by script or by chance. Wraps any
// KvStore; with no faults it is that store.
//
// Threads: as for KvStore; faults may be scripted by any thread.
#pragma once

#include "base/mutex.h"
#include "base/rng.h"
#include "ports/kv_store.h"

namespace wonjang {

// In percent of calls, on top of the script.
struct KvFaultRates {
  std::uint32_t write_refused = 0;
  std::uint32_t flush_refused = 0;
};

class FaultyKv final : public KvStore {
 public:
  explicit FaultyKv(std::unique_ptr<KvStore> inner, KvFaultRates rates = {}, std::uint64_t seed = 0)
      : inner_(std::move(inner)), rates_(rates), rng_(seed) {}

  // The next `times` calls of write() and write_bulk(), or of flush(), answer unavailable; nothing is
  // written.
  void refuse_writes(std::uint32_t times);
  void refuse_flushes(std::uint32_t times);

  Result<void> write(const KvBatch& batch) override;
  std::unique_ptr<KvSnapshot> snapshot() const override { return inner_->snapshot(); }
  Result<void> write_bulk(const KvBatch& batch) override;
  Result<void> flush() override;
  Result<void> clear() override { return inner_->clear(); }
  Result<void> use_for(KvUse use) override { return inner_->use_for(use); }
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return inner_->stats(); }

 private:
  bool meets_fault(std::uint32_t& scripted, std::uint32_t percent) WJ_REQUIRES(mutex_);

  const std::unique_ptr<KvStore> inner_;
  const KvFaultRates rates_;
  Mutex mutex_;
  Rng rng_ WJ_GUARDED_BY(mutex_);
  std::uint32_t writes_to_refuse_ WJ_GUARDED_BY(mutex_) = 0;
  std::uint32_t flushes_to_refuse_ WJ_GUARDED_BY(mutex_) = 0;
};

}  // namespace wonjang
