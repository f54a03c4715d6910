// WriteBehind: a KvStore whose last bulk write may still be on its way. A thread writes it to the store below
// while the next batch is folded; snapshots of this one show it as written, so that whoever folds need not
// know. At most one write is on its way.
//
//   store.begin_bulk(std::move(batch));  // returns at once
//   ...                                  // fold the next one on store.snapshot()
//   WJ_CHECK(store.finish());            // the first is written, with what it says about positions
//
// A key is looked up in the batch, then in the store. A scan waits for the write instead: merging the two
// orders would be dear, and a fold that reads much by scans gains nothing here.
//
// After an error of finish() the store below stands as before that batch, and so do snapshots from then on.
// What was folded on one that showed the batch is worth nothing then.
//
// Threads: one owner; a snapshot may be read by several threads at once. The store below has no other writer.
#pragma once

#include <future>
#include <memory>

#include "ports/kv_store.h"

namespace wonjang::projection {

class WriteBehind final : public KvStore {
 public:
  // `store` outlives it and its snapshots.
  explicit WriteBehind(KvStore& store);
  ~WriteBehind() override;  // waits for what is on its way
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;

  // REQUIRES: none is on its way
  void begin_bulk(KvBatch batch);
  // Waits for the one that was begun; nothing to do when there is none. Errors: those of write_bulk().
  Result<void> finish();
  // An empty batch, in the memory of one that was finished and that no snapshot looks into any more.
  KvBatch take_room();

  // As of all finished writes, and of the one on its way.
  std::unique_ptr<KvSnapshot> snapshot() const override;

  // These finish() first; its error is theirs, and nothing of their own was done then.
  Result<void> write(const KvBatch& batch) override;
  Result<void> write_bulk(const KvBatch& batch) override;
  Result<void> flush() override;
  Result<void> clear() override;
  Result<void> use_for(KvUse use) override;

  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return store_.stats(); }

 private:
  class Pending;
  class Snapshot;
  struct Room;

  KvStore& store_;
  const std::shared_ptr<Room> room_;
  std::shared_ptr<Pending> pending_;  // null: none is on its way
};

}  // namespace wonjang::projection
