// RowMaker: turns cells into the rows of one question. A row is found by its bytes (bucket, key, currency,
// group) and made when it is met first; a cell whose front says enough isn't unpacked.
//
// Threads: one owner; cube and query outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/serving/cell_walk.h"
#include "engine/serving/cube.h"
#include "engine/serving/flat_keys.h"
#include "engine/serving/group_lens.h"
#include "engine/serving/packed_cell.h"
#include "engine/serving/totals_reader.h"

namespace wonjang::serving {

// The dimensions that a question filters by.
Dimensions filtered_by(const CubeSpec& cube, const TotalsQuery& query);

class RowMaker {
 public:
  RowMaker(const CubeSpec& cube, const TotalsQuery& query);

  // Adds (sign +1) or takes away (-1) a cell. Errors: corrupt.
  Result<Seen> add(const CellKey& key, std::string_view bytes, int sign);
  // By bucket, key, dimensions; without rows of zeros. Ends it.
  Result<std::vector<TotalsRow>> take();

 private:
  Error broken(const CellKey& key) const;
  // The part of a row's name that all groups of the cell have.
  void begin_row(const CellKey& key);
  bool wants(const PackedCell::Front& front) const;
  // The row of the cell's key, a currency and, with `grouped`, of the group in the lens.
  TotalsRow& row_of(const CellKey& key, const PackedCell::Front& front, bool grouped);
  Result<void> add_fronts(const CellKey& key, int sign);
  // Adds up a currency's groups first, and looks for its row once.
  Result<void> add_filtered(const CellKey& key, int sign);
  Result<void> add_groups(const CellKey& key, int sign);

  const CubeSpec& cube_;
  const TotalsQuery& query_;
  const bool one_row_a_currency_;
  const bool front_is_enough_;
  const bool tells_groups_apart_;  // by another dimension than the currency
  GroupLens lens_;
  PackedCell cell_;
  std::optional<std::int32_t> bucket_;
  std::string name_;
  FlatKeys names_;
  std::string last_name_;  // cells of one row mostly come one after the other
  std::uint32_t last_ = 0;
  std::vector<TotalsRow> rows_;
};

}  // namespace wonjang::serving
