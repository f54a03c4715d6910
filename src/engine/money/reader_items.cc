#include <algorithm>

#include "engine/money/reader_parts.h"

namespace wonjang::money {
namespace {

constexpr std::size_t kItemsAtOnce = 512;

// Gathers open items and gives them on with their failures, looked up in one go.
class OpenItems {
 public:
  using Each = std::function<Result<bool>(const OpenItem&)>;
  OpenItems(const KvSnapshot& snapshot, const Each& each)
      : snapshot_(snapshot), merchants_(snapshot), each_(each) {}

  Result<bool> take(std::string_view key_bytes, std::string_view value) {
    WJ_TRY(items_.emplace_back(), read(key_bytes, value));
    failure_keys_.push_back(Key(Table::failure).line(items_.back().item.key).bytes());
    return items_.size() < kItemsAtOnce ? Result<bool>(true) : give();
  }

  Result<bool> give() {
    WJ_TRY(const auto failures, snapshot_.get_many(kFailed, failure_keys_));
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (failures[i]) {
        WJ_TRY(auto mark, decoded<FailureMark>(*failures[i], "a failure"));
        items_[i].failed = std::move(mark.code);
      }
      WJ_TRY(const bool go_on, each_(items_[i]));
      if (!go_on) return false;
    }
    items_.clear();
    failure_keys_.clear();
    return true;
  }

 private:
  Result<OpenItem> read(std::string_view key_bytes, std::string_view value) {
    OpenItem out;
    KeyReader key(key_bytes, /*has_table=*/false);
    out.day = key.day();
    out.merchant_no = key.number();
    const PaymentId payment(key.id());
    const auto version = key.number();
    if (!key.ok()) return bad_key(kOpen, key_bytes);
    WJ_TRY(auto stored, decoded<OpenStored>(value, "an open item"));
    out.currency = stored.currency;
    out.item = std::move(stored.item);
    out.not_before = stored.not_before;
    out.item.key = {payment, version, 0};
    WJ_TRY(out.merchant, merchants_.of(out.merchant_no));
    return out;
  }

  const KvSnapshot& snapshot_;
  MerchantIds merchants_;
  const Each& each_;
  std::vector<OpenItem> items_;
  std::vector<std::string> failure_keys_;
};

struct DayWithItems {
  BusinessDate day;
  std::int64_t items = 0;
};

Result<std::vector<DayWithItems>> days_with_items(const KvSnapshot& snapshot, BusinessDate until) {
  std::vector<DayWithItems> out;
  const Key table(Table::open_count);
  WJ_CHECK(scan(snapshot, kSums, table.bytes(), after_day(table, until),
                [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                  KeyReader key(key_bytes);
                  const auto day = key.day();
                  if (!key.ok()) return bad_key(kSums, key_bytes);
                  WJ_TRY(const auto count, decoded<OpenCount>(value, "a count of open items"));
                  out.push_back({day, count.items});
                  return true;
                }));
  return out;
}

std::string start_of_day(BusinessDate day) { return Key().day(day).bytes(); }
BusinessDate day_of(std::string_view open_key) { return KeyReader(open_key, /*has_table=*/false).day(); }

}  // namespace

Result<void> MoneyReader::open_items(BusinessDate until,
                                     const std::function<Result<bool>(const OpenItem&)>& each) const {
  OpenItems items(snapshot_, each);
  WJ_TRY(const auto days, days_with_items(snapshot_, until));
  if (days.empty()) return {};
  const auto cursor =
      snapshot_.scan(kOpen, start_of_day(days.front().day), after_day(Key(), days.back().day));
  for (const auto& day : days) {
    if (day.day != days.front().day) cursor->seek(start_of_day(day.day));
    // Behind the day's last item lie the marks of those that were removed: it isn't left by next().
    for (std::int64_t left = day.items; left > 0;) {
      if (!cursor->valid() || day_of(cursor->key()) != day.day) {
        WJ_CHECK(cursor->status());
        return corrupt("fewer items of " + to_text(day.day) + " are open than are counted: rebuild money");
      }
      WJ_TRY(const bool go_on, items.take(cursor->key(), cursor->value()));
      if (!go_on) return {};
      if (--left > 0) cursor->next();
    }
  }
  WJ_TRY([[maybe_unused]] const bool more, items.give());
  return {};
}

Result<std::uint64_t> MoneyReader::open_count(BusinessDate until) const {
  std::uint64_t count = 0;
  WJ_TRY(const auto days, days_with_items(snapshot_, until));
  for (const auto& day : days) count += static_cast<std::uint64_t>(day.items);
  return count;
}

Result<std::optional<BusinessDate>> MoneyReader::last_open_day(BusinessDate until) const {
  WJ_TRY(const auto days, days_with_items(snapshot_, until));
  return days.empty() ? std::nullopt : std::optional(days.back().day);
}

namespace {

// The key of an open item begins with its day and merchant, which the payment's state tells. Empty: the
// payment has no such movement.
std::string open_key_of(const PaymentState& state, const LineKey& key) {
  std::string out;
  for (const auto& move : state.moves) {
    if (move.version == key.version)
      out = open_key(business_date_of(move.at), state.merchant, key.payment, key.version);
  }
  return out;
}

struct OpenPlace {
  std::string key;
  std::size_t index = 0;  // of the line key that was asked for
};

// Of those whose payment has such a movement. A payment is read and decoded whole for it, once for neighbours
// that share it, and let go.
Result<std::vector<OpenPlace>> open_places(const KvSnapshot& snapshot, std::span<const LineKey> keys) {
  const auto shares_payment = [&](std::size_t i) { return i > 0 && keys[i].payment == keys[i - 1].payment; };
  std::vector<std::string> payments;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!shares_payment(i)) payments.push_back(Key().id(keys[i].payment.raw()).bytes());
  }
  WJ_TRY(const auto stored, snapshot.get_many(kPayments, payments));
  std::vector<OpenPlace> out;
  PaymentState state;
  auto next = stored.begin();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!shares_payment(i)) {
      state = {};
      if (*next) {
        WJ_TRY(state, decoded<PaymentState>(**next, "a payment"));
      }
      ++next;
    }
    auto key = keys[i].seq == 0 ? open_key_of(state, keys[i]) : std::string();
    if (!key.empty()) out.push_back({std::move(key), i});
  }
  return out;
}

}  // namespace

Result<std::vector<std::optional<OpenItem>>> MoneyReader::open_items_at(std::span<const LineKey> keys) const {
  std::vector<std::optional<OpenItem>> out(keys.size());
  std::vector<std::size_t> taken;  // indices, in the order in which items are given
  std::size_t given = 0;
  const OpenItems::Each keep = [&](const OpenItem& item) -> Result<bool> {
    out[taken[given++]] = item;
    return true;
  };
  OpenItems items(snapshot_, keep);
  for (std::size_t first = 0; first < keys.size(); first += kOpenAtOnce) {
    const auto slice = keys.subspan(first, std::min(kOpenAtOnce, keys.size() - first));
    WJ_TRY(const auto places, open_places(snapshot_, slice));
    std::vector<std::string> stored;
    stored.reserve(places.size());
    for (const auto& place : places) stored.push_back(place.key);
    WJ_TRY(const auto values, snapshot_.get_many(kOpen, stored));
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!values[i]) continue;
      taken.push_back(first + places[i].index);
      WJ_TRY([[maybe_unused]] const bool more, items.take(places[i].key, *values[i]));
    }
  }
  WJ_TRY([[maybe_unused]] const bool more, items.give());
  return out;
}

Result<std::optional<OpenItem>> MoneyReader::open_item(const LineKey& key) const {
  WJ_TRY(auto found, open_items_at({&key, 1}));
  return std::move(found.front());
}

Result<std::vector<OpenItem>> MoneyReader::open_items_of(PaymentId payment) const {
  std::vector<OpenItem> out;
  WJ_TRY(const auto state, find<PaymentState>(snapshot_, kPayments, Key().id(payment.raw()), "a payment"));
  if (!state) return out;
  std::vector<LineKey> keys;
  for (const auto& move : state->moves) keys.push_back({payment, move.version, 0});
  WJ_TRY(auto found, open_items_at(keys));
  for (auto& open : found) {
    if (open) out.push_back(*std::move(open));
  }
  return out;
}

Result<std::optional<settlement::FailedItem>> MoneyReader::failure(const LineKey& key) const {
  WJ_TRY(const auto mark, find<FailureMark>(snapshot_, kFailed, Key(Table::failure).line(key), "a failure"));
  if (!mark) return std::optional<settlement::FailedItem>();
  return find<settlement::FailedItem>(snapshot_, kRunItems,
                                      Key(Table::failed_item).day(mark->run).number(mark->merchant).line(key),
                                      "a failed item");
}

}  // namespace wonjang::money
