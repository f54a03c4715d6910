// Totals as the oracle counts them: a generic group-by over facts, everything exact, every value kept.
// Threads: values.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/int128.h"
#include "domain/time.h"
#include "engine/serving/facts.h"

namespace wonjang::testing {

// A payment's or a transaction's facts in one form.
struct OracleFact {
  serving::MerchantNo merchant = 0;
  std::string organisation;
  std::uint8_t method = 0;
  std::uint8_t status = 0;  // of a payment
  std::uint8_t kind = 0;    // of a transaction
  std::uint8_t channel = 0;
  std::string issuer;
  std::string currency;
  Instant at;
  std::int64_t amount = 0;
  std::int64_t gross = 0;
  std::int64_t canceled = 0;
  friend bool operator==(const OracleFact&, const OracleFact&) = default;
};

enum class By : std::uint8_t { merchant, organisation, method, status, kind, channel, issuer };
// The fact's own time in Seoul: minutes, hours, days since 1970-01-01T00:00 there, months since 1970-01.
enum class TimeGrain : std::uint8_t { none, minute, hour, day, month, year };

struct TotalsQuery {
  bool of_transactions = false;  // else of payments
  std::vector<By> by;            // the currency always
  TimeGrain grain = TimeGrain::none;
  std::optional<serving::MerchantNo> merchant;
  std::optional<std::string> organisation;
  Instant from;  // of the fact's time, [from, until); zero: open
  Instant until;
  std::optional<BusinessDate> close;  // only what was recorded up to the end of this day
};

// What isn't grouped by is zero or empty.
struct TotalsKey {
  std::int64_t bucket = 0;
  serving::MerchantNo merchant = 0;
  std::string organisation;
  std::uint8_t method = 0;
  std::uint8_t status = 0;
  std::uint8_t kind = 0;
  std::uint8_t channel = 0;
  std::string issuer;
  std::string currency;
  friend auto operator<=>(const TotalsKey&, const TotalsKey&) = default;
};

struct TotalsLine {
  std::int64_t count = 0;
  int128 sum = 0;  // of amounts
  int128 sumsq = 0;
  int128 gross = 0;
  int128 canceled = 0;
  std::map<std::int64_t, std::int64_t> amounts;  // amount -> how often; negative counts in a difference

  int128 net() const { return gross - canceled; }
  bool is_zero() const;
  void add(const OracleFact& fact, std::int64_t times);
  void add(const TotalsLine& other, std::int64_t times);

  // Nothing for too few. Only for comparing within a few ulp: money is compared as the integers above.
  std::optional<long double> average() const;
  std::optional<long double> deviation() const;  // of the sample
  // The smallest amount with at least permille/1000 of all at or below it (nearest rank: ceil(q n), at least
  // 1).
  std::optional<std::int64_t> percentile(std::uint32_t permille) const;
  friend bool operator==(const TotalsLine&, const TotalsLine&) = default;
};

using Totals = std::map<TotalsKey, TotalsLine>;

bool is_asked(const OracleFact& fact, const TotalsQuery& query);  // merchant, organisation, period
TotalsKey key_of(const OracleFact& fact, const TotalsQuery& query);
std::int64_t bucket_of(TimeGrain grain, Instant at);
// a - b, without lines that are zero.
Totals minus(const Totals& a, const Totals& b);

}  // namespace wonjang::testing
