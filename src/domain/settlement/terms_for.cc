#include "domain/settlement/terms_for.h"

namespace wonjang::settlement {
namespace {

template <typename Entry>
const Entry* entry_for(const std::vector<Entry>& entries, const Item& item) {
  const Entry* of_method = nullptr;
  for (const auto& entry : entries) {
    if (entry.method != item.method) continue;
    if (entry.issuer.empty()) {
      of_method = &entry;
    } else if (entry.issuer == item.issuer) {
      return &entry;
    }
  }
  return of_method;
}

}  // namespace

const MethodCycle* own_cycle_for(const Contract& contract, const Item& item) {
  return entry_for(contract.cycle_by_method, item);
}

const MethodFees* own_fees_for(const FeeTerms& terms, const Item& item) {
  return entry_for(terms.by_method, item);
}

const Cycle& cycle_for(const Contract& contract, const Item& item) {
  const auto* own = own_cycle_for(contract, item);
  return own == nullptr ? contract.cycle : own->cycle;
}

Charging charging_for(const FeeTerms& terms, const Item& item) {
  Charging out{terms.vat, terms.order, terms.rounding};
  const auto* own = own_fees_for(terms, item);
  if (own == nullptr) return out;
  if (own->vat != VatTreatment::unknown) out.vat = own->vat;
  if (own->order != FeeOrder::unknown) out.order = own->order;
  out.rounding = own->rounding.value_or(out.rounding);
  return out;
}

}  // namespace wonjang::settlement
