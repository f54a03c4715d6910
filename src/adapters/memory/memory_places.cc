#include "adapters/memory/memory_places.h"

namespace wonjang {
namespace {

Error no_name(const std::string& name) {
  return invalid("'" + name + "' is no name of a store: 1 to 64 of a-z, 0-9 and _");
}

}  // namespace

Result<std::unique_ptr<KvStore>> MemoryPlaces::open(const std::string& name,
                                                    std::span<const KvSpaceOptions> spaces) {
  if (!is_name(name)) return no_name(name);
  const MutexLock lock(mutex_);
  const auto found = disks_.find(name);
  const auto disk = found == disks_.end() ? std::make_shared<MemoryKvDisk>() : found->second;
  WJ_TRY(auto store, MemoryKv::open(disk, {spaces.begin(), spaces.end()}));
  disks_.emplace(name, disk);
  return std::unique_ptr<KvStore>(std::move(store));
}

Result<std::vector<std::string>> MemoryPlaces::names() const {
  const MutexLock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, disk] : disks_) out.push_back(name);
  return out;
}

Result<void> MemoryPlaces::remove(const std::string& name) {
  if (!is_name(name)) return no_name(name);
  const MutexLock lock(mutex_);
  const auto found = disks_.find(name);
  if (found == disks_.end()) return {};
  if (found->second.use_count() > 1) return unavailable("store '" + name + "' is open: close it first");
  disks_.erase(found);
  return {};
}

void MemoryPlaces::crash(Rng& rng) {
  const MutexLock lock(mutex_);
  for (const auto& [name, disk] : disks_) disk->crash(rng);
}

void MemoryPlaces::crash_to_last_flush() {
  const MutexLock lock(mutex_);
  for (const auto& [name, disk] : disks_) disk->crash_to_last_flush();
}

}  // namespace wonjang
