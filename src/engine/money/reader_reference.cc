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

template <typename T>
Result<Known<T>> known_of(std::string_view key_bytes, std::string_view value) {
  KeyReader key(key_bytes);
  key.number();
  key.id();
  const Instant known_at{static_cast<std::int64_t>(key.wide())};
  const ChangeId change(key.id());
  if (!key.ok()) return bad_key(kHouse, key_bytes);
  WJ_TRY(auto reference, decoded<settlement::Reference>(value, "reference data"));
  auto* one = std::get_if<T>(&reference);
  if (one == nullptr) return bad_key(kHouse, key_bytes);
  return Known<T>{std::move(*one), known_at, change};
}

// Under `prefix`, in the order of the time from which it was known; of one time, of the change.
template <typename T>
Result<std::vector<Known<T>>> known_under(const KvSnapshot& snapshot, const Key& prefix) {
  std::vector<Known<T>> out;
  WJ_CHECK(
      scan(snapshot, kHouse, prefix, [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
        WJ_TRY(out.emplace_back(), known_of<T>(key_bytes, value));
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

  void take(MerchantNo merchant, BusinessDate day, const CanaryRun& run) {
    if (run.at < since_) return;
    CanaryCount& count = of(merchant);
    count.alike += run.alike;
    count.different += run.different;
    count.clean_runs = run.different == 0 ? count.clean_runs + 1 : 0;
    if (run.different != 0) count.differed_on = day;
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
Result<Paged<Known<settlement::Contract>>> MoneyReader::contract_page(std::optional<MerchantId> merchant,
                                                                      std::string_view after,
                                                                      std::size_t count_max,
                                                                      std::optional<Instant> known_at) const {
  auto prefix = Key(Table::reference).number(kind_number<settlement::Contract>());
  if (merchant) prefix.id(merchant->raw());
  using One = Known<settlement::Contract>;
  return page_of<One>(snapshot_, kHouse, prefix, after, count_max,
                      [&](std::string_view key_bytes, std::string_view value) -> Result<std::optional<One>> {
                        WJ_TRY(auto known, known_of<settlement::Contract>(key_bytes, value));
                        if (known_at && known.known_at > *known_at) return std::optional<One>();
                        return std::optional(std::move(known));
                      });
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
Result<std::vector<CanaryCount>> MoneyReader::canary_counts(std::string_view canary, MerchantNo first) const {
  WJ_TRY(const auto versions, canaries());
  Instant since;
  for (const auto& version : versions) {
    if (version.value.name == canary) since = version.known_at;
  }
  CanaryDays days(since);
  const auto scan_from = [&](Table table, auto&& each) {
    const auto all = Key(table).text(canary);
    return scan(snapshot_, kHouse, Key(all).number(first).bytes(), after_prefix(all.bytes()), each);
  };
  WJ_CHECK(
      scan_from(Table::canary_run, [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
        KeyReader key(key_bytes);
        key.skip_text();
        const auto merchant = key.number();
        const auto day = key.day();
        if (!key.ok()) return bad_key(kHouse, key_bytes);
        WJ_TRY(const auto run, decoded<CanaryRun>(value, "a canary's run"));
        days.take(merchant, day, run);
        return true;
      }));
  WJ_CHECK(
      scan_from(Table::promoted, [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
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

Result<Paged<ChangeNow>> MoneyReader::changes(bool open_only, std::string_view after,
                                              std::size_t count_max) const {
  return page_of<ChangeNow>(
      snapshot_, kHouse, Key(Table::change_by_time), after, count_max,
      [&](std::string_view key_bytes, std::string_view) -> Result<std::optional<ChangeNow>> {
        KeyReader key(key_bytes);
        key.wide();
        const ChangeId id(key.id());
        if (!key.ok()) return bad_key(kHouse, key_bytes);
        WJ_TRY(auto now, change(id));
        if (!now) return corrupt("the change " + id.text() + " is missing: rebuild money");
        if (open_only && now->decided) return std::optional<ChangeNow>();
        return now;
      });
}

}  // namespace wonjang::money
