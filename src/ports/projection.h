// Projection: a fold over the ledger's events into a KvStore, and the store it folds into. The runner
// (engine/projection/runner.h) reads the log, hands over units and commits what apply() put into the batch
// together with the position, in one write: exactly once, always rebuildable.
//
// A projection is deterministic: the same units give the same content, however they were cut into batches and
// however the books' units were mixed. That is what makes a rebuild comparable with the live one. Where a
// bound was passed the bytes may tell more or less of the same content, and is_same() knows.
//
// Threads: one at a time (the runner's).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/event_log.h"
#include "ports/kv_store.h"

namespace wonjang {

// The runner's own space, always the first: position, version. Projections number theirs from 1.
constexpr KvSpace kProjectionMetaSpace = 0;

struct LogUnit {
  std::uint32_t book = 0;
  StoredUnit unit;
};

class Projection {
 public:
  virtual ~Projection() = default;

  virtual std::string_view name() const = 0;  // [a-z_]+, also the name of its directory
  // Of the stored form and of the meaning: another one than the store's means a rebuild.
  virtual std::string version() const = 0;
  // The first is kProjectionMetaSpace, named "meta".
  virtual std::span<const KvSpaceOptions> spaces() const = 0;

  // Starts on `store`, which outlives the projection or the next open(): loads what it holds in memory. Its
  // snapshots show every batch that apply() gave, also one that is still being written.
  // Errors: corrupt, unavailable.
  virtual Result<void> open(const KvStore& store) = 0;

  // Folds `units` on top of all committed ones and of nothing else, into `out`.
  // Errors: corrupt (the log contradicts itself, a count would go below zero: the projection stops and says
  // so), unavailable. After an error nothing of this batch counts, and open() is called before the next one.
  virtual Result<void> apply(std::span<const LogUnit> units, KvBatch& out) = 0;

  // Whether two values of one key (nothing: the key isn't there) that aren't the same bytes are the same
  // content as far as both tell. Any thread.
  virtual bool is_same(KvSpace /*space*/, std::optional<std::string_view> /*a*/,
                       std::optional<std::string_view> /*b*/) const {
    return false;
  }

  // All that apply() gave is written; readers may meet it. Not for every batch while nobody reads.
  virtual void committed() = 0;

  // Numbers for metrics.
  virtual std::vector<std::pair<std::string, std::uint64_t>> stats() const = 0;
};

}  // namespace wonjang
