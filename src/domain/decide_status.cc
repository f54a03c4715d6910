#include <algorithm>

#include "domain/decide_parts.h"

namespace wonjang {

Decision decide_one(const Payment& payment, const AuthenticatePayment&, DecideContext context) {
  if (!next_status(payment.status, Trigger::authenticated))
    return refuse_in_status(payment, "Authentication");
  return just(context.now, PaymentAuthenticated{});
}

Decision decide_one(const Payment& payment, const FailPayment& command, DecideContext context) {
  if (!next_status(payment.status, Trigger::failed)) return refuse_in_status(payment, "Failing it");
  if (const auto live = payment.live_approved(); live > 0) {
    return refuse(
        RefusalCode::transition_not_allowed,
        money_text(payment, live) + " of this payment is approved. Cancel that first, then fail the payment.",
        {}, live);
  }
  const bool in_doubt = std::any_of(payment.approvals.begin(), payment.approvals.end(),
                                    [](const Approval& a) { return a.is_in_doubt(); });
  if (in_doubt) {
    return refuse(RefusalCode::approval_in_doubt,
                  "The outcome of an approval isn't known yet. Fail the payment once it is settled.");
  }
  return just(context.now, PaymentFailed{command.failure_code, command.failure_message});
}

Decision decide_one(const Payment& payment, const ExpirePayment&, DecideContext context) {
  if (!next_status(payment.status, Trigger::expired)) return refuse_in_status(payment, "Expiry");
  if (const auto live = payment.live_approved(); live > 0) {
    return refuse(
        RefusalCode::transition_not_allowed,
        money_text(payment, live) + " of this payment is approved. Cancel that first, then it can expire.",
        {}, live);
  }
  const auto due = expires_at(payment);
  if (!due) return refuse_in_status(payment, "Expiry", "It has no date to expire on.");
  if (context.now < *due) {
    return refuse_in_status(payment, "Expiry", "It is due at " + to_rfc3339(*due) + ", not before.");
  }
  return just(context.now, PaymentExpired{});
}

}  // namespace wonjang
