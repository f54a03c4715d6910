// PatternPlan: which lists of the dictionary's index answer a pattern. The shortest one leads; the next
// shortest may narrow it; the rest is comparing, unless the first list already is the answer. Threads: any.
#pragma once

#include <cstdint>

#include "engine/serving/gram_lists.h"
#include "engine/serving/text.h"

namespace wonjang::serving {

struct PlannedList {
  const GramLists* lists = nullptr;
  Gram gram = 0;
  std::uint32_t count = 0;
};

struct PatternPlan {
  bool nothing = false;  // a gram of the pattern stands in no form
  bool exact = false;    // `first` holds the matches and nothing else
  PlannedList first;
  PlannedList second;  // lists == nullptr: there is none
};

// `forms` holds the grams of forms, of one and two characters; `initials` those of their initials with at
// least one consonant, of one to three.
PatternPlan plan_of(const Pattern& pattern, const GramLists& forms, const GramLists& initials);

}  // namespace wonjang::serving
