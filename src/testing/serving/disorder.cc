#include "testing/serving/disorder.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "base/hash64.h"
#include "testing/hours.h"

namespace wonjang::testing {
namespace {

constexpr std::size_t kHourUnitsMin = 50;    // a quiet hour is stretched until it has something to tell
constexpr std::uint64_t kCopyReach = 2'000;  // units between an original and its copy
constexpr std::uint64_t kStep = 8;           // places between two neighbours

// Says something else that a payment's life doesn't depend on.
void change_words(Event& event) {
  if (auto* created = std::get_if<PaymentCreated>(&event.body)) {
    created->order_name += " (정정)";
    if (!created->buyer.name.empty()) created->buyer.name += " 님";
  } else if (auto* approved = std::get_if<ApprovalApproved>(&event.body)) {
    approved->approve_no = "99999999";
  } else if (auto* canceled = std::get_if<CancelSucceeded>(&event.body)) {
    canceled->transaction_key += "-x";
  } else {
    event.reason += "x";
  }
}

// What would hurt most if it were believed.
void change_money(Event& event) {
  constexpr std::int64_t kMore = 1'000'000'007;
  if (auto* created = std::get_if<PaymentCreated>(&event.body)) {
    created->parts.supply += kMore;
    created->buyer.name = "가짜";
  } else if (auto* approved = std::get_if<ApprovalApproved>(&event.body)) {
    approved->terms.parts.supply += kMore;
  } else if (auto* canceled = std::get_if<CancelSucceeded>(&event.body)) {
    canceled->terms.parts.supply += kMore;
  } else if (auto* deposit = std::get_if<DepositConfirmed>(&event.body)) {
    deposit->amount += kMore;
  } else {
    event.reason += " (contradicts)";
  }
  event.balance_after += kMore;
}

}  // namespace

Disorder::Disorder(DisorderOptions options, const EventCodec& codec, Sink sink)
    : options_(options), codec_(codec), sink_(std::move(sink)), rng_(options.seed ^ 0xD150'4DE4ULL) {
  WJ_ASSERT(options_.window_units > 0);
}

void Disorder::take(std::vector<CityUnit> units) {
  for (auto& unit : units) {
    if (unit.unit.stream == kRegistryStream) {
      hand_on(unit);
      continue;
    }
    ++counts_.units;
    window_.push_back(std::move(unit));
    if (window_.size() >= options_.window_units) deliver_window();
  }
}

void Disorder::finish() {
  deliver_window();
  replay();
}

void Disorder::deliver_window() {
  std::vector<Item> items;
  items.reserve(window_.size() + window_.size() / 50);
  for (std::size_t i = 0; i < window_.size(); ++i) items.push_back({(i + 1) * kStep, std::move(window_[i])});
  window_.clear();
  swap_some(items);
  copy_some(items);
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.place < b.place; });
  for (auto& item : items) deliver(std::move(item.unit));
}

// Puts some units right behind the next one of their stream.
void Disorder::swap_some(std::vector<Item>& items) {
  struct Pair {
    std::size_t before;
    std::size_t after;
  };
  std::vector<Pair> children;
  std::vector<Pair> others;
  std::unordered_map<RawId, std::size_t> last;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& unit = items[i].unit.unit;
    if (const auto it = last.find(unit.stream); it != last.end()) {
      const bool is_parent = items[it->second].unit.unit.first_version == 0;
      (is_parent ? children : others).push_back({it->second, i});
    }
    last[unit.stream] = i;
  }
  std::vector<bool> fixed(items.size());  // takes part in a swap
  const auto swap_of = [&](const std::vector<Pair>& pairs, std::uint64_t ppm, std::uint64_t& count) {
    if (pairs.empty()) return;
    const std::uint64_t of_pairs = ppm * items.size() / pairs.size();  // the rate is meant of all units
    for (const auto& pair : pairs) {
      if (!drawn(of_pairs) || fixed[pair.before] || fixed[pair.after]) continue;
      fixed[pair.before] = fixed[pair.after] = true;
      items[pair.before].place = items[pair.after].place + kStep / 2;
      ++count;
    }
  };
  swap_of(children, options_.child_first_ppm, counts_.child_first);
  swap_of(others, options_.swapped_ppm, counts_.swapped);
}

void Disorder::copy_some(std::vector<Item>& items) {
  const std::size_t count = items.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t later = std::max((i + 2 + rng_.below(kCopyReach)) * kStep, items[i].place) + 1;
    if (drawn(options_.duplicate_ppm)) {
      items.push_back({later, items[i].unit});
      ++counts_.duplicates;
    }
    if (!drawn(options_.conflict_ppm)) continue;
    const bool comes_first = rng_.chance(options_.early_of_conflicts);
    Item other{comes_first ? items[i].place - 1 : later, contradicting(items[i].unit, comes_first)};
    items.push_back(std::move(other));
    ++counts_.conflicts;
    if (comes_first) ++counts_.early_conflicts;
  }
}

// A copy of which one event says something else; notes which of both won't stand.
CityUnit Disorder::contradicting(const CityUnit& original, bool comes_first) {
  CityUnit out = original;
  const std::size_t which = rng_.below(out.unit.events.size());
  std::string& bytes = out.unit.events[which];
  auto event = codec_.decode(bytes);
  WJ_ASSERT(event.has_value());
  if (comes_first) {
    change_words(*event);
  } else {
    change_money(*event);
  }
  const std::uint64_t of_original = hash64(bytes);
  bytes.clear();
  codec_.encode(*event, bytes);
  const auto version = out.unit.first_version + static_cast<std::uint32_t>(which);
  conflicts_.push_back({out.unit.stream, version, comes_first ? of_original : hash64(bytes)});
  return out;
}

void Disorder::deliver(CityUnit unit) {
  replay_if_due(unit.recorded_at);
  const bool begins =
      options_.replay_hour && hour_begin_.is_zero() && counts_.delivered >= options_.replay_from_unit;
  if (begins) hour_begin_ = unit.recorded_at;
  if (!hour_begin_.is_zero() && !hour_done_) {
    const bool within = unit.recorded_at < hour_begin_.plus_ms(kHourMs);
    if (within || hour_.size() < kHourUnitsMin) hour_.push_back(unit);
  }
  hand_on(unit);
}

// An hour after the hour, or as soon as there is something to tell.
void Disorder::replay_if_due(Instant now) {
  if (hour_.size() >= kHourUnitsMin && now >= hour_begin_.plus_ms(2 * kHourMs)) replay();
}

void Disorder::replay() {
  hour_done_ = true;
  for (const auto& unit : hour_) {
    hand_on(unit);
    ++counts_.replayed;
  }
  hour_.clear();
}

void Disorder::hand_on(const CityUnit& unit) {
  if (tails_.size() <= unit.book) tails_.resize(unit.book + 1, 0);
  LogUnit out{unit.book, unit.unit};
  out.unit.first = tails_[unit.book];
  tails_[unit.book] = out.unit.next();
  if (unit.unit.stream != kRegistryStream) ++counts_.delivered;
  sink_(std::move(out));
}

std::vector<Conflict> Disorder::conflicts() const {
  auto out = conflicts_;
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace wonjang::testing
