#include "engine/serving/sales_of_day.h"

#include <map>
#include <string>
#include <utility>

#include "engine/serving/row.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

class Hours {
 public:
  void add(std::uint8_t hour, const Transaction& t) {
    HourSales& sales = hours_[{hour, t.currency}];
    sales.hour = hour;
    sales.sums.currency = t.currency;
    ++sales.sums.count;
    (t.kind == TransactionKind::approval ? sales.sums.gross : sales.sums.canceled) += t.amount;
  }
  std::vector<HourSales> take() {
    std::vector<HourSales> out;
    for (auto& [key, sales] : hours_) out.push_back(std::move(sales));
    return out;
  }

 private:
  std::map<std::pair<std::uint8_t, std::string>, HourSales> hours_;
};

Narrow too_many() {
  return {"the merchant's day has more than " + std::to_string(kSalesOfDayMax) +
              " transactions; ask for the day as a whole, from the cube merchant_day_transactions",
          kSalesOfDayMax};
}

}  // namespace

Result<std::variant<DaySales, Narrow>> sales_of_day(const KvSnapshot& stored, MerchantNo merchant,
                                                    BusinessDate day) {
  using Out = std::variant<DaySales, Narrow>;
  const Instant midnight = start_of(day);
  const auto range = newest_first(merchant_prefix(merchant), midnight, start_of({day.days + 1}));
  DaySales out;
  out.reading = {"transactions", 0, 1};
  Hours hours;
  const auto cursor = stored.scan(kTransactions, range.from, range.until);
  for (; cursor->valid(); cursor->next()) {
    if (++out.reading.rows_read > kSalesOfDayMax) return Out(too_many());
    WJ_TRY(const auto transaction, decode_transaction(cursor->key(), cursor->value()));
    hours.add(static_cast<std::uint8_t>((transaction.at.us - midnight.us) / kHourUs), transaction);
  }
  WJ_CHECK(cursor->status());
  out.hours = hours.take();
  return Out(std::move(out));
}

}  // namespace wonjang::serving
