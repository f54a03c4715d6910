#include <algorithm>

#include "engine/money/reader_parts.h"

namespace wonjang::money {
namespace {

using settlement::ChangeId;

// Place of T among the alternatives of Reference; a stored number.
template <typename T, std::size_t I = 0>
constexpr std::uint32_t kind_number() {
  using At = std::variant_alternative_t<I, settlement::Reference>;
  if constexpr (std::is_same_v<At, T>) {
    return I;
  } else {
    return kind_number<T, I + 1>();
  }
}

// Under `prefix`, in the order of the time from which it was known; of one time, of the change.
template <typename T>
Result<std::vector<Known<T>>> known_under(const KvSnapshot& snapshot, const Key& prefix) {
  std::vector<Known<T>> out;
  WJ_CHECK(
      scan(snapshot, kHouse, prefix, [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
        KeyReader key(key_bytes);
        key.number();
        key.id();
        const Instant known_at{static_cast<std::int64_t>(key.wide())};
        const ChangeId change(key.id());
        if (!key.ok()) return bad_key(kHouse, key_bytes);
        WJ_TRY(auto reference, decoded<settlement::Reference>(value, "reference data"));
        auto* one = std::get_if<T>(&reference);
        if (one == nullptr) return bad_key(kHouse, key_bytes);
        out.push_back({std::move(*one), known_at, change});
        return true;
      }));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.known_at, a.change) < std::tie(b.known_at, b.change);
  });
  return out;
}

template <typename T>
Result<std::vector<Known<T>>> all_known(const KvSnapshot& snapshot) {
  return known_under<T>(snapshot, Key(Table::reference).number(kind_number<T>()));
}

ChangeNow now_of(ChangeStored stored) {
  return {std::move(stored.proposed),
          std::move(stored.proposed_by),
          stored.proposed_at,
          std::move(stored.decided),
          std::move(stored.decided_by),
          stored.decided_at,
          stored.version};
}

// Gathers the days of one canary, merchant by merchant, each merchant's oldest first.
class CanaryDays {
 public:
  explicit CanaryDays(Instant since) : since_(since) {}

  void take(MerchantNo merchant, const CanaryRun& run) {
    if (run.at < since_) return;
    CanaryCount& count = of(merchant);
    count.alike += run.alike;
    count.different += run.different;
    count.clean_runs = run.different == 0 ? count.clean_runs + 1 : 0;
  }
  void promote(MerchantNo merchant, Instant at) {
    if (at >= since_) of(merchant).promoted = true;
  }
  std::vector<CanaryCount> counts() const {
    std::vector<CanaryCount> out;
    for (const auto& [merchant, count] : counts_) out.push_back(count);
    return out;
  }

 private:
  CanaryCount& of(MerchantNo merchant) {
    CanaryCount& count = counts_[merchant];
    count.merchant_no = merchant;
    return count;
  }

  const Instant since_;  // the newest version of the canary
  std::map<MerchantNo, CanaryCount> counts_;
};

}  // namespace

Result<std::vector<Known<settlement::Contract>>> MoneyReader::contracts() const {
  return all_known<settlement::Contract>(snapshot_);
}
Result<std::vector<Known<settlement::Contract>>> MoneyReader::contracts_of(MerchantId merchant) const {
  return known_under<settlement::Contract>(
      snapshot_, Key(Table::reference).number(kind_number<settlement::Contract>()).id(merchant.raw()));
}
Result<std::vector<Known<settlement::Calendar>>> MoneyReader::calendars() const {
  return all_known<settlement::Calendar>(snapshot_);
}
Result<std::vector<Known<settlement::Hold>>> MoneyReader::holds() const {
  return all_known<settlement::Hold>(snapshot_);
}
Result<std::vector<Known<settlement::FundsRatio>>> MoneyReader::funds_ratios() const {
  return all_known<settlement::FundsRatio>(snapshot_);
}
Result<std::vector<Known<settlement::FundsHeld>>> MoneyReader::funds_held() const {
  return all_known<settlement::FundsHeld>(snapshot_);
}
Result<std::vector<Known<settlement::Canary>>> MoneyReader::canaries() const {
  return all_known<settlement::Canary>(snapshot_);
}

// What an earlier version of the canary came to doesn't count for the newest.
Result<std::vector<CanaryCount>> MoneyReader::canary_counts(std::string_view canary) const {
  WJ_TRY(const auto versions, canaries());
  Instant since;
  for (const auto& version : versions) {
    if (version.value.name == canary) since = version.known_at;
  }
  CanaryDays days(since);
  WJ_CHECK(scan(snapshot_, kHouse, Key(Table::canary_run).text(canary),
                [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                  KeyReader key(key_bytes);
                  key.skip_text();
                  const auto merchant = key.number();
                  key.day();
                  if (!key.ok()) return bad_key(kHouse, key_bytes);
                  WJ_TRY(const auto run, decoded<CanaryRun>(value, "a canary's run"));
                  days.take(merchant, run);
                  return true;
                }));
  WJ_CHECK(scan(snapshot_, kHouse, Key(Table::promoted).text(canary),
                [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                  KeyReader key(key_bytes);
                  key.skip_text();
                  const auto merchant = key.number();
                  if (!key.ok()) return bad_key(kHouse, key_bytes);
                  WJ_TRY(const auto at, decoded<Instant>(value, "a canary's merchant"));
                  days.promote(merchant, at);
                  return true;
                }));
  return days.counts();
}

Result<std::optional<ChangeNow>> MoneyReader::change(const ChangeId& id) const {
  WJ_TRY(auto stored, find<ChangeStored>(snapshot_, kHouse, Key(Table::change).id(id.raw()), "a change"));
  if (!stored) return std::optional<ChangeNow>();
  return std::optional<ChangeNow>(now_of(*std::move(stored)));
}

Result<std::vector<ChangeNow>> MoneyReader::changes(bool open_only, std::uint32_t count_max) const {
  std::vector<ChangeNow> out;
  if (count_max == 0) return out;
  WJ_CHECK(scan(snapshot_, kHouse, Key(Table::change_by_time),
                [&](std::string_view key_bytes, std::string_view) -> Result<bool> {
                  KeyReader key(key_bytes);
                  key.wide();
                  const ChangeId id(key.id());
                  if (!key.ok()) return bad_key(kHouse, key_bytes);
                  WJ_TRY(auto now, change(id));
                  if (!now) return corrupt("the change " + id.text() + " is missing: rebuild money");
                  if (!open_only || !now->decided) out.push_back(*std::move(now));
                  return out.size() < count_max;
                }));
  return out;
}

}  // namespace wonjang::money
