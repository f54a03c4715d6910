#include "engine/money/funds_shares.h"

#include <algorithm>
#include <numeric>

#include "base/assert.h"

namespace wonjang::money {
namespace {

struct Quotient {
  int128 whole = 0;
  int128 rest = 0;
};

// a * b / c bit by bit: the product of two sums of amounts may be wider than 128 bits.
// REQUIRES: a >= 0, 0 <= b <= c, 0 < c < 2^125
Quotient times_over(int128 a, int128 b, int128 c) {
  Quotient out;
  int top = 126;
  while (top >= 0 && (a >> top) == 0) --top;
  for (int bit = top; bit >= 0; --bit) {
    out.whole *= 2;
    out.rest *= 2;
    if (((a >> bit) & 1) != 0) out.rest += b;
    while (out.rest >= c) {
      out.rest -= c;
      out.whole += 1;
    }
  }
  return out;
}

}  // namespace

std::vector<int128> shares_of(int128 amount, std::span<const int128> needs) {
  std::vector<int128> out(needs.size());
  int128 all = 0;
  for (const int128 need : needs) {
    WJ_ASSERT(need >= 0);
    all += need;
  }
  if (amount <= 0 || all == 0) return out;
  if (amount >= all) return {needs.begin(), needs.end()};
  std::vector<int128> rests(needs.size());
  int128 left = amount;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    const auto share = times_over(amount, needs[i], all);
    out[i] = share.whole;
    rests[i] = share.rest;
    left -= share.whole;
  }
  std::vector<std::size_t> order(needs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return rests[a] > rests[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) out[order[i]] += 1;
  return out;
}

}  // namespace wonjang::money
