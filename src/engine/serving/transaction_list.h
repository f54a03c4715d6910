// TransactionList: pages of one merchant's movements of money, by time or by amount. Cursors and ceilings are
// those of payment_list.h; by amount the transactions of the period are sorted for the question, so there it
// must hold no more than rows_max.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include <functional>

#include "base/result.h"
#include "engine/serving/plan.h"
#include "engine/serving/queries.h"

namespace wonjang::serving {

class TransactionList {
 public:
  // Errors: invalid (no merchant, limit, cursor of another question, too many to sort by amount), corrupt,
  // unavailable.
  static Result<Paged<TransactionItem>> page(const KvSnapshot& snapshot, const TransactionFilter& filter,
                                             const Page& page, std::uint64_t rows_max = kListRowsMax);
};

// Errors: invalid.
Result<void> check_merchant(const TransactionFilter& filter);
bool passes(const TransactionFilter& filter, const Transaction& transaction);

}  // namespace wonjang::serving
