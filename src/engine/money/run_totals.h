// The sums of a run as RunTotals and back. What 64 bits can't hold takes several rows of its currency: all
// rows of a currency added up are its sums, and the first has all of its lines and failures.
//
// Threads: any.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "engine/money/sums.h"

namespace wonjang::money {

inline void append_rows(std::vector<settlement::RunTotals>& out, Currency currency, RunSum rest) {
  const auto take = [](int128& from) {
    const auto part = std::clamp<int128>(from, std::numeric_limits<std::int64_t>::min(),
                                         std::numeric_limits<std::int64_t>::max());
    from -= part;
    return static_cast<std::int64_t>(part);
  };
  do {
    settlement::RunTotals& row = out.emplace_back();
    row.currency = currency;
    row.lines = static_cast<std::uint64_t>(std::exchange(rest.lines, 0));
    row.failed = static_cast<std::uint64_t>(std::exchange(rest.failed, 0));
    row.gross = take(rest.gross);
    row.fee = take(rest.fee);
    row.fee_vat = take(rest.fee_vat);
    row.net = take(rest.net);
  } while (rest != RunSum());
}

inline RunSum sum_of(const settlement::RunTotals& row) {
  return {static_cast<std::int64_t>(row.lines),
          static_cast<std::int64_t>(row.failed),
          row.gross,
          row.fee,
          row.fee_vat,
          row.net};
}
inline std::map<Currency, RunSum> sums_of(const std::vector<settlement::RunTotals>& rows) {
  std::map<Currency, RunSum> out;
  for (const auto& row : rows) add_sum(out[row.currency], sum_of(row));
  return out;
}

}  // namespace wonjang::money
