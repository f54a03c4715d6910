// TotalsReader: what a cube held or holds, by bucket, key and dimensions: now, as of the close of a day, and
// the difference between the two. Everything comes from one snapshot and as exact integers; averages and
// percentiles are derived by whoever shows them (exact.h, histogram.h). Merchants that sold most:
// top_merchants.h.
//
// Cheap: a question without inner dimensions ("by day") reads the front of each cell only; one with them
// reads the packed groups where they lie and steps over what it doesn't ask for. Bounded: one that would read
// more cells or make more rows than allowed is refused with what to narrow, never cut short.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "engine/serving/cell.h"
#include "engine/serving/cube.h"
#include "engine/serving/queries.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

enum class TotalsFace : std::uint8_t {
  now = 1,
  then = 2,        // as of the close of day `close`
  difference = 3,  // now less then
};

// A field's values are joined by "or", the fields by "and"; an empty list doesn't filter.
struct TotalsQuery {
  std::string cube;
  std::vector<MerchantNo> merchants;       // of a cube by merchant
  std::vector<std::string> organisations;  // of a cube by organisation, or with it among its dimensions
  std::int32_t from = 0;                   // buckets of the cube's grain, [from, until)
  std::int32_t until = 0;
  std::vector<std::uint8_t> methods;
  std::vector<std::uint8_t> statuses;
  std::vector<std::uint8_t> kinds;
  std::vector<std::uint8_t> channels;
  std::vector<std::string> issuers;
  std::vector<std::string> currencies;

  std::optional<Grain>
      by;               // a row per bucket of this grain (the cube's or coarser); none: of the whole period
  bool by_key = false;  // a row per merchant or organisation
  Dimensions group_by;  // a row per combination; by currency in any case
  bool percentiles = false;  // fill TotalsRow::amounts, of a cube that keeps them
  TotalsFace face = TotalsFace::now;
  BusinessDate close;  // for `then` and `difference`
  std::uint64_t cells_max = 20'000;
  std::uint64_t rows_max = 20'000;  // that may be made, also those that come to nothing in the end
  std::uint64_t cells_before = 0;   // of cells_max, read for the same answer before this question
  Asker asker = Asker::totals;
};

struct TotalsRow {
  std::optional<std::int32_t> bucket;  // of TotalsQuery::by
  MerchantNo merchant = 0;             // with by_key, of a cube by merchant
  std::string organisation;            // with by_key, of a cube by organisation
  GroupDims dims;                      // currency, and what was grouped by
  Measures sums;
  Histogram amounts;
  friend bool operator==(const TotalsRow&, const TotalsRow&) = default;
};

struct TotalsRows {
  std::vector<TotalsRow> rows;  // by bucket, key, dimensions; none is all zeros
  Reading reading;
};
// Errors: invalid, with the names there are.
Result<const CubeSpec*> find_cube(std::span<const CubeSpec> cubes, std::string_view name);

// Errors: invalid (what the cube doesn't keep, with what it does).
Result<void> check_query(const CubeSpec& cube, const TotalsQuery& query);

// Errors: invalid (no such cube, what the cube doesn't keep, with what it does), corrupt, unavailable.
Result<std::variant<TotalsRows, Narrow>> read_totals(std::span<const CubeSpec> cubes,
                                                     const KvSnapshot& stored, const TotalsQuery& query);

}  // namespace wonjang::serving
