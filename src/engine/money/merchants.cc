#include "engine/money/merchants.h"

#include "domain/registry.h"

namespace wonjang::money {

Result<MerchantNo> Merchants::number_of(MerchantId id) {
  if (const auto it = numbers_.find(id); it != numbers_.end()) return it->second;
  WJ_CHECK(look_again());
  if (const auto it = numbers_.find(id); it != numbers_.end()) return it->second;
  return corrupt("the ledger's registry has no merchant " + id.text() +
                 ", but the log has events about it: run `wonjang check`");
}

Result<void> Merchants::look_again() {
  WJ_TRY(const auto units, log_.load(kRegistryStream));
  RegistryState state;
  for (const auto& unit : units) {
    for (const auto& bytes : unit.events) {
      WJ_TRY(const Event event, codec_.decode(bytes));
      state.evolve(event);
    }
  }
  for (const auto& [id, merchant] : state.merchants()) numbers_[id] = merchant.number;
  return {};
}

}  // namespace wonjang::money
