// SalesOfDay: what moved at one merchant on one day, by the hour and, from a moment on, by the minute: the
// live picture of today. It adds up the day's transactions, which no cube keeps by merchant and hour: few
// people look at it, and every payment would pay for it.
//
// Bounded: a day of more than kSalesOfDayMax transactions is refused. For days that are over, and for larger
// merchants, there is the cube merchant_day_transactions.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/result.h"
#include "engine/serving/queries.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

constexpr std::uint64_t kSalesOfDayMax = 50'000;

struct HourSales {
  std::uint8_t hour = 0;  // 0..23, in Seoul, of the transaction's own time
  Sums sums;              // approvals are gross; cancels and reversals are canceled; each counts as one
  friend bool operator==(const HourSales&, const HourSales&) = default;
};
struct MinuteSales {
  std::int32_t minute = 0;  // a bucket of Grain::minute
  Sums sums;
  friend bool operator==(const MinuteSales&, const MinuteSales&) = default;
};
struct DaySales {
  std::vector<HourSales> hours;      // by hour, then currency; hours without a transaction are left out
  std::vector<MinuteSales> minutes;  // likewise, those from `minutes_from` on
  Reading reading;
};

// Without `minutes_from` no minutes are told. Errors: corrupt, unavailable.
Result<std::variant<DaySales, Narrow>> sales_of_day(const KvSnapshot& stored, MerchantNo merchant,
                                                    BusinessDate day,
                                                    std::optional<Instant> minutes_from = std::nullopt);

}  // namespace wonjang::serving
