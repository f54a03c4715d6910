// ListTotals: the sums of everything a list's filter lets through, exact, from the list's own snapshot.
//
// Filters by method, status (or kind), issuer and period are answered by the cubes: whole months and whole
// days in Seoul from their cells, what is left at the edges from rows. Filters that cubes don't know (amount,
// text; of transactions also their payment's status) add up rows. What would need more than
// ListSources::rows_max rows or ListSources::cells_max cells is refused with what to narrow (Narrow).
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include "base/result.h"
#include "engine/serving/plan.h"
#include "engine/serving/queries.h"

namespace wonjang::serving {

struct ListSums {
  TotalsAnswer answer;
  Reading reading;
};

class ListTotals {
 public:
  explicit ListTotals(ListSources sources) : sources_(sources) {}

  // Errors: invalid (pattern; transactions without a merchant), corrupt, unavailable.
  Result<ListSums> payments(const KvSnapshot& snapshot, const PaymentFilter& filter) const;
  Result<ListSums> transactions(const KvSnapshot& snapshot, const TransactionFilter& filter) const;

 private:
  const ListSources sources_;
};

}  // namespace wonjang::serving
