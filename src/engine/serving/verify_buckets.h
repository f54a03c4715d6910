// verify_buckets: the quick verification (verify_views.h). The buckets of the views, which hold count, money
// and set-hash of each merchant's month, are compared with what the log gives them; the rows of the views are
// read only where a bucket differs, and named one by one.
//
// It sees what the fold did wrong or didn't do: a batch that was lost or came twice, a row that was folded
// into something else, and a bucket that was damaged itself. It does not see a record that was damaged
// without its bucket, nor anything of the spaces that buckets say nothing of (ids, postings, transactions,
// totals ...): that takes every record, which is what verify_views() reads without `quick`.
//
// Cost: one reading of the log from end to end (bucket_fold.h), and one scan of the buckets. When something
// differs, the log once more and each payment's events in the groups that differ.
// Memory: VerifyOptions::open_payments_max rows, some 1 KiB each; 16 bytes per payment of the groups that
// differ, of which there are 4096 and at most kGroupsSplit are looked at.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include "engine/serving/verify_views.h"

namespace wonjang::serving {

// ViewsReport::records has the buckets alone. Errors: as verify_views().
Result<ViewsReport> verify_buckets(const ViewsToVerify& views, const VerifyOptions& options);

}  // namespace wonjang::serving
