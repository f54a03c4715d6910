// TotalsWriter: keeps every cube's cells right while facts come and change. A change takes the old facts back
// and adds the new ones; what belongs to one cell is added up in memory first, so that a batch reads and
// writes each cell once, however many facts met there.
//
//   writer.change(&before, &after, recorded);  // for every event that changed a payment's facts
//   writer.add(transaction, recorded);         // for every movement of money
//   writer.finish(*snapshot, out);             // the batch's cells into `out`
//
// Two spaces. totals_now: a cell is the sum of everything so far. totals_late: what was recorded on another
// day than the last one of the cell's bucket, as a difference per recorded day, for cubes with history. So,
// with L the last day of a bucket, as of the close of day D it held
//
//   L <= D: now less the late cells recorded after D      (they came when the bucket's close was over)
//   L >  D: the late cells recorded on D or before        (a month that wasn't over; business ahead of the
//   clock)
//
// and the rest is the difference between then and now. Both are exact, for every D.
//
// Invariants: the bytes stored depend on the facts alone, not on how they were cut into batches, but for
// cells that get too many groups (saturated, cell.h: is_same_cell() says what holds for them); no number of
// totals_now is below zero (finish() says corrupt, a bug of ours or broken bytes); a cell of zeros is
// removed.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "domain/time.h"
#include "engine/serving/cell.h"
#include "engine/serving/cube.h"
#include "engine/serving/facts.h"
#include "engine/serving/flat_keys.h"
#include "engine/serving/hot_cells.h"
#include "engine/serving/packed_cell.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

class TotalsWriter {
 public:
  static constexpr std::size_t kCacheBytes = 192U << 20U;
  // Fewer groups than Cell::kGroupsMax are for tests.
  explicit TotalsWriter(std::vector<CubeSpec> cubes, std::size_t cache_bytes_max = kCacheBytes,
                        std::size_t groups_max = Cell::kGroupsMax);

  // `before` null: the payment is new. Equal facts cost nothing. `recorded`: the day in Seoul of the event's
  // recorded_at.
  // Errors: corrupt (bounds of exact.h, an organisation's code with a zero byte). Then abandon().
  Result<void> change(const PaymentFacts* before, const PaymentFacts* after, BusinessDate recorded);
  Result<void> add(const TransactionFacts& facts, BusinessDate recorded);

  // Reads the cells it doesn't know from `stored`, which holds all finished batches, and puts every changed
  // cell into `out`. What it wrote counts as stored from now on: after a batch that failed to be written,
  // abandon().
  // Errors: corrupt, unavailable; abandon() was called then.
  Result<void> finish(const KvSnapshot& stored, KvBatch& out);

  // Forgets the facts since the last finish(), and every cell it knows.
  void abandon();

  // How many of the cells that were written since the start are saturated; kSaturatedKnown at most.
  std::uint64_t saturated_cells() const { return saturated_.size(); }
  // Numbers for metrics: cells read, written, found hot; cells and bytes in the cache.
  std::vector<std::pair<std::string, std::uint64_t>> stats() const;

 private:
  static constexpr std::size_t kSaturatedKnown = 65'536;
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  // What the batch adds to a cell: a list of groups, in pending_groups_.
  struct PendingCell {
    const CubeSpec* cube = nullptr;
    std::uint32_t newest_group = kNone;
  };
  struct PendingGroup {
    std::uint32_t older = kNone;  // of the same cell
    Measures sums;
    Histogram amounts;
    bool is_zero() const { return sums.is_zero() && amounts.is_zero(); }
  };
  // A cell that the batch changes.
  struct Change {
    std::uint64_t order = 0;  // the first bytes of its key
    std::uint32_t cell = 0;
    HotCells::Place place = HotCells::kAbsent;
    std::optional<std::string> stored;  // of one that isn't hot
  };

  bool count(const CubeSpec& cube, const Fact& fact, const Measures& measures, int sign,
             BusinessDate recorded);
  bool count_in(const CubeSpec& cube, const Fact& fact, const Measures& measures, int sign);
  Result<void> count_all(const Fact& fact, int sign, BusinessDate recorded);
  std::vector<Change> changes() const;
  Result<void> read_stored(std::span<Change> changes, const KvSnapshot& stored);
  Result<void> put_cells(const KvSnapshot& stored, KvBatch& out);
  Result<void> put_cell(const Change& change, KvBatch& out);
  void forget_pending();

  const std::vector<CubeSpec> cubes_;
  FlatKeys cell_keys_;   // space(1) and key
  FlatKeys group_keys_;  // the cell's number(4) and packed dimensions
  std::vector<PendingCell> pending_cells_;
  std::vector<PendingGroup> pending_groups_;
  HotCells hot_;
  CellMerge merge_;
  std::string key_;    // storage for count()
  std::string group_;  // the same: room for a cell's number, then the dimensions
  std::vector<GroupDelta> deltas_;
  std::string bytes_;

  std::set<std::string, std::less<>> saturated_;  // space(1) and key
  std::uint64_t cells_read_ = 0;
  std::uint64_t cells_written_ = 0;
  std::uint64_t cells_hot_ = 0;
};

}  // namespace wonjang::serving
