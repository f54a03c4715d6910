// PaymentFold: the events of payments. Each movement of money becomes an open item until a line settles it,
// and a candidate that acquirers' files may name.
//
// Threads: one at a time.
#pragma once

#include <span>
#include <unordered_map>

#include "engine/money/fold_context.h"

namespace wonjang::money {

class PaymentFold {
 public:
  explicit PaymentFold(FoldContext& context) : context_(context) {}

  // Reads what the events of payments among `events` need, in a few look-ups for all. Errors: corrupt,
  // unavailable.
  Result<void> prepare(std::span<const Event> events);

  struct Taken {
    journal::PaymentMoney before;
    std::optional<journal::Movement> movement;
  };
  // Errors: corrupt (not the payment's next event), unavailable.
  Result<Taken> take(const Event& event);

  // Writes each payment once.
  void finish();

 private:
  struct Touched {
    PaymentState state;
    bool changed = false;
  };

  Result<void> open_item(const Touched& touched, PaymentId payment, const journal::Movement& movement,
                         BusinessDate recorded_on);
  // Its slip was requested or got its number: open items and candidates of the approval say so.
  Result<void> refresh(const Touched& touched, PaymentId payment, ApprovalId approval);
  // It is being undone, was undone or stands after all: open items of its money that is out, or was until
  // this event, count from `not_before`.
  Result<void> count_from(const Touched& touched, PaymentId payment, ApprovalId approval,
                          BusinessDate not_before);
  void put_candidates(const PaymentState& state, PaymentId payment, const journal::Movement& movement);

  FoldContext& context_;
  std::unordered_map<RawId, Touched> touched_;
};

}  // namespace wonjang::money
