// ListHints: the runs of hints (hints.h) that lead to all payments a filter may let through. A hint is never
// taken back, so the rows they lead to still have to be tested.
//
// Threads: pure functions; the dictionary is read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/serving/dictionary.h"
#include "engine/serving/spaces.h"
#include "engine/serving/text.h"

namespace wonjang::serving {

// Runs of keys that end in a place, of one kind and length.
struct Hinted {
  KvSpace space = kPostings;
  std::vector<std::string> prefixes = {};  // all of one length
  std::string what = {};                   // for Reading::index
  bool of_merchant = false;                // else every merchant's
};

// Payments whose buyer or product matches; values without a payment at or after `from` may be left out (zero:
// none is). Nothing: the dictionary doesn't know all of them.
std::optional<Hinted> hinted_by_texts(const Dictionary& dictionary, const Pattern& pattern, Instant from);
// Nothing: not every status of the list leaves a hint, or the list is empty.
std::optional<Hinted> hinted_by_statuses(MerchantNo merchant, const std::vector<PaymentStatus>& statuses);

}  // namespace wonjang::serving
