// What-if of a hold, placed or lifted: payouts to the merchant that would go out on another day (what_if.h).
//
// Threads: any.
#pragma once

#include "engine/money/what_if_moves.h"

namespace wonjang::money {

// The sums of what is due, by payout day (what is overdue: by `today`), and payouts that were requested and
// stand in no file. Errors: those of the reader.
Result<void> changed_hold(const MoneyReader& reader, MerchantNo merchant, const settlement::Hold& proposed,
                          BusinessDate today, Moves& moves);

}  // namespace wonjang::money
