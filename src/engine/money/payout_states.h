// Which state of a payout may follow which.
//
// Threads: any.
#pragma once

#include "domain/settlement/events.h"

namespace wonjang::money {

// As the log may say it. A bank's answer is believed of what was sent to it alone (payout_file.cc).
inline bool may_become(settlement::PayoutState from, settlement::PayoutState to) {
  using settlement::PayoutState;
  switch (from) {
    case PayoutState::requested:
    case PayoutState::sent:
      return to == PayoutState::sent || to == PayoutState::paid || to == PayoutState::failed ||
             to == PayoutState::returned;
    case PayoutState::paid:
      return to == PayoutState::paid || to == PayoutState::returned;
    case PayoutState::failed:
    case PayoutState::returned:
      return to == from;
    case PayoutState::carried:
    case PayoutState::unknown:
      return false;
  }
  return false;
}

}  // namespace wonjang::money
