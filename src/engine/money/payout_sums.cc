#include "engine/money/payout_sums.h"

#include <algorithm>
#include <limits>

namespace wonjang::money {

std::optional<PayoutSums> payout_sums(int128 lines_net, std::span<const settlement::CarriedOver> carried,
                                      std::int64_t kept_back, std::int64_t keep_back) {
  int128 due = lines_net;
  for (const auto& one : carried) due += one.amount;
  const int128 owed = due + kept_back;
  const int128 kept = std::clamp<int128>(owed, 0, keep_back);
  const int128 moved = kept - kept_back;
  const int128 sum = due - moved;
  constexpr int128 max = std::numeric_limits<std::int64_t>::max();
  if (sum > max || sum < -max || lines_net > max || lines_net < -max) return std::nullopt;
  PayoutSums out;
  out.withheld = static_cast<std::int64_t>(std::max<int128>(moved, 0));
  out.released = static_cast<std::int64_t>(std::max<int128>(-moved, 0));
  out.amount = static_cast<std::int64_t>(std::max<int128>(sum, 0));
  out.left_over = static_cast<std::int64_t>(std::min<int128>(sum, 0));
  return out;
}

}  // namespace wonjang::money
