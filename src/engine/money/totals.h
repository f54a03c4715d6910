// Totals of settlement lines and of payouts over a period: what a house or one merchant was settled and paid,
// by date. Of the house lines are summed already; of one merchant, and payouts, they are counted, up to a
// bound.
//
// Errors of all: invalid (more than rows_max to read: what to narrow), corrupt (beyond 64 bits), unavailable.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/money/money_reader.h"

namespace wonjang::money {

struct TotalsQuestion {
  BusinessDate from;  // [from, until)
  BusinessDate until;
  std::optional<MerchantNo> merchant;
  std::uint64_t rows_max = 20'000;
};

// By date of the run, then currency.
struct LinesOfDay {
  BusinessDate date;
  settlement::RunTotals sums;
};
Result<std::vector<LinesOfDay>> line_totals(const MoneyReader& reader, const TotalsQuestion& question);

// By date of the payout, then currency, then state.
struct PayoutsOfDay {
  BusinessDate date;
  Currency currency;
  settlement::PayoutState state{};
  std::uint64_t count = 0;
  std::int64_t amount = 0;
};
Result<std::vector<PayoutsOfDay>> payout_totals(const MoneyReader& reader, const TotalsQuestion& question);

}  // namespace wonjang::money
