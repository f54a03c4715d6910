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
  WJ_TRY(const auto units, log_.load_from(kRegistryStream, version_));
  for (const auto& unit : units) {
    for (const auto& bytes : unit.events) {
      WJ_TRY(const Event event, codec_.decode(bytes));
      if (event.version != version_) return corrupt("the registry's stream has a gap");
      ++version_;
      if (!std::holds_alternative<MerchantRegistered>(event.body)) continue;
      numbers_.emplace(event.merchant, static_cast<MerchantNo>(numbers_.size()));
    }
  }
  return {};
}

}  // namespace wonjang::money
