// PaymentList: pages of payments, by time or by amount, of one merchant or of all, and one payment by its id.
// What a filter doesn't find by its keys is tested row by row, up to ListSources::rows_max of them: then the
// page ends early, with a cursor that goes on from there.
//
// A cursor is a position in the order of the sort, which never changes, and the question it belongs to: pages
// neither skip nor repeat while writes go on. What is written in front of the position is seen by whoever
// begins anew. Nobody seals it here: the API does.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include "base/result.h"
#include "engine/serving/plan.h"
#include "engine/serving/queries.h"

namespace wonjang::serving {

class PaymentList {
 public:
  explicit PaymentList(ListSources sources) : sources_(sources) {}

  // Errors: invalid (limit, cursor of another question, pattern, an order that needs too many rows), corrupt,
  // unavailable.
  Result<Paged<PaymentItem>> page(const KvSnapshot& snapshot, const PaymentFilter& filter,
                                  const Page& page) const;

 private:
  const ListSources sources_;
};

// Nothing when the views don't know it. Errors: corrupt, unavailable.
Result<std::optional<PaymentItem>> find_payment(const KvSnapshot& snapshot,
                                                const MerchantDirectory& merchants, PaymentId id);
Result<std::optional<Locator>> find_locator(const KvSnapshot& snapshot, PaymentId id);

}  // namespace wonjang::serving
