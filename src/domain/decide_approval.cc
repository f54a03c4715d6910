#include <limits>

#include "base/assert.h"
#include "base/checked.h"
#include "domain/decide_parts.h"

namespace wonjang {
namespace {

enum class Counted : std::uint8_t { held, held_or_in_doubt };

// What the approvals that count (live, waiting, in doubt) leave of the payment's parts; may be negative in a
// part.
TaxParts remaining_parts(const Payment& payment, Counted counted = Counted::held_or_in_doubt) {
  TaxParts remaining = payment.terms.parts;
  for (const auto& approval : payment.approvals) {
    const bool counts =
        approval.is_held() || (counted == Counted::held_or_in_doubt && approval.is_in_doubt());
    if (!counts) continue;
    remaining = sub(remaining, approval.terms.parts).value_or(remaining);
  }
  return remaining;
}

// Late news may put more in doubt than the total, so the sum stops at the greatest number.
std::int64_t in_doubt_amount(const Payment& payment) {
  std::int64_t sum = 0;
  for (const auto& approval : payment.approvals) {
    if (!approval.is_in_doubt()) continue;
    sum = checked_add(sum, approval.amount()).value_or(std::numeric_limits<std::int64_t>::max());
  }
  return sum;
}

std::optional<Refusal> check_fits(const Payment& payment, std::int64_t amount) {
  const std::int64_t live = payment.live_approved();
  const std::int64_t in_doubt = in_doubt_amount(payment);
  const std::int64_t room = payment.total - live - in_doubt;
  if (amount <= room) return std::nullopt;
  if (in_doubt > 0) {
    return refuse(RefusalCode::approval_in_doubt,
                  "The outcome of an approval over " + money_text(payment, in_doubt) +
                      " isn't known yet, which leaves " + money_text(payment, room) +
                      " for another one. Wait until it is settled, then try again.",
                  "/amount", room);
  }
  return refuse(RefusalCode::approved_exceeds_total,
                money_text(payment, live) + " of the total " + money_text(payment, payment.total) +
                    " is approved, so at most " + money_text(payment, room) + " can follow.",
                "/amount", room);
}

std::optional<Refusal> check_status(const Payment& payment) {
  const bool open =
      payment.status == PaymentStatus::ready || next_status(payment.status, Trigger::approved_in_part);
  if (!open) return refuse_in_status(payment, "An approval", "Create another payment.");
  if (payment.approvals.size() < kApprovalsMax) return std::nullopt;
  return refuse(RefusalCode::transition_not_allowed,
                "This payment has had " + std::to_string(kApprovalsMax) +
                    " approvals, the most there can be. Create another payment.");
}

// An account waits for everything that the other approvals leave, else its deposit couldn't complete the
// payment.
std::optional<Refusal> check_account(const Payment& payment, const ApprovalInput& input) {
  if (!waits_for_deposit(input)) return std::nullopt;
  const std::int64_t rest = payment.total - payment.live_approved();
  if (input.amount == rest) return std::nullopt;
  return refuse(RefusalCode::approved_exceeds_total,
                "A virtual account waits for everything that is left to pay, " + money_text(payment, rest) +
                    ". Issue it for that amount.",
                "/amount", rest);
}

// Else reports by payment and by approval would say two things of one tax.
std::optional<Refusal> check_parts(const Payment& payment, const ApprovalInput& input) {
  const TaxParts left = remaining_parts(payment);
  if (parts_of_approval(input, left)) return std::nullopt;
  auto refusal = refuse_parts_of_approval(RefusalCode::approved_exceeds_total, input, left, "");
  if (parts_of_approval(input, remaining_parts(payment, Counted::held))) {
    refusal.code = RefusalCode::approval_in_doubt;
    refusal.detail += " The outcome of another approval isn't known yet: once it is, there may be more.";
  }
  return refusal;
}

std::optional<Refusal> check_not_expired(const Payment& payment, Instant at) {
  const Instant end = payment.terms.expires_at;
  if (end.is_zero() || at < end) return std::nullopt;
  return refuse(RefusalCode::payment_expired,
                "This payment could be approved until " + to_rfc3339(end) + ". Create another payment.");
}

// `issued`: from when on an account of it can be paid into.
std::optional<Refusal> check_all(const Payment& payment, const ApprovalInput& input, Instant at,
                                 Instant issued, const DecideContext& context) {
  if (auto refusal = check_approval_input(input, "")) return refusal;
  if (auto refusal = check_still_due(input, issued, "")) return refusal;
  if (auto refusal = check_not_future(at, context, "/approvedAt")) return refusal;
  if (auto refusal = check_status(payment)) return refusal;
  if (auto refusal = check_fits(payment, input.amount)) return refusal;
  if (auto refusal = check_account(payment, input)) return refusal;
  if (auto refusal = check_parts(payment, input)) return refusal;
  return check_not_expired(payment, at);
}

std::vector<Decided> opening(const Payment& payment, Instant at) {
  std::vector<Decided> events;
  events.reserve(2);
  if (payment.status == PaymentStatus::ready) events.push_back({at, PaymentAuthenticated{}});
  return events;
}

// REQUIRES: check_all found nothing
TaxParts share_of(const Payment& payment, const ApprovalInput& input) {
  const auto share = parts_of_approval(input, remaining_parts(payment));
  WJ_ASSERT(share.has_value());
  return *share;
}

std::uint32_t next_seq(const Payment& payment) {
  return static_cast<std::uint32_t>(payment.approvals.size() + 1);
}

}  // namespace

Decision decide_one(const Payment& payment, const RecordApproval& command, DecideContext context) {
  const ApprovalInput& input = command.input;
  const Instant at = or_now(input.approved_at, context);
  if (auto refusal = check_all(payment, input, at, payment.terms.requested_at, context))
    return std::move(*refusal);

  auto events = opening(payment, context.now);
  add_recorded_approval(events, input, next_seq(payment), share_of(payment, input), context);
  return events;
}

Decision decide_one(const Payment& payment, const BeginApproval& command, DecideContext context) {
  const ApprovalInput& input = command.input;
  if (auto refusal = check_all(payment, input, context.now, context.now, context)) return std::move(*refusal);
  if (input.provider.empty()) {
    return refuse(RefusalCode::provider_unknown, "An approval through a provider has to name the provider.",
                  "/provider");
  }
  auto events = opening(payment, context.now);
  Decided& intent = events.emplace_back();
  intent.occurred_at = context.now;
  auto& body = intent.body.emplace<ApprovalRequested>();
  fill_terms(body.terms, input, next_seq(payment), share_of(payment, input), context);
  body.terms.provider = input.provider;
  body.deadline = command.deadline;
  return events;
}

}  // namespace wonjang
