// RecentIndex: the indexes of a book. Those of recent units stand in memory (recent_units.h); when there are
// enough of them, they are written out in the background, sorted, as whole table files that RocksDB takes
// over in one step together with the mark `meta/indexed`. So an append writes the log only, and at every
// moment
//
//   1. the families `streams` and `keys` hold exactly the rows of the units before the mark, and
//   2. memory holds exactly those of the units from the mark on, which opening finds again by reading the
//   log.
//
// A unit may be in both for the moment between the step and the end of a write-out; the two say the same.
//
// Bounds: units in memory by `units_max` (twice that when a write-out takes long, on top of those that are
// being written out), and by the bytes of their log records. At the bound appends wait for the write-out; if
// that failed, they are refused with its error, and it is tried again.
//
// Threads: one writer calls the functions that say so; any thread the others. A thread of its own writes out.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <thread>
#include <vector>

#include "adapters/rocksdb/recent_units.h"
#include "adapters/rocksdb/store.h"

namespace wonjang::rocks {

class RecentIndex {
 public:
  // Reads the log from the mark to `tail`. Errors: corrupt (a unit in between is missing or can't be read),
  // unavailable. `store` outlives it.
  static Result<std::unique_ptr<RecentIndex>> open(const Store& store, Position tail);
  ~RecentIndex();  // what is in memory only stays so
  RecentIndex(const RecentIndex&) = delete;
  RecentIndex& operator=(const RecentIndex&) = delete;

  // Errors of the look-ups: unavailable, corrupt.
  Result<std::optional<KeyEntry>> find_key(const Hash128& key) const;
  Result<std::optional<RawId>> find_claim(const Hash128& claim) const;
  // In order, those that begin at `from` or later. REQUIRES: `from` is a unit's border
  Result<std::vector<StreamEntry>> versions(RawId stream, std::uint32_t from) const;
  Result<std::uint32_t> next_version(RawId stream,
                                     std::uint32_t expected) const;  // quick when `expected` is 0

  // The tables as of now, copied: for count(). Units before the mark, as a snapshot shows it, are in the
  // files too.
  std::vector<RecentUnits> copies() const;

  // As Book::look_ahead(): many at once, in one walk through the files.
  void look_ahead(std::span<const Hash128> keys, std::span<const Hash128> claims, LookedAhead& out) const;
  // The writer's, without a lock, since nobody else changes what it looks at: is it above all streams that
  // there are? False: not known, look it up.
  bool is_above_all(RawId stream) const { return stream > largest_; }
  // The writer's, before a write: is there room in memory? Waits for a write-out under way. Errors:
  // unavailable, in_doubt or corrupt, as background_error() says.
  Result<void> wait_for_room();
  // The writer's, after the units are durable: they are seen from here on.
  void add(std::span<const Unit> units, Position first);

  // Writes out all that was added before. The writer's. Errors: as of wait_for_room().
  Result<void> write_out();

  // While it is held, no rows move from memory into the files: for a snapshot beside copies().
  std::unique_lock<std::mutex> between_write_outs() const {
    return std::unique_lock<std::mutex>(handing_over_);
  }

  struct Stats {
    std::uint64_t units = 0;  // in memory
    std::uint64_t bytes = 0;
    std::uint64_t write_outs = 0;
  };
  Stats stats() const;

 private:
  // Of one call of look_ahead().
  struct Asked {
    Hash128 hash;
    KeySort sort;
    std::uint32_t place;  // in the question
  };

  explicit RecentIndex(const Store& store);
  Result<void> fill(Position tail);
  std::shared_ptr<RecentUnits> new_table(Position from) const;
  void ask_memory(std::span<const Hash128> hashes, KeySort sort, std::vector<Asked>& out) const;
  void freeze();
  void run();
  Result<void> hand_over(const RecentUnits& table) const;
  void forget_frozen();  // its rows are in the files

  const Store& store_;
  const std::size_t units_max_;

  mutable std::shared_mutex mutex_;  // the tables: shared to look, alone to change
  std::shared_ptr<RecentUnits> active_;
  std::shared_ptr<const RecentUnits> frozen_;  // being written out
  RawId largest_;                              // there is no stream above it
  std::uint64_t write_outs_ = 0;

  std::size_t active_log_bytes_ = 0;  // the writer's

  mutable std::mutex handing_over_;  // held while rows move; taken before every other one

  std::mutex work_mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  bool has_work_ = false;         // guarded by work_mutex_
  bool stopping_ = false;         // guarded by work_mutex_
  std::optional<Error> failure_;  // guarded by work_mutex_; of the last try
  std::thread thread_;
};

}  // namespace wonjang::rocks
