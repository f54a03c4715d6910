#include "testing/serving/city.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "testing/hours.h"
#include "testing/serving/life.h"

namespace wonjang::testing {
namespace {

constexpr std::uint32_t kRarePayments = 10;
constexpr std::uint32_t kOldCancels = 3;

// Of Monday first; 1970-01-01 was a Thursday.
constexpr std::uint64_t kWeekdays[] = {100, 100, 102, 104, 118, 92, 74};
constexpr std::array<std::uint64_t, 24> kHours = {14, 8,  5,  3,  3,  5,  12, 26, 42, 55, 62, 68,
                                                  74, 66, 60, 60, 62, 66, 72, 78, 82, 76, 54, 30};

BusinessDate first_of_month(BusinessDate date) {
  return {date.days - std::stoi(to_text(date).substr(8)) + 1};
}
BusinessDate months_before(BusinessDate date, std::uint32_t months) {
  BusinessDate out = first_of_month(date);
  for (std::uint32_t i = 0; i < months; ++i) out = first_of_month({out.days - 1});
  return out;
}

// Busier towards the weekend, on payday and at the end of the month, and more every month.
std::uint64_t weight_of(BusinessDate date, std::int32_t age_days) {
  const std::uint64_t weekday = kWeekdays[static_cast<std::size_t>((date.days + 3) % 7)];
  const int day = std::stoi(to_text(date).substr(8));
  const bool ends_month = to_text(BusinessDate{date.days + 3}).substr(5, 2) != to_text(date).substr(5, 2);
  const std::uint64_t season = ends_month ? 125 : day == 25 ? 116 : 100;
  return weekday * season * (1'000 + static_cast<std::uint64_t>(age_days) / 2);
}

// 1 / rank^1.05, in integers that every machine agrees on: r^1.05 = r * r^(1/20), and the 20th root is found
// by bisection in fixed point.
std::uint64_t zipf_weight(std::uint64_t rank) {
  constexpr unsigned kBits = 12;
  std::uint64_t low = 1ULL << kBits;
  std::uint64_t high = 4ULL << kBits;  // 2^2 is the 20th root of 2^40
  while (high - low > 1) {
    const std::uint64_t middle = (low + high) / 2;
    int128 power = 1LL << kBits;
    for (int i = 0; i < 20 && power >> kBits <= static_cast<int128>(rank); ++i)
      power = (power * middle) >> kBits;
    (power >> kBits >= static_cast<int128>(rank) ? high : low) = middle;
  }
  return ((1ULL << 40U) / rank << kBits) / high + 1;
}

}  // namespace

City::City(CityOptions options, const EventCodec& codec)
    : options_(options),
      codec_(codec),
      names_(options.seed, options.people),
      tails_(options.books, 0),
      last_recorded_(options.books) {
  WJ_ASSERT(options_.merchants >= 3);
  WJ_ASSERT(options_.books >= 1);
  plan_specials();
  plan_days();
  plan_merchants();
  register_merchants();
}

void City::plan_specials() {
  const Instant end = start_of(options_.until);
  Rng rng(options_.seed ^ 0x5EED0001);
  if (options_.rare) {
    for (std::uint32_t i = 0; i < kRarePayments; ++i) {
      const auto date = months_before(options_.until, 60 - i * 6);
      // The oldest one is cancelled five years later.
      const Instant cancel_at = i == 0 ? end.plus_ms(-5 * kDayMs) : Instant{};
      specials_.push_back({time_within({date.days + 2}, rng), rare_merchant(), cancel_at});
    }
  }
  if (options_.old_cancels) {
    for (std::uint32_t i = 0; i < kOldCancels; ++i) {
      const BusinessDate date{options_.until.days - 3 * 366 - 10};
      specials_.push_back({time_within(date, rng), i, end.plus_ms(-kDayMs * (i + 1))});
    }
  }
}

void City::plan_days() {
  const BusinessDate first = months_before(options_.until, options_.months);
  BusinessDate earliest = first;
  for (const auto& special : specials_) earliest = std::min(earliest, business_date_of(special.at));
  std::vector<std::uint64_t> sums;
  std::uint64_t sum = 0;
  for (BusinessDate date = earliest; date < options_.until; ++date.days) {
    if (date >= first) sum += weight_of(date, date.days - first.days);
    sums.push_back(sum);
    days_.push_back({date, 0, 0});
  }
  std::uint64_t done = 0;
  for (std::size_t i = 0; i < days_.size(); ++i) {
    const auto share = static_cast<uint128>(options_.payments) * sums[i] / sum;
    days_[i].first = done;
    days_[i].last = done = static_cast<std::uint64_t>(share);
  }
}

void City::plan_merchants() {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < options_.merchants; ++i) {
    const bool has_its_own =
        (options_.rare && i == rare_merchant()) || (options_.pathological && i == pathological_merchant());
    if (!has_its_own) sum += zipf_weight(i + 1);
    merchant_weights_.push_back(sum);
  }
}

void City::register_merchants() {
  Rng rng(options_.seed ^ 0x5EED0002);
  IdMaker ids{Rng(rng.next())};
  RegistryState registry;
  Instant now = begin().plus_ms(-kDayMs);
  auto& pending = pending_[business_date_of(begin()).days - 1];
  for (std::uint32_t i = 0; i < options_.merchants; ++i) {
    const auto in = rng.below(options_.organisations + 1);
    RegisterMerchant command{"shop-" + std::to_string(i), "가게 " + std::to_string(i), {}};
    if (in < options_.organisations) command.organisation = "org-" + std::to_string(in);
    now = now.plus_us(100);
    auto decided = std::get<std::vector<RegistryDecided>>(decide_registry(registry, command, ids, now));
    Event event;
    event.id = EventId(ids.next(now, kRegistryStream.slot()));
    event.stream = kRegistryStream;
    event.version = registry.version();
    event.merchant = decided.front().merchant;
    event.occurred_at = now;
    event.recorded_at = now;
    event.actor = {ActorKind::admin, "key_house"};
    event.body = std::move(decided.front().body);
    registry.evolve(event);
    merchants_.push_back({event.merchant, command.code, command.organisation});
    Pending unit{now, made_++, kRegistryStream, event.version, {}};
    codec_.encode(event, unit.events.emplace_back());
    pending.push_back(std::move(unit));
  }
}

std::uint32_t City::merchant_for(Rng& rng) const {
  if (options_.pathological && rng.below(3) == 0) return pathological_merchant();
  const auto at = std::upper_bound(merchant_weights_.begin(), merchant_weights_.end(),
                                   rng.below(merchant_weights_.back()));
  return static_cast<std::uint32_t>(at - merchant_weights_.begin());
}

Instant City::time_within(BusinessDate day, Rng& rng) const {
  static const std::uint64_t kSum = std::accumulate(kHours.begin(), kHours.end(), std::uint64_t{0});
  std::uint64_t left = rng.below(kSum);
  std::int64_t hour = 0;
  while (left >= kHours[static_cast<std::size_t>(hour)]) left -= kHours[static_cast<std::size_t>(hour++)];
  const auto within = static_cast<std::int64_t>(rng.below(kHourMs));
  // Some senders know the day only: equal times are ordinary.
  if (rng.chance(3)) return start_of(day).plus_ms(12 * kHourMs);
  return start_of(day).plus_ms(hour * kHourMs + within);
}

Life City::life(std::uint64_t n) const {
  WJ_ASSERT(n < lives());
  LifeOptions life;
  life.seed = options_.seed;
  life.number = n;
  life.end = end();
  life.late_hour_ppm = options_.late_hour_ppm;
  life.late_day_ppm = options_.late_day_ppm;
  life.late_month_ppm = options_.late_month_ppm;
  if (n >= options_.payments) {
    const Special& special = specials_[n - options_.payments];
    life.at = special.at;
    life.merchant = special.merchant;
    life.cancel_at = special.cancel_at;
  } else {
    Rng rng(options_.seed * 0xD6E8FEB86659FD93ULL + n);
    const auto day =
        std::partition_point(days_.begin(), days_.end(), [&](const Day& d) { return d.last <= n; });
    life.at = time_within(day->date, rng);
    life.merchant = merchant_for(rng);
    const bool is_old = options_.old_cancels && life.at < start_of({options_.until.days - 3 * 330});
    if (is_old) life.old_cancel_from = end().plus_ms(-30 * kDayMs);
  }
  life.merchant_id = merchants_[life.merchant].id;
  return LifeMaker(life, names_).make();
}

void City::add_pending(const Life& life) {
  for (const auto& command : life.commands) {
    const Event& first = command.front();
    Pending unit{first.recorded_at, made_++, first.stream, first.version, {}};
    unit.events.reserve(command.size());
    for (const auto& event : command) codec_.encode(event, unit.events.emplace_back());
    pending_[business_date_of(first.recorded_at).days].push_back(std::move(unit));
  }
}

void City::make_day(const Day& day) {
  for (std::uint64_t n = day.first; n < day.last; ++n) add_pending(life(n));
  for (std::size_t i = 0; i < specials_.size(); ++i) {
    if (business_date_of(specials_[i].at) == day.date) add_pending(life(options_.payments + i));
  }
}

bool City::next(std::uint32_t units_max, std::vector<CityUnit>& batch) {
  WJ_ASSERT(units_max > 0);
  batch.clear();
  while (ready_.empty()) {
    if (next_day_ < days_.size()) make_day(days_[next_day_++]);
    if (pending_.empty()) {
      if (next_day_ == days_.size()) return false;
      continue;
    }
    // Only what can't be preceded by anything still to be made.
    const auto first = pending_.begin();
    const bool complete = next_day_ == days_.size() || first->first < days_[next_day_].date.days;
    if (!complete) continue;
    ready_ = std::move(first->second);
    pending_.erase(first);
    std::sort(ready_.begin(), ready_.end(), [](const Pending& a, const Pending& b) {
      return std::tie(a.recorded_at, a.number) > std::tie(b.recorded_at, b.number);
    });
  }
  while (!ready_.empty() && batch.size() < units_max) {
    batch.push_back(stamped(std::move(ready_.back())));
    ready_.pop_back();
  }
  return true;
}

// Gives the unit its position and, where two would share a microsecond of a book, a later one.
CityUnit City::stamped(Pending pending) {
  CityUnit out;
  out.book = book_of(pending.stream, options_.books);
  Instant& last = last_recorded_[out.book];
  out.recorded_at = std::max(pending.recorded_at, last.plus_us(1));
  if (out.recorded_at != pending.recorded_at) {
    for (std::size_t i = 0; i < pending.events.size(); ++i) {
      auto event = codec_.decode(pending.events[i]);
      WJ_ASSERT(event.has_value());
      event->recorded_at = out.recorded_at.plus_us(static_cast<std::int64_t>(i));
      pending.events[i].clear();
      codec_.encode(*event, pending.events[i]);
    }
  }
  last = out.recorded_at.plus_us(static_cast<std::int64_t>(pending.events.size()) - 1);
  out.unit.first = tails_[out.book];
  out.unit.stream = pending.stream;
  out.unit.first_version = pending.first_version;
  out.unit.events = std::move(pending.events);
  tails_[out.book] = out.unit.next();
  return out;
}

}  // namespace wonjang::testing
