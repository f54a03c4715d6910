#include "engine/money/coverage.h"

#include "engine/money/money_spaces.h"

namespace wonjang::money {

void Coverage::add(MerchantNo merchant, Currency currency, std::uint64_t position,
                   const PayoutOfMerchant& payout) {
  added_[{merchant, currency}].push_back({position, payout});
}

void Coverage::begin(const Whose& whose, std::uint64_t from) {
  Key prefix(Table::payout_of_merchant);
  prefix.number(whose.first).currency(whose.second);
  const std::string until = after_prefix(prefix.bytes());
  cursor_ = snapshot_.scan(kPayouts, prefix.wide(from).bytes(), until);
  read_.clear();
  whose_ = whose;
  from_ = from;
}

Result<bool> Coverage::read_one() {
  if (!cursor_->valid()) {
    WJ_CHECK(cursor_->status());
    return false;
  }
  KeyReader key(cursor_->key());
  key.number();
  key.currency();
  const auto position = key.wide();
  WJ_TRY(const auto payout, decoded<PayoutOfMerchant>(cursor_->value(), "a merchant's payout"));
  read_.push_back({position, payout});
  cursor_->next();
  return true;
}

Result<std::optional<settlement::PayoutId>> Coverage::payout_of(MerchantNo merchant, Currency currency,
                                                                std::uint64_t dated_at,
                                                                BusinessDate payout_date) {
  using Found = std::optional<settlement::PayoutId>;
  if (payout_date == kUndated) return Found();
  const Whose whose(merchant, currency);
  if (whose_ != whose || dated_at < from_) begin(whose, dated_at);
  const auto covers = [&](const Placed& one) {
    return one.position > dated_at && one.payout.date >= payout_date;
  };
  for (std::size_t i = 0;; ++i) {
    if (i == read_.size()) {
      WJ_TRY(const bool more, read_one());
      if (!more) break;
    }
    if (covers(read_[i])) return Found(read_[i].payout.payout);
  }
  const auto added = added_.find(whose);
  if (added == added_.end()) return Found();
  for (const auto& one : added->second) {
    if (covers(one)) return Found(one.payout.payout);
  }
  return Found();
}

}  // namespace wonjang::money
