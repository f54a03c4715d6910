#include "domain/decide.h"

#include "domain/decide_parts.h"

namespace wonjang {
namespace {

// In the order of PaymentCommand's alternatives.
constexpr std::string_view kOperations[] = {
    "create_payment",  "authenticate",         "fail",
    "expire",          "record_approval",      "begin_approval",
    "settle_approval", "confirm_deposit",      "reverse_deposit",
    "cancel",          "settle_cancel",        "record_acquisition",
    "record_answer",   "begin_network_cancel", "settle_network_cancel",
    "open_incident",   "settle_by_person",
};
static_assert(std::size(kOperations) == std::variant_size_v<PaymentCommandAlternatives>);

}  // namespace

PaymentCommand::PaymentCommand() = default;
PaymentCommand::PaymentCommand(const PaymentCommand&) = default;
PaymentCommand::PaymentCommand(PaymentCommand&&) noexcept = default;
PaymentCommand& PaymentCommand::operator=(const PaymentCommand&) = default;
PaymentCommand& PaymentCommand::operator=(PaymentCommand&&) noexcept = default;
PaymentCommand::~PaymentCommand() = default;

std::string_view operation_of(const PaymentCommand& command) { return kOperations[command.index()]; }

Decision decide(const Payment& payment, const PaymentCommand& command, DecideContext context) {
  return std::visit([&](const auto& one) { return decide_one(payment, one, context); }, command);
}

Refusal refuse(RefusalCode code, std::string detail, std::string pointer, std::int64_t actual) {
  return {code, std::move(detail), std::move(pointer), actual};
}

std::optional<Refusal> check_not_future(Instant at, const DecideContext& context, const char* pointer) {
  if (at <= context.now.plus_ms(kAheadMsMax)) return std::nullopt;
  return refuse(
      RefusalCode::time_in_future,
      "It is " + to_rfc3339(context.now) + " here, and " + to_rfc3339(at) +
          " lies more than a day ahead. Send the time when it happened; look at the sender's clock.",
      pointer);
}

std::optional<Refusal> check_not_before(const Payment& payment, const Approval& approval, Instant at,
                                        const char* pointer) {
  constexpr std::int64_t kSecondUs = 1'000'000;
  const bool is_known = !at.is_zero() && !approval.approved_at.is_zero();
  if (!is_known || at.us / kSecondUs >= approval.approved_at.us / kSecondUs) return std::nullopt;
  return refuse(
      RefusalCode::cancel_before_approval,
      "Approval " + approval.terms.approval.text() + " over " + money_text(payment, approval.amount()) +
          " is of " + to_rfc3339(approval.approved_at) + ", and " + to_rfc3339(at) +
          " lies before it: nothing can be cancelled before it was approved. Send the time when the "
          "cancel happened, or leave it out.",
      pointer);
}

Refusal refuse_in_status(const Payment& payment, std::string_view what, std::string_view next) {
  std::string detail(what);
  detail += " isn't possible while the payment is ";
  detail += code_of(payment.status);
  detail += '.';
  if (!next.empty()) {
    detail += ' ';
    detail += next;
  }
  return refuse(RefusalCode::transition_not_allowed, std::move(detail));
}

Refusal refuse_unknown_approval(ApprovalId approval) {
  return refuse(
      RefusalCode::approval_not_found,
      "This payment has no approval " + approval.text() + ". Fetch the payment to see its approvals.",
      "/approvalId");
}

Refusal refuse_unknown_cancel(CancelId cancel) {
  return refuse(RefusalCode::cancel_not_found, "This payment has no cancel " + cancel.text() + ".",
                "/cancelId");
}

std::string money_text(const Payment& payment, std::int64_t amount) {
  return to_text(Money{amount, payment.currency});
}

}  // namespace wonjang
