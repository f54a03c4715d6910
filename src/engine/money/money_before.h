// MoneyBefore: what the money of a payment stood at before any of its events, from the log alone: what a
// check needs that must not trust the projection. Keeps what it folded; what doesn't fit is read again from
// the payment's stream.
//
// Threads: one at a time.
#pragma once

#include <unordered_map>

#include "domain/journal/movement.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"

namespace wonjang::money {

class MoneyBefore {
 public:
  // Some 500 bytes a payment.
  static constexpr std::size_t kPaymentsMax = 200'000;

  MoneyBefore(const EventLog& log, const EventCodec& codec, std::size_t payments_max = kPaymentsMax)
      : log_(log), codec_(codec), payments_max_(payments_max) {}

  // As it stood after `version` events: the caller folds the next one into it. Lives until the next call.
  // Errors: corrupt (the stream isn't such a history), unavailable.
  Result<journal::PaymentMoney*> of(RawId stream, std::uint32_t version);

 private:
  Result<void> fold_stream(RawId stream, std::uint32_t version, journal::PaymentMoney& money) const;

  const EventLog& log_;
  const EventCodec& codec_;
  const std::size_t payments_max_;
  std::unordered_map<RawId, journal::PaymentMoney> payments_;
};

}  // namespace wonjang::money
