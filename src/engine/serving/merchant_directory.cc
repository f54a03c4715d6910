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
  std::uint32_t seen = 0;
  {
    const MutexLock lock(mutex_);
    seen = version_;
  }
  WJ_TRY(const auto units, log_.load_from(kRegistryStream, seen));
  std::vector<Event> events;
  for (const auto& unit : units) {
    for (const auto& bytes : unit.events) {
      WJ_TRY(events.emplace_back(), codec_.decode(bytes));
    }
  }
  const MutexLock lock(mutex_);
  for (const auto& event : events) take(event);
  return {};
}

void MerchantDirectory::take(const Event& event) const {
  if (event.version != version_) return;  // somebody looked at the same time and has taken it
  ++version_;
  const auto* registered = std::get_if<MerchantRegistered>(&event.body);
  if (registered == nullptr) return;
  const auto no = static_cast<MerchantNo>(by_no_.size());
  by_no_.push_back({no, event.merchant, registered->code, registered->organisation});
  numbers_[event.merchant] = no;
}

}  // namespace wonjang::serving
