// decide(state, command) -> events or a refusal. Pure: time, ids and the actor come in as arguments, nothing
// is read or written. All guards sit here, inside the decision: nothing checks before the queue.
#pragma once

#include <variant>
#include <vector>

#include "domain/command.h"
#include "domain/payment.h"

namespace wonjang {

// Bodies in order, with the clocks of their business. The ledger's writer adds id, stream, version,
// recorded_at, key, status_after and balance_after while it folds them.
struct Decided {
  Instant occurred_at;
  EventBody body;
};
using Decision = std::variant<std::vector<Decided>, Refusal>;

struct DecideContext {
  Instant now;
  const Actor& actor;
  IdMaker& ids;
  std::uint32_t slot;  // of the payment, for ids of its children
};

// `payment` doesn't exist() for CreatePayment and must exist for every other command (the engine answers
// payment_not_found before). An empty event list means: nothing to do, already so (a network's notice that
// repeats what is known: a bank_notice_id with the same content).
Decision decide(const Payment& payment, const PaymentCommand& command, DecideContext context);

}  // namespace wonjang
