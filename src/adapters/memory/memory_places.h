// MemoryPlaces: KvPlaces of MemoryKv stores. What survives a store is its disk, which a test may crash.
//
// Threads: any.
#pragma once

#include <map>

#include "adapters/memory/memory_kv.h"
#include "base/mutex.h"
#include "ports/kv_places.h"

namespace wonjang {

class MemoryPlaces final : public KvPlaces {
 public:
  Result<std::unique_ptr<KvStore>> open(const std::string& name,
                                        std::span<const KvSpaceOptions> spaces) override;
  Result<std::vector<std::string>> names() const override;
  Result<void> remove(const std::string& name) override;

  // Every disk falls back as MemoryKvDisk::crash says. REQUIRES: no store is open.
  void crash(Rng& rng);
  void crash_to_last_flush();

 private:
  mutable Mutex mutex_;
  // A disk that is pointed to from here alone has no open store.
  std::map<std::string, std::shared_ptr<MemoryKvDisk>> disks_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
