// TransactionList: pages of one merchant's movements of money, by time or by amount. Cursors and ceilings are
// those of payment_list.h, also for what is asked of a transaction's payment (transaction_scan.h); by amount
// the transactions of the period are sorted for the question, so there it must hold no more than rows_max.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include "base/result.h"
#include "engine/serving/plan.h"
#include "engine/serving/queries.h"

namespace wonjang::serving {

class TransactionList {
 public:
  explicit TransactionList(ListSources sources) : sources_(sources) {}

  // Errors: invalid (no merchant, limit, cursor of another question, pattern, too many to sort by amount),
  // corrupt, unavailable.
  Result<Paged<TransactionItem>> page(const KvSnapshot& snapshot, const TransactionFilter& filter,
                                      const Page& page) const;

 private:
  const ListSources sources_;
};

// Errors: invalid.
Result<void> check_merchant(const TransactionFilter& filter);
// By what a transaction says of itself: not by its payment, not by the period.
bool passes(const TransactionFilter& filter, const Transaction& transaction);

}  // namespace wonjang::serving
