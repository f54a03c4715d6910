// SearchPlan: look up the values that contain the pattern, or walk the payments and look at each?
//
// Looking up costs a seek for each value that can have a payment in front of the page's last one: as many as
// the page has lines when newest times are known, all of them when they aren't or when the page is deep.
// Walking costs a row for each payment between two hits: little where hits are dense or the merchant is
// small. Neither is known beforehand, so looking up may be given a limit, and the walk goes on where it
// stopped.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "engine/serving/dictionary.h"
#include "engine/serving/place.h"

namespace wonjang::serving {

struct SearchCosts {
  std::uint64_t values = 0;  // that contain the pattern
  std::uint64_t at_once =
      0;  // of them: may stand in front of everything, so they're looked up before any hit
  bool values_complete = true;  // Matches::complete
  std::optional<std::uint64_t> merchant_rows =
      {};  // of the scope's merchant, in the period; nothing: all merchants
  std::uint64_t seeks_max = 0;
};

struct SearchPlan {
  bool merge = true;                        // first; else the walk alone
  std::uint64_t merge_effort = UINT64_MAX;  // then the walk takes over
};
SearchPlan plan_search(const SearchCosts& costs);

// Rows of a merchant in the months of [from, until), by the space `buckets`: no fewer than in the period
// itself. Errors: corrupt, unavailable.
Result<std::uint64_t> merchant_rows(const KvSnapshot& snapshot, MerchantNo merchant, const PlaceRange& range);

}  // namespace wonjang::serving
