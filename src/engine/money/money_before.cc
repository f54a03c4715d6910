#include "engine/money/money_before.h"

namespace wonjang::money {
namespace {

Error bad_history(RawId stream, std::uint32_t version) {
  return corrupt("event " + std::to_string(version) + " of " + PaymentId(stream).text() +
                 " isn't where the log says: run `wonjang check` on the ledger");
}

}  // namespace

Result<journal::PaymentMoney*> MoneyBefore::of(RawId stream, std::uint32_t version) {
  const auto known = payments_.find(stream);
  if (known != payments_.end() && known->second.version == version) return &known->second;
  // All at once: which payments come again soon is anybody's guess, and a stream is short.
  if (payments_.size() >= payments_max_) payments_.clear();
  journal::PaymentMoney& money = payments_[stream] = {};
  WJ_CHECK(fold_stream(stream, version, money));
  return &money;
}

Result<void> MoneyBefore::fold_stream(RawId stream, std::uint32_t version,
                                      journal::PaymentMoney& money) const {
  if (version == 0) return {};
  WJ_TRY(const auto units, log_.load(stream));
  for (const auto& unit : units) {
    for (const auto& bytes : unit.events) {
      if (money.version == version) return {};
      WJ_TRY(const Event event, codec_.decode(bytes));
      if (event.stream != stream || event.version != money.version) return bad_history(stream, money.version);
      fold(money, event);
    }
  }
  if (money.version != version) return bad_history(stream, version);
  return {};
}

}  // namespace wonjang::money
