// Cell: what one cube holds for one key and bucket: a group per combination of its inner dimensions, with
// exact sums, and in front of them the sums over all groups per currency, so that a page "by day" reads no
// group. Here it is as values, every number checked; the writer and the reader work on its bytes
// (packed_cell.h).
//
// Invariants: groups are sorted by their packed dimensions and none is zero, so equal content is equal bytes,
// however it came about, as long as no cell was saturated. A cell without groups is not stored, unless it is
// saturated: that must not be forgotten. In a late cell (a difference) every number may
// be negative; in a cell of totals_now none may, which totals_writer.h sees to.
//
// A cell that would get more than kGroupsMax groups becomes saturated, for good: from then on it has one
// group per currency, without the other dimensions, that holds exactly what all together hold. Values of
// dimensions come from merchants, who must not be able to stop the views with them. When it happens depends
// on where batches end; what two cells must agree on is therefore said by is_same_cell() alone.
//
// Stored form: docs/formats/totals.md.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/serving/exact.h"
#include "engine/serving/histogram.h"

namespace wonjang::serving {

// What is summed in every group.
struct Measures {
  Moments amount;
  int128 gross = 0;
  int128 canceled = 0;

  int128 net() const { return gross - canceled; }
  bool is_zero() const { return amount.is_zero() && gross == 0 && canceled == 0; }
  bool is_below_zero() const {
    return amount.count < 0 || amount.sum < 0 || amount.sumsq < 0 || gross < 0 || canceled < 0;
  }
  // False: a bound is passed (exact.h) and nothing changed.
  [[nodiscard]] bool add(const Measures& other);
  [[nodiscard]] bool subtract(const Measures& other);
  friend bool operator==(const Measures&, const Measures&) = default;
};
// As stored: a size below 128, then the five numbers.
void put_measures(std::string& out, const Measures& m);
// What follows the size, all of it. False: no such bytes, or a count out of bounds.
[[nodiscard]] bool read_measures(std::string_view bytes, Measures& out);

struct Group {
  std::string dims;  // packed: append_dims() of cube.h
  Measures sums;
  Histogram amounts;  // empty unless the cube has percentiles
  bool is_zero() const { return sums.is_zero() && amounts.is_zero(); }
  friend bool operator==(const Group&, const Group&) = default;
};

enum class [[nodiscard]] Merged : std::uint8_t{done, out_of_bounds, below_zero};

constexpr std::size_t kCurrencyMax = 127;  // of a packed currency, whose size is one byte

// The sized currency that packed dimensions begin with, which is all that a saturated cell tells apart.
// REQUIRES: `dims` were written by append_dims()
std::string_view currency_of(std::string_view dims);

class Cell {
 public:
  // A cell that would hold more is saturated: some dimension isn't what a total should be told apart by.
  static constexpr std::size_t kGroupsMax = 16'384;

  bool is_empty() const { return groups_.empty() && !is_saturated_; }
  bool is_saturated() const { return is_saturated_; }
  const std::vector<Group>& groups() const { return groups_; }

  // The group of `dims`, made if it isn't there; in a saturated cell that of its currency. It may be zero
  // until the cell is tidied.
  Group& group(std::string_view dims);
  void remove_zeros();
  // To the group of `dims`. False: a bound is passed and no number changed.
  [[nodiscard]] bool add(std::string_view dims, const Measures& sums, const Histogram& amounts);
  // Joins the groups of each currency. False: a bound is passed and nothing changed.
  [[nodiscard]] bool saturate();

  friend bool operator==(const Cell&, const Cell&) = default;

 private:
  friend Result<Cell> decode_cell(std::string_view bytes);
  std::vector<Group> groups_;  // by dims
  bool is_saturated_ = false;
};

// REQUIRES: no group is zero, there is one, and together they are in bounds
std::string encode_cell(const Cell& cell);
// Errors: corrupt (not these bytes, or the front doesn't agree with the groups).
Result<Cell> decode_cell(std::string_view bytes);

// Whether two stored cells (empty: there is none) hold the same as far as both can tell: the same bytes, or
// one is saturated and both have the same sums and histogram in each currency. False for bytes that are no
// cell.
bool is_same_cell(std::string_view a, std::string_view b);

}  // namespace wonjang::serving
