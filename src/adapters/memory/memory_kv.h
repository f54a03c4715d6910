// MemoryKv: the KvStore in ordered maps that keep every version somebody may still ask for.
//
//   const auto disk = std::make_shared<MemoryKvDisk>();
//   auto store = *MemoryKv::open(disk, {{.name = "rows"}, {.name = "meta"}});
//   ...
//   store.reset();
//   Rng rng(seed);
//   disk->crash(rng);   // some of the batches since the last flush() are gone, the newest first
//   store = *MemoryKv::open(disk, spaces);
//
// Threads: as for KvStore; a disk may be used by any thread.
#pragma once

#include <map>
#include <set>

#include "base/mutex.h"
#include "base/rng.h"
#include "ports/kv_store.h"

namespace wonjang {

// What a MemoryKv leaves behind when it goes: all of it, until crash() takes some away.
class MemoryKvDisk {
 public:
  // Falls back to a batch between the last flush() and now, as a store may after a crash.
  // REQUIRES: no store has it open.
  void crash(Rng& rng);
  // To the last flush() itself: the most that a crash may take.
  void crash_to_last_flush();

 private:
  friend class MemoryKv;
  friend class MemoryKvSnapshot;
  friend class MemoryKvCursor;
  friend class MemoryKvUpCursor;
  friend class MemoryKvDownCursor;

  struct Version {
    std::uint64_t batch;               // that wrote it
    std::optional<std::string> value;  // none: removed
  };
  using Versions = std::vector<Version>;  // oldest first
  using Rows = std::map<std::string, Versions, std::less<>>;

  // The value of `versions` as of `batch`, or null.
  static const std::string* as_of(const Versions& versions, std::uint64_t batch);
  void fall_back_to(std::uint64_t batch) WJ_REQUIRES(mutex_);
  // Forgets the versions that no snapshot and no crash can ask for.
  void prune() WJ_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Rows, std::less<>> spaces_ WJ_GUARDED_BY(mutex_);  // by name
  std::uint64_t batches_ WJ_GUARDED_BY(mutex_) = 0;
  std::uint64_t flushed_ WJ_GUARDED_BY(mutex_) = 0;  // what a crash leaves at least
  std::multiset<std::uint64_t> snapshots_ WJ_GUARDED_BY(mutex_);
  std::vector<std::pair<Rows*, std::string>> to_prune_ WJ_GUARDED_BY(mutex_);  // keys with old versions
  bool is_open_ WJ_GUARDED_BY(mutex_) = false;
};

class MemoryKv final : public KvStore {
 public:
  // Errors: unavailable (another store has it open), invalid (it has a space that isn't in the list).
  static Result<std::unique_ptr<MemoryKv>> open(std::shared_ptr<MemoryKvDisk> disk,
                                                const std::vector<KvSpaceOptions>& spaces);
  ~MemoryKv() override;
  MemoryKv(const MemoryKv&) = delete;
  MemoryKv& operator=(const MemoryKv&) = delete;

  Result<void> write(const KvBatch& batch) override;
  std::unique_ptr<KvSnapshot> snapshot() const override;
  Result<void> write_bulk(const KvBatch& batch) override;
  Result<void> flush() override;
  Result<void> clear() override;
  Result<void> use_for(KvUse) override { return {}; }  // nothing could be put off
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override;

 private:
  using Rows = MemoryKvDisk::Rows;
  MemoryKv(std::shared_ptr<MemoryKvDisk> disk, std::vector<std::pair<std::string, Rows*>> spaces)
      : disk_(std::move(disk)), spaces_(std::move(spaces)) {}

  const std::shared_ptr<MemoryKvDisk> disk_;
  const std::vector<std::pair<std::string, Rows*>> spaces_;  // in the order of KvSpace
};

}  // namespace wonjang
