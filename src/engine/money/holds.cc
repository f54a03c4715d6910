#include "engine/money/holds.h"

#include <algorithm>

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

Result<MerchantHolds> MerchantHolds::load(const MoneyReader& reader, MerchantId merchant) {
  MerchantHolds out;
  WJ_TRY(const auto holds, reader.holds());
  for (const auto& known : holds) {
    if (known.value.merchant == merchant) out.add(known.value);
  }
  return out;
}

const settlement::Hold* MerchantHolds::on(BusinessDate day) const {
  const settlement::Hold* held = nullptr;
  for (const auto& hold : holds_) {
    if (hold.from <= day) held = hold.placed ? &hold : nullptr;
  }
  return held;
}

BusinessDate MerchantHolds::of_line(BusinessDate own, BusinessDate today) const {
  return first_from(std::max(own, today));
}

BusinessDate MerchantHolds::of_payout(BusinessDate own, BusinessDate today) const {
  return on(own) != nullptr ? BusinessDate() : first_from(std::max(own, today));
}

BusinessDate MerchantHolds::first_from(BusinessDate day) const {
  std::set<BusinessDate> days{day};
  for (const auto& hold : holds_) days.insert(std::max(day, hold.from));
  const auto found = std::ranges::find_if(days, [&](BusinessDate d) { return on(d) == nullptr; });
  return found == days.end() ? BusinessDate() : *found;
}

}  // namespace wonjang::money
