// How a runner folds. Sizes are bounds, times are microseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ports/projection.h"

namespace wonjang::projection {

// Makes instances of one projection. Any thread.
using ProjectionFactory = std::function<std::unique_ptr<Projection>()>;

struct RunnerOptions {
  // A usual batch. Bytes are of events.
  std::uint32_t batch_units = 4096;
  std::size_t batch_bytes = std::size_t{8} << 20;
  // With more than this to fold, batches are as large as that: less is written twice.
  std::uint64_t bulk_lag_events = 200'000;
  std::uint32_t bulk_units = 32'768;
  std::size_t bulk_bytes = std::size_t{64} << 20;
  // The same for a generation that was never complete: nobody reads it, so nobody waits for a batch's end,
  // and what many events change is read and written less often.
  std::uint32_t building_units = 196'608;
  // Few events may be much to fold, too: one of four hundred settlement lines is 1,600 changes to the store.
  // With more than this to expect, as many for an event as the last batch had, a batch takes so many bytes.
  // Smaller files are merged more often; a byte of settlement lines takes some seven of memory meanwhile.
  std::uint64_t bulk_lag_changes = 1'500'000;
  std::size_t wide_bytes = std::size_t{16} << 20;
  // A batch that is far behind, in either way, and came to so many changes goes to the store by write_bulk().
  std::size_t bulk_changes_min = 100'000;
  // While nobody reads the generation, such a batch is written while the next one is folded, if its changes
  // come to no more than that: they stay in memory beside the next one's.
  std::size_t behind_bytes_max = std::size_t{128} << 20;
  // After a batch that left nothing behind the thread rests a while (rest.h), never while somebody waits for
  // a position: what comes meanwhile is one batch. A larger batch costs less per event (cells are written
  // once, rows find their places in order).
  std::int64_t rest_factor = 3;
  std::int64_t rest_max_us = 25'000;
  std::int64_t unhurried_us = 35'000;
  // A start folds again at most what came since the last flush.
  std::size_t flush_bytes = std::size_t{64} << 20;
  std::int64_t flush_us = 30'000'000;
  // Between attempts; doubled from the first to the second.
  std::int64_t retry_min_us = 10'000;
  std::int64_t retry_max_us = 10'000'000;
  // Of a log that ends before what was folded. Empty: it was restored from a backup, and a new building
  // begins. Else it has lost events that were acknowledged: start() is `corrupt` and says this, too.
  std::string advice_on_lost_log;
  // So many events are folded in moments: who asks for a generation that was never complete and lacks no more
  // is worth keeping waiting.
  std::uint64_t moments_events = 20'000;
  // Attempts in a row that a rebuild makes before it fails. The live one never ceases.
  std::uint32_t rebuild_attempts = 8;
  // Calls that may be owed by when().
  std::size_t waits_max = 4096;
  // False: somebody calls step().
  bool own_thread = true;
  // Called on the runner's own thread before its first batch: its priority is the host's to choose.
  std::function<void()> thread_begins;
};

}  // namespace wonjang::projection
