#include "engine/serving/search_plan.h"

#include <algorithm>

#include "base/bytes.h"
#include "engine/serving/bucket.h"

namespace wonjang::serving {
namespace {

// Seeks that are kept for going on behind the first posting of a value.
constexpr std::uint64_t kSeeksForGoingOn = 100;
constexpr std::uint64_t kRowsOfASmallMerchant = 64;
constexpr std::size_t kBucketKeySize = 6;

}  // namespace

SearchPlan plan_search(const SearchCosts& costs) {
  SearchPlan out;
  if (!costs.values_complete) {
    out.merge = false;
    return out;
  }
  if (costs.values == 0) return out;
  if (costs.at_once + kSeeksForGoingOn > costs.seeks_max) out.merge = false;
  if (!costs.merchant_rows) return out;
  // The values are those of all merchants: how many of their postings are this one's, nobody knows.
  const std::uint64_t rows = *costs.merchant_rows;
  if (rows <= kRowsOfASmallMerchant || rows <= costs.values * 2) out.merge = false;
  out.merge_effort = rows;
  return out;
}

Result<std::uint64_t> merchant_rows(const KvSnapshot& snapshot, MerchantNo merchant,
                                    const PlaceRange& range) {
  // Places run from the newest to the oldest, buckets the other way round. Before 1970 there are none.
  const auto key_at = [merchant](const Place& place) {
    return bucket_key({merchant, {std::max<std::int64_t>(time_at(place).us, 0)}, {}});
  };
  const bool is_open = range.from == Place();
  const std::string until = is_open ? after_prefix(merchant_prefix(merchant)) : key_at(range.from) + '\0';
  const auto cursor = snapshot.scan(kBuckets, key_at(range.until), until);
  std::uint64_t out = 0;
  for (; cursor->valid(); cursor->next()) {
    if (cursor->key().size() != kBucketKeySize)
      return corrupt("the views hold a bucket's key of a wrong size");
    WJ_TRY(const Bucket bucket, decode_bucket(cursor->value()));
    out += static_cast<std::uint64_t>(std::max<std::int64_t>(bucket.count, 0));
  }
  WJ_CHECK(cursor->status());
  return out;
}

}  // namespace wonjang::serving
