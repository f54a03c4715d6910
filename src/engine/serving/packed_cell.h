// PackedCell: a cell's stored bytes, read and merged where they lie: nothing is allocated for a group, what a
// question doesn't ask for is stepped over, and what a batch doesn't change is copied as it is. The same cell
// as values, every number checked: cell.h.
//
// Stored form: docs/formats/totals.md.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "engine/serving/cell.h"

namespace wonjang::serving {

// The views live as long as the cell's bytes.
struct PackedGroup {
  std::uint32_t front = 0;   // its currency: index into PackedCell::fronts()
  std::string_view dims;     // packed, without the currency
  std::string_view sums;     // empty: alone in its currency, whose front has them
  std::string_view amounts;  // a histogram's bytes, or empty
};

class PackedCell {
 public:
  struct Front {
    std::string_view currency;  // sized, as packed dimensions begin
    std::uint64_t groups = 0;
    Measures sums;
    std::string_view code() const { return currency.substr(1); }
  };

  // Reads the fronts. False: these bytes are no cell. Storage is reused.
  [[nodiscard]] bool open(std::string_view bytes);
  std::span<const Front> fronts() const { return fronts_; }
  bool has_histograms() const { return has_histograms_; }
  // Its groups have no dimensions but the currency: cell.h.
  bool is_saturated() const { return is_saturated_; }

  // The next group; false behind the last one and on broken bytes, which is_broken() tells apart.
  [[nodiscard]] bool next(PackedGroup& out);
  bool is_broken() const { return broken_; }
  // False: broken bytes.
  [[nodiscard]] bool sums_of(const PackedGroup& group, Measures& out) const;

 private:
  ByteReader in_{{}};
  std::vector<Front> fronts_;
  std::uint32_t front_ = 0;
  std::uint64_t left_ = 0;  // groups of front_
  bool has_histograms_ = false;
  bool is_saturated_ = false;
  bool broken_ = false;
};

// As stored: saturated, and nothing is in it.
extern const std::string_view kEmptySaturatedCell;

// What a batch adds to one group.
struct GroupDelta {
  std::string_view dims;  // packed: append_dims() of cube.h
  const Measures* sums = nullptr;
  const Histogram* amounts = nullptr;
};

// Merges deltas into stored cells. Keeps its storage between cells.
class CellMerge {
 public:
  // Fewer groups than Cell::kGroupsMax are for tests.
  explicit CellMerge(std::size_t groups_max = Cell::kGroupsMax) : groups_max_(groups_max) {}

  // `out` becomes `stored` (empty: no cell) and `deltas`; empty when nothing is left. Groups that no delta
  // names are copied unread. With `never_below_zero`, a group that would be is refused. A saturated cell
  // stays one, and one that gets too many groups becomes one: is_saturated() says it of the last `out`.
  // Errors: corrupt (`stored` is no cell).
  // REQUIRES: deltas rise by dims, none is zero
  Result<Merged> merge(std::string_view stored, std::span<const GroupDelta> deltas, bool never_below_zero,
                       std::string& out);
  bool is_saturated() const { return is_saturated_; }

 private:
  // A group of the outcome: changed ones have values, others their bytes.
  struct Item {
    std::string_view dims;
    std::string_view raw_sums;
    std::string_view raw_amounts;
    Measures sums;
    Histogram amounts;
  };
  struct Run {
    std::string_view currency;  // sized
    std::size_t groups = 0;
    Measures sums;
  };

  Item& new_item(std::string_view dims);
  void copy_group();
  void advance();
  Result<Merged> merge_group(const GroupDelta& delta, std::string_view dims, bool is_stored,
                             bool never_below_zero);
  Result<Merged> merge_run(std::string_view currency, std::span<const GroupDelta>& deltas,
                           bool never_below_zero);
  [[nodiscard]] bool join(std::span<const GroupDelta> deltas);
  Result<Merged> merge_runs(std::span<const GroupDelta> deltas, bool never_below_zero);
  Result<void> saturate();
  bool stands_at(std::string_view currency) const;
  void encode(std::string& out);

  const std::size_t groups_max_;
  bool is_saturated_ = false;
  PackedCell stored_;
  PackedGroup group_;  // where stored_ stands
  bool at_group_ = false;
  std::vector<Item> items_;
  std::size_t items_used_ = 0;
  std::vector<Run> runs_;
  Cell joined_;  // what a batch adds to a saturated cell
  std::vector<GroupDelta> joined_deltas_;
  std::string scratch_;
};

}  // namespace wonjang::serving
