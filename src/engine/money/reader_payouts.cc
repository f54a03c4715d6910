#include <algorithm>

#include "engine/money/reader_parts.h"

namespace wonjang::money {
namespace {

PayoutNow now_of(PayoutStored stored) {
  return {std::move(stored.requested),
          stored.merchant,
          stored.merchant_no,
          stored.currency,
          stored.state,
          stored.version,
          std::move(stored.updates),
          std::move(stored.dispute)};
}

}  // namespace

Result<std::vector<Due>> MoneyReader::due(BusinessDate until) const {
  std::vector<Due> out;
  MerchantIds merchants(snapshot_);
  WJ_CHECK(scan(snapshot_, kSums, Key(Table::due),
                [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                  KeyReader key(key_bytes);
                  const auto merchant = key.number();
                  const auto currency = key.currency();
                  const auto day = key.day();
                  if (!key.ok()) return bad_key(kSums, key_bytes);
                  if (day > until) return true;
                  WJ_TRY(const auto sum, decoded<DueSum>(value, "what is due"));
                  if (out.empty() || out.back().merchant_no != merchant || out.back().currency != currency) {
                    WJ_TRY(const auto id, merchants.of(merchant));
                    out.push_back({merchant, id, currency, day, 0, 0});
                  }
                  out.back().lines += static_cast<std::uint64_t>(sum.lines);
                  out.back().net += sum.net;
                  return true;
                }));
  return out;
}

Result<Standing> MoneyReader::standing(MerchantNo merchant, Currency currency) const {
  WJ_TRY(auto stored,
         find<Standing>(snapshot_, kSums, Key(Table::standing).number(merchant).currency(currency),
                        "what a merchant stands at"));
  return stored.value_or(Standing());
}

Result<std::optional<PayoutNow>> MoneyReader::payout(const settlement::PayoutId& id) const {
  WJ_TRY(auto stored, find<PayoutStored>(snapshot_, kPayouts, Key(Table::payout).id(id.raw()), "a payout"));
  if (!stored) return std::optional<PayoutNow>();
  return std::optional<PayoutNow>(now_of(*std::move(stored)));
}

namespace {

// Calls `each(key, id)`, a Result<bool>, for the payouts whose keys lie in [from, until), until it gives
// false. Of one merchant the others are jumped over, not read.
template <typename Each>
Result<void> each_payout(const KvSnapshot& snapshot, std::string_view from, std::string_view until,
                         std::optional<MerchantNo> merchant, Each&& each) {
  const Key table(Table::payout_by_date);
  const auto cursor = snapshot.scan(kPayouts, from, until);
  while (cursor->valid()) {
    const std::string bytes(cursor->key());
    KeyReader key(bytes);
    const auto date = key.day();
    const auto number = key.number();
    const settlement::PayoutId id(key.id());
    if (!key.ok()) return bad_key(kPayouts, bytes);
    if (merchant && *merchant != number) {
      const auto day = number < *merchant ? date : BusinessDate{date.days + 1};
      cursor->seek(Key(table).day(day).number(*merchant).bytes());
      continue;
    }
    WJ_TRY(const bool go_on, each(bytes, id));
    if (!go_on) return {};
    cursor->next();
  }
  return cursor->status();
}

Result<PayoutNow> listed_payout(const MoneyReader& reader, const settlement::PayoutId& id) {
  WJ_TRY(auto now, reader.payout(id));
  if (!now) return corrupt("the payout " + id.text() + " is missing: rebuild money");
  return *std::move(now);
}

}  // namespace

Result<void> MoneyReader::payouts(BusinessDate from, BusinessDate until, std::optional<MerchantNo> merchant,
                                  const std::function<Result<bool>(const PayoutNow&)>& each) const {
  const Key table(Table::payout_by_date);
  return each_payout(snapshot_, Key(table).day(from).bytes(), Key(table).day(until).bytes(), merchant,
                     [&](std::string_view, const settlement::PayoutId& id) -> Result<bool> {
                       WJ_TRY(const auto now, listed_payout(*this, id));
                       return each(now);
                     });
}

Result<Paged<PayoutNow>> MoneyReader::payout_page(BusinessDate from, BusinessDate until,
                                                  std::optional<MerchantNo> merchant, std::string_view after,
                                                  std::size_t count_max) const {
  Paged<PayoutNow> out;
  out.place = after;
  const Key table(Table::payout_by_date);
  auto first = Key(table).day(from).bytes();
  if (!after.empty()) first = std::max(first, table.bytes() + std::string(after) + '\0');
  WJ_CHECK(each_payout(snapshot_, first, Key(table).day(until).bytes(), merchant,
                       [&](std::string_view key, const settlement::PayoutId& id) -> Result<bool> {
                         out.has_more = out.items.size() == count_max;
                         if (out.has_more) return false;
                         WJ_TRY(out.items.emplace_back(), listed_payout(*this, id));
                         out.place = place_in(table, key);
                         return true;
                       }));
  return out;
}

Result<Paged<PayoutNow>> MoneyReader::disputed_payouts(std::optional<MerchantNo> merchant,
                                                       std::string_view after, std::size_t count_max) const {
  return page_of<PayoutNow>(
      snapshot_, kPayouts, Key(Table::disputed), after, count_max,
      [&](std::string_view key_bytes, std::string_view) -> Result<std::optional<PayoutNow>> {
        KeyReader key(key_bytes);
        key.wide();
        const settlement::PayoutId id(key.id());
        if (!key.ok()) return bad_key(kPayouts, key_bytes);
        WJ_TRY(auto payout, listed_payout(*this, id));
        if (merchant && payout.merchant_no != *merchant) return std::optional<PayoutNow>();
        return std::optional(std::move(payout));
      });
}

namespace {

Error missing_close() { return corrupt("what was unpaid at a day's close is missing: rebuild money"); }

// Calls `each(merchant, currency, now)` for all.
template <typename Each>
Result<void> each_unpaid(const KvSnapshot& snapshot, Each&& each) {
  return scan(snapshot, kSums, Key(Table::unpaid),
              [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                KeyReader key(key_bytes);
                const auto merchant = key.number();
                const auto currency = key.currency();
                if (!key.ok()) return bad_key(kSums, key_bytes);
                WJ_TRY(const auto now, decoded<UnpaidNow>(value, "what is unpaid"));
                WJ_CHECK(each(merchant, currency, now));
                return true;
              });
}

}  // namespace

Result<std::vector<MoneyReader::Unpaid>> MoneyReader::unpaid() const { return unpaid_at(kEveryDate); }

Result<std::vector<MoneyReader::Unpaid>> MoneyReader::unpaid_at(BusinessDate day) const {
  std::vector<Unpaid> out;
  MerchantIds merchants(snapshot_);
  const auto prefix = Key(Table::unpaid_close).bytes();
  const auto closes = snapshot_.scan_back(kSums, prefix, after_prefix(prefix));
  const auto sum_at = [&](MerchantNo merchant, Currency currency, const UnpaidNow& now) -> Result<UnpaidSum> {
    if (now.day <= day) return now.sum;
    const auto whose = Key(Table::unpaid_close).number(merchant).currency(currency);
    closes->seek(Key(whose).day(day).bytes());
    WJ_CHECK(closes->status());
    if (!closes->valid() || !closes->key().starts_with(whose.bytes())) return UnpaidSum();  // before its time
    KeyReader key(closes->key());
    key.number();
    key.currency();
    if (key.day() > day || !key.ok()) return missing_close();
    return decoded<UnpaidSum>(closes->value(), "what was unpaid");
  };
  WJ_CHECK(each_unpaid(snapshot_,
                       [&](MerchantNo merchant, Currency currency, const UnpaidNow& now) -> Result<void> {
                         WJ_TRY(const auto sum, sum_at(merchant, currency, now));
                         if (sum == UnpaidSum()) return {};
                         WJ_TRY(const auto id, merchants.of(merchant));
                         out.push_back({merchant, id, currency, sum.open, sum.settled});
                         return {};
                       }));
  return out;
}

Result<LogPositions> MoneyReader::positions_at(BusinessDate day) const {
  LogPositions out;
  WJ_CHECK(scan(snapshot_, kHouse, Key(Table::seen),
                [&](std::string_view key_bytes, std::string_view) -> Result<bool> {
                  KeyReader key(key_bytes);
                  const auto book = key.number();
                  if (!key.ok()) return bad_key(kHouse, key_bytes);
                  out.resize(std::max<std::size_t>(out.size(), book + 1));
                  const auto prefix = Key(Table::day_end).number(book);
                  const auto end = snapshot_.scan_back(kHouse, prefix.bytes(), after_day(prefix, day));
                  if (end->valid()) {
                    WJ_TRY(out[book], decoded<Position>(end->value(), "a position"));
                  }
                  WJ_CHECK(end->status());
                  return true;
                }));
  while (!out.empty() && out.back() == 0) out.pop_back();
  return out;
}

}  // namespace wonjang::money
