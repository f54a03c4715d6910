#include "engine/serving/sales_of_day.h"

#include <map>
#include <string>
#include <utility>

#include "engine/serving/cube.h"
#include "engine/serving/row.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

// By bucket, then currency. Row is {bucket, sums}.
template <typename Row, typename Bucket>
class SumsByBucket {
 public:
  void add(Bucket bucket, const Transaction& t) {
    auto& sums = sums_[{bucket, t.currency}];
    ++sums.count;
    (t.kind == TransactionKind::approval ? sums.gross : sums.canceled) += t.amount;
  }
  std::vector<Row> take() {
    std::vector<Row> out;
    for (auto& [key, sums] : sums_) {
      sums.currency = key.second;
      out.push_back({key.first, std::move(sums)});
    }
    return out;
  }

 private:
  std::map<std::pair<Bucket, std::string>, Sums> sums_;
};

Narrow too_many() {
  return {"the merchant's day has more than " + std::to_string(kSalesOfDayMax) +
              " transactions: ask for the day as a whole, GET /v1/totals/merchant_day_transactions",
          kSalesOfDayMax};
}

}  // namespace

Result<std::variant<DaySales, Narrow>> sales_of_day(const KvSnapshot& stored, MerchantNo merchant,
                                                    BusinessDate day, std::optional<Instant> minutes_from) {
  using Out = std::variant<DaySales, Narrow>;
  const Instant midnight = start_of(day);
  const auto range = newest_first(merchant_prefix(merchant), midnight, start_of({day.days + 1}));
  DaySales out;
  out.reading = {"transactions", 0, 1};
  SumsByBucket<HourSales, std::uint8_t> hours;
  SumsByBucket<MinuteSales, std::int32_t> minutes;
  const auto cursor = stored.scan(kTransactions, range.from, range.until);
  for (; cursor->valid(); cursor->next()) {
    if (++out.reading.rows_read > kSalesOfDayMax) return Out(too_many());
    WJ_TRY(const auto transaction, decode_transaction(cursor->key(), cursor->value()));
    hours.add(static_cast<std::uint8_t>((transaction.at.us - midnight.us) / kHourUs), transaction);
    if (minutes_from && transaction.at >= *minutes_from)
      minutes.add(bucket_of(Grain::minute, transaction.at), transaction);
  }
  WJ_CHECK(cursor->status());
  out.hours = hours.take();
  out.minutes = minutes.take();
  return Out(std::move(out));
}

}  // namespace wonjang::serving
