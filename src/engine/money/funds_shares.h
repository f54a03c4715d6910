// Money that is held for many, shared among them.
//
// Threads: any.
#pragma once

#include <span>
#include <vector>

#include "base/int128.h"

namespace wonjang::money {

// What each gets of `amount`: in proportion to the needs and never more than its need. The parts add up to
// the amount, or to all needs where those are less (what is over is nobody's). Rounded down; the units that
// are left then go, one each, to the largest remainders, of equal ones to the first. Exact: no product is
// wider than it is long. REQUIRES: no need is below zero, their sum is below 2^125
std::vector<int128> shares_of(int128 amount, std::span<const int128> needs);

}  // namespace wonjang::money
