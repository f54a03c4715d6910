#include "engine/money/sums.h"

#include <algorithm>

#include "engine/money/money_spaces.h"

namespace wonjang::money {
namespace {

std::int64_t count_of(const DueSum& sum) { return sum.lines; }
std::int64_t count_of(const RunSum& sum) { return sum.lines; }
std::int64_t count_of(const OpenCount& count) { return count.items; }

// The stored sum plus `more`.
template <typename Sum>
Result<Sum> with_stored(const std::optional<std::string>& stored, const Sum& more, const char* what) {
  Sum out;
  if (stored) {
    WJ_TRY(out, decoded<Sum>(*stored, what));
  }
  add_sum(out, more);
  return out;
}

std::string due_key(MerchantNo merchant, Currency currency, BusinessDate day) {
  return Key(Table::due).number(merchant).currency(currency).day(day).bytes();
}

std::string close_key(MerchantNo merchant, Currency currency, BusinessDate day) {
  return Key(Table::unpaid_close).number(merchant).currency(currency).day(day).bytes();
}

// Reads the stored sums of `deltas` in one go and writes those that changed.
template <typename Sum, typename Deltas, typename KeyOf>
Result<void> write_all(Overlay& rows, KvSpace space, const Deltas& deltas, KeyOf&& key_of, const char* what) {
  std::vector<std::string> keys;
  keys.reserve(deltas.size());
  for (const auto& [place, delta] : deltas) keys.push_back(key_of(place));
  WJ_TRY(const auto stored, rows.snapshot().get_many(space, keys));
  std::size_t i = 0;
  for (const auto& [place, delta] : deltas) {
    WJ_TRY(const Sum sum, with_stored<Sum>(stored[i], delta, what));
    if (count_of(sum) < 0) return corrupt(std::string(what) + " would count fewer than none: rebuild money");
    if (sum == Sum()) {
      rows.remove(space, keys[i]);
    } else {
      rows.put(space, keys[i], encoded(sum));
    }
    ++i;
  }
  return {};
}

}  // namespace

void Sums::add_due(MerchantNo merchant, Currency currency, BusinessDate payout_day, const DueSum& more) {
  add_sum(due_[{merchant, currency}][payout_day], more);
}

void Sums::add_unpaid(MerchantNo merchant, Currency currency, BusinessDate day, const UnpaidSum& more) {
  if (more == UnpaidSum()) return;
  auto& days = unpaid_[{merchant, currency}];
  if (days.empty() || days.back().first != day) {
    const auto known = std::ranges::find(days, day, &UnpaidDays::value_type::first);
    if (known == days.end()) {
      days.emplace_back(day, UnpaidSum());
    } else {
      std::rotate(known, known + 1, days.end());
    }
  }
  add_sum(days.back().second, more);
}

void Sums::add_run(BusinessDate run, Currency currency, const RunSum& more) {
  add_sum(runs_[{run, currency}], more);
}

Result<std::vector<Sums::DueDay>> Sums::take_due(MerchantNo merchant, Currency currency, BusinessDate until) {
  DueOf& deltas = due_[{merchant, currency}];
  DueOf stored;
  const auto prefix = Key(Table::due).number(merchant).currency(currency);
  const auto cursor = rows_.snapshot().scan(kSums, prefix.bytes(), after_day(prefix, until));
  for (; cursor->valid(); cursor->next()) {
    KeyReader key(cursor->key());
    key.number();
    key.currency();
    const auto day = key.day();
    WJ_TRY(stored[day], decoded<DueSum>(cursor->value(), "what is due"));
  }
  WJ_CHECK(cursor->status());
  for (const auto& [day, delta] : deltas) {
    if (day <= until) stored.try_emplace(day);
  }
  std::vector<DueDay> out;
  for (const auto& [day, sum] : stored) {
    DueSum& delta = deltas[day];
    DueSum now = sum;
    add_sum(now, delta);
    if (now != DueSum()) out.push_back({day, now});
    delta = {-sum.lines, -sum.net};
  }
  return out;
}

Result<RunSum> Sums::run_sum(BusinessDate run, Currency currency) const {
  WJ_TRY(const auto stored,
         rows_.snapshot().get(kHouse, Key(Table::run_totals).day(run).currency(currency).bytes()));
  const auto delta = runs_.find({run, currency});
  return with_stored<RunSum>(stored, delta == runs_.end() ? RunSum() : delta->second, "a run");
}

// The newest day's sum stands under `unpaid`; when a later day comes it stays behind as that day's close.
Result<void> Sums::write_unpaid() {
  std::vector<std::string> keys;
  keys.reserve(unpaid_.size());
  for (const auto& [whose, days] : unpaid_)
    keys.push_back(Key(Table::unpaid).number(whose.first).currency(whose.second).bytes());
  WJ_TRY(const auto stored, rows_.snapshot().get_many(kSums, keys));
  std::size_t i = 0;
  for (auto& [whose, days] : unpaid_) {
    std::ranges::sort(days, {}, &UnpaidDays::value_type::first);
    UnpaidNow now{days.front().first, {}};
    if (stored[i]) {
      WJ_TRY(now, decoded<UnpaidNow>(*stored[i], "what is unpaid"));
    }
    UnpaidDays late;
    for (const auto& [day, delta] : days) {
      if (day < now.day) {
        late.emplace_back(day, delta);
      } else if (now.day < day) {
        rows_.put(kSums, close_key(whose.first, whose.second, now.day), encoded(now.sum));
        now.day = day;
      }
      add_sum(now.sum, delta);
    }
    if (!late.empty()) WJ_CHECK(add_late(whose, late));
    rows_.put(kSums, keys[i++], encoded(now));
  }
  return {};
}

// Books are read one beside the other: an event of an earlier day may come behind another book's of a later
// one. It counts at the close of its day and of all behind it.
Result<void> Sums::add_late(const Whose& whose, const UnpaidDays& late) {
  const auto [merchant, currency] = whose;
  const auto prefix = Key(Table::unpaid_close).number(merchant).currency(currency).bytes();
  std::map<BusinessDate, UnpaidSum> closes;
  const auto from = close_key(merchant, currency, late.front().first);
  const auto cursor = rows_.snapshot().scan(kSums, from, after_prefix(prefix));
  for (; cursor->valid(); cursor->next()) {
    KeyReader key(cursor->key());
    key.number();
    key.currency();
    const auto day = key.day();
    WJ_TRY(closes[day], decoded<UnpaidSum>(cursor->value(), "what was unpaid"));
  }
  WJ_CHECK(cursor->status());
  UnpaidSum before;
  const auto earlier = rows_.snapshot().scan_back(kSums, prefix, from);
  if (earlier->valid()) {
    WJ_TRY(before, decoded<UnpaidSum>(earlier->value(), "what was unpaid"));
  }
  WJ_CHECK(earlier->status());
  for (const auto& [day, delta] : late) {
    auto at = closes.lower_bound(day);
    if (at == closes.end() || at->first != day)
      at = closes.emplace_hint(at, day, at == closes.begin() ? before : std::prev(at)->second);
    for (; at != closes.end(); ++at) add_sum(at->second, delta);
  }
  for (const auto& [day, sum] : closes) rows_.put(kSums, close_key(merchant, currency, day), encoded(sum));
  return {};
}

Result<void> Sums::finish() {
  std::map<std::tuple<MerchantNo, Currency, BusinessDate>, DueSum> due;
  for (const auto& [whose, days] : due_) {
    for (const auto& [day, sum] : days) due[{whose.first, whose.second, day}] = sum;
  }
  WJ_CHECK(write_all<DueSum>(
      rows_, kSums, due,
      [](const auto& at) { return due_key(std::get<0>(at), std::get<1>(at), std::get<2>(at)); },
      "what is due"));
  WJ_CHECK(write_unpaid());
  WJ_CHECK(write_all<RunSum>(
      rows_, kHouse, runs_,
      [](const auto& at) { return Key(Table::run_totals).day(at.first).currency(at.second).bytes(); },
      "a run"));
  WJ_CHECK(write_all<OpenCount>(
      rows_, kSums, open_, [](const auto& day) { return Key(Table::open_count).day(day).bytes(); },
      "what is open"));
  due_.clear();
  unpaid_.clear();
  runs_.clear();
  open_.clear();
  return {};
}

}  // namespace wonjang::money
