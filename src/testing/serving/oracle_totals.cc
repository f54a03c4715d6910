#include "testing/serving/oracle_totals.h"

#include <cmath>

#include "base/assert.h"

namespace wonjang::testing {

void TotalsLine::add(const OracleFact& fact, std::int64_t times) {
  count += times;
  sum += static_cast<int128>(fact.amount) * times;
  sumsq += static_cast<int128>(fact.amount) * fact.amount * times;
  gross += static_cast<int128>(fact.gross) * times;
  canceled += static_cast<int128>(fact.canceled) * times;
  auto& often = amounts[fact.amount];
  often += times;
  if (often == 0) amounts.erase(fact.amount);
}

void TotalsLine::add(const TotalsLine& other, std::int64_t times) {
  count += other.count * times;
  sum += other.sum * times;
  sumsq += other.sumsq * times;
  gross += other.gross * times;
  canceled += other.canceled * times;
  for (const auto& [amount, often] : other.amounts) {
    auto& here = amounts[amount];
    here += often * times;
    if (here == 0) amounts.erase(amount);
  }
}

bool TotalsLine::is_zero() const {
  return count == 0 && sum == 0 && sumsq == 0 && gross == 0 && canceled == 0 && amounts.empty();
}

std::optional<long double> TotalsLine::average() const {
  if (count < 1) return std::nullopt;
  return static_cast<long double>(sum) / static_cast<long double>(count);
}

std::optional<long double> TotalsLine::deviation() const {
  if (count < 2) return std::nullopt;
  int128 scaled = 0;
  int128 square = 0;
  const bool too_big = __builtin_mul_overflow(sumsq, static_cast<int128>(count), &scaled) ||
                       __builtin_mul_overflow(sum, sum, &square);
  WJ_ASSERT(!too_big);  // no world of ours is that rich
  const auto n = static_cast<long double>(count);
  return std::sqrt(static_cast<long double>(scaled - square) / (n * (n - 1)));
}

std::optional<std::int64_t> TotalsLine::percentile(std::uint32_t permille) const {
  if (count < 1) return std::nullopt;
  const int128 rank = (static_cast<int128>(count) * permille + 999) / 1000;
  int128 seen = 0;
  for (const auto& [amount, often] : amounts) {
    seen += often;
    if (seen >= rank && seen > 0) return amount;
  }
  return std::nullopt;
}

bool is_asked(const OracleFact& fact, const TotalsQuery& query) {
  if (query.merchant && fact.merchant != *query.merchant) return false;
  if (query.organisation && fact.organisation != *query.organisation) return false;
  if (!query.from.is_zero() && fact.at < query.from) return false;
  return query.until.is_zero() || fact.at < query.until;
}

std::int64_t bucket_of(TimeGrain grain, Instant at) {
  constexpr std::int64_t kMinuteUs = 60'000'000;
  const BusinessDate date = business_date_of(at);
  const std::int64_t minute = (at.us - start_of(date).us) / kMinuteUs;
  switch (grain) {
    case TimeGrain::none:
      return 0;
    case TimeGrain::minute:
      return std::int64_t{date.days} * 1'440 + minute;
    case TimeGrain::hour:
      return std::int64_t{date.days} * 24 + minute / 60;
    case TimeGrain::day:
      return date.days;
    case TimeGrain::month: {
      const std::string text = to_text(date);  // 2026-11-22
      return (std::stoll(text.substr(0, 4)) - 1970) * 12 + std::stoll(text.substr(5, 2)) - 1;
    }
    case TimeGrain::year:
      return std::stoll(to_text(date).substr(0, 4)) - 1970;
  }
  return 0;
}

TotalsKey key_of(const OracleFact& fact, const TotalsQuery& query) {
  TotalsKey key;
  key.bucket = bucket_of(query.grain, fact.at);
  key.currency = fact.currency;
  for (const By by : query.by) {
    switch (by) {
      case By::merchant:
        key.merchant = fact.merchant;
        break;
      case By::organisation:
        key.organisation = fact.organisation;
        break;
      case By::method:
        key.method = fact.method;
        break;
      case By::status:
        key.status = fact.status;
        break;
      case By::kind:
        key.kind = fact.kind;
        break;
      case By::channel:
        key.channel = fact.channel;
        break;
      case By::issuer:
        key.issuer = fact.issuer;
        break;
    }
  }
  return key;
}

Totals minus(const Totals& a, const Totals& b) {
  Totals out = a;
  for (const auto& [key, line] : b) out[key].add(line, -1);
  for (auto it = out.begin(); it != out.end();) it = it->second.is_zero() ? out.erase(it) : std::next(it);
  return out;
}

}  // namespace wonjang::testing
