#include "engine/money/holds.h"

namespace wonjang::money {

Result<std::set<MerchantId>> on_hold(const MoneyReader& reader, BusinessDate date, BusinessDate today) {
  WJ_TRY(const auto holds, reader.holds());
  std::set<MerchantId> out;
  for (const auto day : {date, today}) {
    std::set<MerchantId> held;
    for (const auto& known : holds) {
      if (known.value.from > day) continue;
      if (known.value.placed) {
        held.insert(known.value.merchant);
      } else {
        held.erase(known.value.merchant);
      }
    }
    out.merge(held);
  }
  return out;
}

}  // namespace wonjang::money
