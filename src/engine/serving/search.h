// Search: the payments that a typed text means, newest first, from one snapshot.
//
// The text is read as ids and as a part of a buyer's, product's or depositor's text (search_terms.h). Hits of
// both kinds come together, each payment once with all that matched, in this order: "buyer", "product",
// "depositor", "paymentId", "orderId", "approveNo", "networkTxnId", "transactionKey", "approvalId",
// "cancelId", "card", "phone", "externalKey", "customerKey", "bankNoticeId", "slipNo", "subMallId",
// "storeId", "acquireBatchId", "metadata". First all
// certain hits; then those that are only possible, through masked characters, newest first again (unless the
// text has a mask itself: then they are what was asked for).
//
// Of two payments of one time the one whose key sorts first comes first, as in every list of the views.
//
// Bounded: SearchLimits. At the ceiling the page ends early with a cursor that goes on, and every page gets
// on by some rows at least, for which it may read up to 256 more. A cursor is a place in time, not in a list:
// pages neither skip what was there at the first one nor repeat, while writes go on.
//
// Threads: any; the snapshot is the caller's own.
#pragma once

#include "engine/serving/dictionary.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/queries.h"
#include "ports/kv_store.h"
#include "ports/text_forms.h"

namespace wonjang::serving {

struct SearchLimits {
  std::uint64_t seeks_max = 2'000;
  std::uint64_t rows_max = 20'000;  // rows walked or compared, and hints passed on the way
};

class Search {
 public:
  // `dictionary` knows at least what `snapshot` holds. Errors: invalid (nothing to look for; a limit out of
  // 1..kPageMax; a period that ends before it begins; a cursor that was cut, or made for another query),
  // corrupt, unavailable.
  static Result<Paged<SearchHit>> run(const KvSnapshot& snapshot, const Dictionary& dictionary,
                                      const MerchantDirectory& merchants, const TextForms& forms,
                                      const SearchQuery& query, const SearchLimits& limits = {});
};

}  // namespace wonjang::serving
