// TopMerchants: who sold most in a period of days. Whole years and months come from cubes with all merchants
// of one side by side (bucket_first): of a year with seven months in the period or more the year less its
// other months, else month by month. The days at the edges come from a cube of days by merchant, which is
// asked for the merchants that the month of the edge has. An edge so costs a cell per merchant and day, and
// counts towards cells_max.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "engine/serving/cell.h"
#include "engine/serving/cube.h"
#include "engine/serving/queries.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

enum class TopBy : std::uint8_t { net = 1, gross = 2, count = 3, canceled = 4 };
struct TopQuery {
  static constexpr std::uint32_t kLimitMax = 1'000;
  BusinessDate from;  // [from, until)
  BusinessDate until;
  std::string currency = "KRW";
  TopBy by = TopBy::net;
  std::uint32_t limit = 100;
  std::string year_cube = "merchant_sales_year";  // empty: of months alone
  std::string month_cube = "merchant_sales_month";
  std::string day_cube = "merchant_day";
  std::uint64_t cells_max = 500'000;
};
struct TopRow {
  MerchantNo merchant = 0;
  Measures sums;
  friend bool operator==(const TopRow&, const TopRow&) = default;
};
struct TopRows {
  std::vector<TopRow> rows;  // the greatest first; of equal ones the lesser merchant number
  Reading reading;
};
// Errors: as read_totals; invalid too for a limit of 0 or above kLimitMax.
Result<std::variant<TopRows, Narrow>> read_top(std::span<const CubeSpec> cubes, const KvSnapshot& stored,
                                               const TopQuery& query);

}  // namespace wonjang::serving
