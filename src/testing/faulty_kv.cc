#include "testing/faulty_kv.h"

namespace wonjang {

bool FaultyKv::meets_fault(std::uint32_t& scripted, std::uint32_t percent) {
  if (scripted == 0) return rng_.chance(percent);
  --scripted;
  return true;
}

void FaultyKv::refuse_writes(std::uint32_t times) {
  const MutexLock lock(mutex_);
  writes_to_refuse_ = times;
}

void FaultyKv::refuse_flushes(std::uint32_t times) {
  const MutexLock lock(mutex_);
  flushes_to_refuse_ = times;
}

Result<void> FaultyKv::write(const KvBatch& batch) {
  {
    const MutexLock lock(mutex_);
    if (meets_fault(writes_to_refuse_, rates_.write_refused))
      return unavailable("a fault of the test: refused");
  }
  return inner_->write(batch);
}

Result<void> FaultyKv::write_bulk(const KvBatch& batch) {
  {
    const MutexLock lock(mutex_);
    if (meets_fault(writes_to_refuse_, rates_.write_refused))
      return unavailable("a fault of the test: refused");
  }
  return inner_->write_bulk(batch);
}

Result<void> FaultyKv::flush() {
  {
    const MutexLock lock(mutex_);
    if (meets_fault(flushes_to_refuse_, rates_.flush_refused))
      return unavailable("a fault of the test: refused");
  }
  return inner_->flush();
}

}  // namespace wonjang
