// What a payout comes to. Pure.
//   owed      = lines_net + carried + kept back so far
//   kept back = as much of it as the contract keeps, never more than is owed
//   amount    = lines_net + carried + released - withheld when that is positive; else 0, and left_over
//               carries it on
// So what is kept back also covers a negative sum before anything is carried over.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/int128.h"
#include "domain/settlement/events.h"

namespace wonjang::money {

struct PayoutSums {
  std::int64_t withheld = 0;
  std::int64_t released = 0;
  std::int64_t amount = 0;
  std::int64_t left_over = 0;
};

// Nothing: it, or `lines_net`, is beyond 64 bits. REQUIRES: kept_back >= 0, keep_back >= 0
std::optional<PayoutSums> payout_sums(int128 lines_net, std::span<const settlement::CarriedOver> carried,
                                      std::int64_t kept_back, std::int64_t keep_back);

}  // namespace wonjang::money
