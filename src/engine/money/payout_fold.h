// PayoutFold: payouts and what a merchant stands at besides its lines. A payout takes all that is due, as of
// its place in the log; its lines and their net must be what the fold finds: the sum of rows equals the
// payout (M81).
//
// What moves between payouts: a sum that isn't positive (carried), an amount that failed or came back, goes
// into Standing::carried until a later payout names it; withheld and released move Standing::kept_back.
//
// Threads: one at a time.
#pragma once

#include "engine/money/fold_context.h"

namespace wonjang::money {

class PayoutFold {
 public:
  explicit PayoutFold(FoldContext& context) : context_(context) {}

  // Errors: corrupt (the event contradicts what was folded: both numbers are named), unavailable.
  Result<void> take(const EventPlace& place, const Event& event, const settlement::PayoutRequested& body);
  Result<void> take(const EventPlace& place, const Event& event, const settlement::PayoutUpdated& body);

 private:
  Result<Standing> standing_of(const std::string& key);
  void keep(const std::string& key, const Standing& standing);
  Result<void> move_standing(const settlement::PayoutRequested& body, const std::string& key);
  void note_dispute(PayoutStored& payout, const Event& event, const settlement::PayoutUpdated& body);
  Result<void> take_again(const PayoutStored& payout);
  Result<void> give_back(const PayoutStored& payout);

  FoldContext& context_;
};

}  // namespace wonjang::money
