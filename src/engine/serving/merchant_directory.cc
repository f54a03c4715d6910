#include "engine/serving/merchant_directory.h"

namespace wonjang::serving {
namespace {

Error unknown_merchant(const std::string& who) {
  return corrupt("the ledger's registry has no merchant " + who +
                 ", but the log has payments of it: run `wonjang check`");
}

}  // namespace

Result<MerchantEntry> MerchantDirectory::of(MerchantId id) const {
  for (int look = 0; look < 2; ++look) {
    {
      const MutexLock lock(mutex_);
      if (const auto it = numbers_.find(id); it != numbers_.end()) return by_no_[it->second];
    }
    WJ_CHECK(look_again());
  }
  return unknown_merchant(id.text());
}

Result<MerchantEntry> MerchantDirectory::of(MerchantNo no) const {
  for (int look = 0; look < 2; ++look) {
    {
      const MutexLock lock(mutex_);
      if (no < by_no_.size()) return by_no_[no];
    }
    WJ_CHECK(look_again());
  }
  return unknown_merchant("number " + std::to_string(no));
}

Result<std::vector<MerchantEntry>> MerchantDirectory::of_organisation(std::string_view code) const {
  WJ_CHECK(look_again());
  std::vector<MerchantEntry> out;
  const MutexLock lock(mutex_);
  for (const auto& entry : by_no_) {
    if (entry.organisation == code) out.push_back(entry);
  }
  return out;
}

Result<void> MerchantDirectory::look_again() const {
  WJ_TRY(const auto units, log_.load(kRegistryStream));
  RegistryState state;
  for (const auto& unit : units) {
    for (const auto& bytes : unit.events) {
      WJ_TRY(const Event event, codec_.decode(bytes));
      state.evolve(event);
    }
  }
  std::vector<MerchantEntry> entries(state.merchants().size());
  for (const auto& [id, merchant] : state.merchants()) {
    entries[merchant.number] = {merchant.number, id, merchant.code, merchant.organisation};
  }
  const MutexLock lock(mutex_);
  // Two may have looked at once: what knows fewer merchants is older, and must not replace the newer.
  if (entries.size() <= by_no_.size()) return {};
  for (const auto& entry : entries) numbers_[entry.id] = entry.no;
  by_no_ = std::move(entries);
  return {};
}

}  // namespace wonjang::serving
