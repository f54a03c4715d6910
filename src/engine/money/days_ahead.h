// How far ahead a date may lie for which money is requested or lines are made. Later than the longest time
// for which banks are closed, with a week to spare; sooner than a month, as a wrong month or year is what
// people mistype: a payout run for the wrong year would request everything that is due until then.
//
// Threads: any.
#pragma once

#include <string>

#include "base/result.h"
#include "domain/time.h"

namespace wonjang::money {

constexpr std::int32_t kDaysAheadMax = 21;

// Errors: invalid (further ahead, and nobody `said` that it is meant).
inline Result<void> refuse_far_ahead(BusinessDate date, BusinessDate today, bool said) {
  const auto ahead = date.days - today.days;
  if (said || ahead <= kDaysAheadMax) return {};
  return invalid(to_text(date) + " is " + std::to_string(ahead) + " days ahead, more than " +
                 std::to_string(kDaysAheadMax) +
                 ": look at its year and month, or say explicitly that it is meant (alsoFarAhead)");
}

}  // namespace wonjang::money
