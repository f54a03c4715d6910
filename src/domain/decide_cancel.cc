#include <algorithm>

#include "domain/cancel_rules.h"
#include "domain/decide_parts.h"

namespace wonjang {
namespace {

struct Target {
  const Approval* approval = nullptr;
  TaxParts parts;

  std::int64_t amount() const { return parts.total().value_or(0); }
};
using Targets = std::vector<Target>;

bool is_whole_payment(const CancelPayment& command) { return command.approval.is_zero(); }

bool is_paid(const Payment& payment) {
  return payment.status == PaymentStatus::done || payment.status == PaymentStatus::partial_canceled;
}

// The network's own facts aren't measured against what merchants may wish for.
bool is_wish(const CancelPayment& command) {
  const bool from_outside = command.requester == ActorKind::network || command.requester == ActorKind::bank;
  return !(command.kind == CancelKind::chargeback && from_outside);
}

// Made already, past us: nobody is asked to do it.
bool has_happened(const CancelPayment& command) {
  return !is_wish(command) || !command.canceled_at.is_zero();
}

bool is_merchants(const Actor& actor) {
  return actor.kind == ActorKind::merchant || actor.kind == ActorKind::customer;
}

std::int64_t left_of(const Approval& approval) { return approval.cancellable().total().value_or(0); }

// Everything that a cancel of this payment, or of the one approval, could take now.
std::int64_t cancellable_of(const Payment& payment, const CancelPayment& command) {
  if (is_whole_payment(command)) return payment.cancellable();
  const Approval* approval = payment.find(command.approval);
  return approval == nullptr ? 0 : left_of(*approval);
}

std::optional<Refusal> check_request(const CancelPayment& command) {
  const bool named = command.parts || command.tax_free != 0 || command.tax_exempt != 0;
  if (command.easy_pay_discount_amount < 0 || (command.amount && *command.amount <= 0)) {
    return refuse(
        RefusalCode::amount_not_positive,
        "The amount of a cancel must be more than zero. Leave it out to cancel everything that is left.",
        "/amount");
  }
  if (!named) return std::nullopt;
  if (!command.amount) {
    return refuse(RefusalCode::tax_parts_mismatch,
                  "Tax parts of a cancel need its amount. Send both, or neither.", "/amount");
  }
  auto parts = parts_of_wish({*command.amount, command.parts, command.tax_free, command.tax_exempt}, "");
  if (auto* refusal = std::get_if<Refusal>(&parts)) return std::move(*refusal);
  return std::nullopt;
}

// Of a payment that cancels took all of: which one was the last, so that whoever asks a second time finds it.
Refusal refuse_canceled(const Payment& payment) {
  const auto last = std::find_if(payment.cancels.rbegin(), payment.cancels.rend(),
                                 [](const Cancel& cancel) { return cancel.state == CancelState::succeeded; });
  if (last == payment.cancels.rend()) return refuse_in_status(payment, "A cancel");
  return refuse(RefusalCode::already_canceled,
                "The payment is cancelled in full already: " + last->terms.cancel.text() + " over " +
                    money_text(payment, last->terms.parts.total().value_or(0)) + " of " +
                    to_rfc3339(last->canceled_at) + " took all that was left. Nothing more has to be done.");
}

std::optional<Refusal> check_status(const Payment& payment, const CancelPayment& command) {
  const bool before_paid =
      payment.status == PaymentStatus::in_progress || payment.status == PaymentStatus::waiting_for_deposit;
  if (payment.status == PaymentStatus::canceled) return refuse_canceled(payment);
  if (!before_paid && !is_paid(payment)) return refuse_in_status(payment, "A cancel");
  if (payment.status != PaymentStatus::waiting_for_deposit || is_whole_payment(command)) return std::nullopt;
  // The account and what was paid beside it stand and fall together: its deposit would no longer complete the
  // payment.
  const bool others = std::any_of(payment.approvals.begin(), payment.approvals.end(), [&](const Approval& a) {
    return a.terms.approval != command.approval && left_of(a) > 0;
  });
  if (!others) return std::nullopt;
  return refuse_in_status(payment, "A cancel of one of several approvals", "Cancel the whole payment.");
}

std::optional<Refusal> check_in_doubt(const Payment& payment, const CancelPayment& command) {
  for (const auto& approval : payment.approvals) {
    const bool concerns = is_whole_payment(command) || approval.terms.approval == command.approval;
    if (!concerns || !approval.is_in_doubt()) continue;
    return refuse(RefusalCode::approval_in_doubt,
                  "The outcome of approval " + approval.terms.approval.text() + " over " +
                      money_text(payment, approval.amount()) +
                      " isn't known yet. Wait until it is settled, or cancel another approval by its id.");
  }
  return std::nullopt;
}

std::int64_t canceling_of(const Payment& payment, const CancelPayment& command) {
  std::int64_t sum = 0;
  for (const auto& approval : payment.approvals) {
    const bool concerns = is_whole_payment(command) || approval.terms.approval == command.approval;
    if (concerns && approval.is_held()) sum += approval.canceling.total().value_or(0);
  }
  return sum;
}

std::optional<Refusal> check_something_left(const Payment& payment, const CancelPayment& command) {
  if (cancellable_of(payment, command) > 0) return std::nullopt;
  if (const auto canceling = canceling_of(payment, command); canceling > 0) {
    return refuse(RefusalCode::cancel_in_doubt,
                  "A cancel of " + money_text(payment, canceling) +
                      " isn't settled yet and takes everything that is left. Wait for its outcome.");
  }
  if (is_whole_payment(command)) {
    return refuse(RefusalCode::nothing_to_cancel, "Nothing of this payment is left to cancel.");
  }
  return refuse(RefusalCode::approval_not_live,
                "Approval " + command.approval.text() +
                    " was declined, reversed or cancelled in full: nothing of it is left to cancel.",
                "/approvalId");
}

struct PartGuard {
  std::int64_t TaxParts::*part;
  RefusalCode code;
  std::string_view name;
  std::string_view pointer;
};
constexpr PartGuard kPartGuards[] = {
    {&TaxParts::supply, RefusalCode::cancel_exceeds_supply, "the supply amount", "/suppliedAmount"},
    {&TaxParts::vat, RefusalCode::cancel_exceeds_vat, "VAT", "/vat"},
    {&TaxParts::tax_free, RefusalCode::cancel_exceeds_tax_free, "the tax-free amount", "/taxFreeAmount"},
    {&TaxParts::tax_exempt, RefusalCode::cancel_exceeds_tax_exempt, "the tax-exemption amount",
     "/taxExemptionAmount"},
};

std::optional<Refusal> check_within(const Payment& payment, const TaxParts& parts, const TaxParts& left) {
  for (const auto& guard : kPartGuards) {
    if (parts.*guard.part <= left.*guard.part) continue;
    return refuse(guard.code,
                  "The cancel takes " + money_text(payment, parts.*guard.part) + " of " +
                      std::string(guard.name) + ", of which " + money_text(payment, left.*guard.part) +
                      " is left. Lower it, or name the tax parts of the cancel.",
                  std::string(guard.pointer), left.*guard.part);
  }
  return std::nullopt;
}

// The parts of `amount` out of `left`, which holds at least that much.
std::variant<TaxParts, Refusal> parts_within(const Payment& payment, const CancelPayment& command,
                                             const TaxParts& left, std::int64_t amount) {
  if (command.parts) {
    if (auto refusal = check_within(payment, *command.parts, left)) return std::move(*refusal);
    return *command.parts;
  }
  if (const auto parts = parts_of_cancel(left, amount, command.tax_free, command.tax_exempt)) return *parts;
  // Something named, or the taxable rest of the amount, is more than what is left: find out which.
  const TaxParts named{amount - command.tax_free - command.tax_exempt, 0, command.tax_free,
                       command.tax_exempt};
  const TaxParts limits{left.supply + left.vat, 0, left.tax_free, left.tax_exempt};
  auto refusal = check_within(payment, named, limits);
  return refusal ? std::move(*refusal)
                 : refuse(RefusalCode::cancel_exceeds_supply, "The tax parts don't fit.");
}

std::optional<Refusal> check_amount(const Payment& payment, const CancelPayment& command) {
  const std::int64_t left = cancellable_of(payment, command);
  if (!command.amount || *command.amount <= left) return std::nullopt;
  return refuse(RefusalCode::cancel_exceeds_balance,
                "The cancel is over " + money_text(payment, *command.amount) + ", but " +
                    money_text(payment, left) +
                    " can be cancelled. Lower the amount, or leave it out to cancel everything that is left.",
                "/amount", left);
}

std::optional<Refusal> check_expected(const Payment& payment, const CancelPayment& command) {
  const std::int64_t left = cancellable_of(payment, command);
  if (!command.expected_cancellable || *command.expected_cancellable == left) return std::nullopt;
  return refuse(RefusalCode::cancellable_mismatch,
                "The request expects " + money_text(payment, *command.expected_cancellable) +
                    " to be cancellable, but " + money_text(payment, left) +
                    " is. Fetch the payment, then decide again.",
                "/expectedCancellableAmount", left);
}

std::vector<const Approval*> candidates_of(const Payment& payment, const CancelPayment& command) {
  std::vector<const Approval*> out;
  for (const auto& approval : payment.approvals) {
    const bool concerns = is_whole_payment(command) || approval.terms.approval == command.approval;
    if (concerns && left_of(approval) > 0) out.push_back(&approval);
  }
  return out;
}

Refusal refuse_not_in_part(const Payment& payment) {
  return refuse(RefusalCode::partial_cancel_not_allowed,
                "This payment was created as cancellable in full only. Cancel all of it, " +
                    money_text(payment, payment.cancellable()) + ".",
                "/amount", payment.cancellable());
}

Refusal refuse_before_paid() {
  return refuse(
      RefusalCode::partial_cancel_not_allowed,
      "Before the payment is paid, an approval can only be cancelled in full. Leave out the amount.",
      "/amount");
}

bool only_in_full(const Payment& payment, const CancelPayment& command) {
  return is_paid(payment) && is_wish(command) && !payment.terms.is_partial_cancelable;
}

Refusal refuse_ambiguous(const Payment& payment, const CancelPayment& command,
                         const std::vector<const Approval*>& candidates) {
  if (only_in_full(payment, command)) return refuse_not_in_part(payment);
  if (payment.status == PaymentStatus::waiting_for_deposit) return refuse_before_paid();
  std::string detail =
      "This payment has several approvals that can be cancelled. Send the approvalId of one of them:";
  for (const auto* approval : candidates) {
    detail += (approval == candidates.front() ? " " : ", ") + approval->terms.approval.text() + " (" +
              money_text(payment, left_of(*approval)) + ")";
  }
  return refuse(RefusalCode::approval_required, detail + ".", "/approvalId");
}

// Which approvals the cancel takes how much of.
std::variant<Targets, Refusal> targets_of(const Payment& payment, const CancelPayment& command) {
  const auto candidates = candidates_of(payment, command);
  const std::int64_t left = cancellable_of(payment, command);
  const std::int64_t amount = command.amount.value_or(left);
  Targets targets;
  if (candidates.size() == 1) {
    auto parts = parts_within(payment, command, candidates.front()->cancellable(), amount);
    if (auto* refusal = std::get_if<Refusal>(&parts)) return std::move(*refusal);
    targets.push_back({candidates.front(), std::get<TaxParts>(parts)});
    return targets;
  }
  if (amount < left) return refuse_ambiguous(payment, command, candidates);
  TaxParts all;
  for (const auto* approval : candidates) {
    targets.push_back({approval, approval->cancellable()});
    all = add(all, approval->cancellable()).value_or(all);
  }
  auto parts = parts_within(payment, command, all, amount);
  if (auto* refusal = std::get_if<Refusal>(&parts)) return std::move(*refusal);
  return targets;
}

std::optional<Refusal> check_partial(const Payment& payment, const CancelPayment& command,
                                     const Targets& targets) {
  const bool approval_in_part = std::any_of(
      targets.begin(), targets.end(), [](const Target& t) { return t.amount() < left_of(*t.approval); });
  std::int64_t sum = 0;
  for (const auto& target : targets) sum += target.amount();
  if (!is_paid(payment) && approval_in_part) return refuse_before_paid();
  if (only_in_full(payment, command) && sum < payment.cancellable()) return refuse_not_in_part(payment);
  if (approval_in_part && payment.cancels.size() >= kPartialCancelsMax) {
    return refuse(RefusalCode::partial_cancel_not_allowed,
                  "This payment has had " + std::to_string(kPartialCancelsMax) +
                      " cancels, the most there can be in parts. Cancel everything that is left.",
                  "/amount", payment.cancellable());
  }
  return std::nullopt;
}

// Of an easy payment: points and coupons that no cancel has given back yet.
std::int64_t discount_left(const Payment& payment, const Approval& approval) {
  const auto* easy_pay = std::get_if<EasyPayDetail>(&approval.terms.method);
  if (easy_pay == nullptr) return 0;
  std::int64_t left = easy_pay->discount_amount;
  for (const auto& cancel : payment.cancels) {
    const bool counts =
        cancel.terms.approval == approval.terms.approval && cancel.state != CancelState::failed;
    if (counts) left -= cancel.terms.easy_pay_discount_amount;
  }
  return left;
}

std::optional<Refusal> check_discount(const Payment& payment, const CancelPayment& command,
                                      const Targets& targets) {
  std::int64_t left = 0;
  for (const auto& target : targets) left += discount_left(payment, *target.approval);
  if (command.easy_pay_discount_amount <= left) return std::nullopt;
  return refuse(RefusalCode::cancel_exceeds_balance,
                "The cancel gives back " + money_text(payment, command.easy_pay_discount_amount) +
                    " of points and coupons, but only " + money_text(payment, left) +
                    " was used and is left.",
                "/easyPayDiscountAmount", left);
}

std::string refund_account_of(const CancelPayment& command, const Approval& approval) {
  if (!command.refund_account_token.empty()) return command.refund_account_token;
  const auto* account = std::get_if<VirtualAccountDetail>(&approval.terms.method);
  return account == nullptr ? std::string() : account->refund_account_token;
}

// As it was told. Ours where nobody told it, but never before the approval, whose sender's clock may run
// ahead.
Instant canceled_at(const CancelPayment& command, const Approval& approval, const DecideContext& context) {
  if (!command.canceled_at.is_zero()) return command.canceled_at;
  return approval.is_live() ? std::max(context.now, approval.approved_at) : context.now;
}

bool is_recorded(const CancelPayment& command, const Target& target) {
  return target.approval->terms.provider.empty() || has_happened(command);
}

// Of the provider's approvals it says itself when it cancelled them.
std::optional<Refusal> check_times(const Payment& payment, const CancelPayment& command,
                                   const Targets& targets) {
  for (const auto& target : targets) {
    if (!is_recorded(command, target) || !target.approval->is_live()) continue;
    if (auto refusal = check_not_before(payment, *target.approval, command.canceled_at, "/canceledAt"))
      return refusal;
  }
  return std::nullopt;
}

std::optional<Refusal> check_rules(const Payment& payment, const CancelPayment& command,
                                   const Targets& targets, const DecideContext& context) {
  if (!is_wish(command)) return std::nullopt;
  std::optional<Refusal> first;
  for (const auto& target : targets) {
    const Instant at =
        is_recorded(command, target) ? canceled_at(command, *target.approval, context) : context.now;
    const bool has_account = !refund_account_of(command, *target.approval).empty();
    auto refusal = check_cancel_rule(payment, *target.approval, {target.amount(), at, has_account});
    if (refusal && (!first || refusal->code < first->code)) first = std::move(refusal);
  }
  return first;
}

// A merchant's word gives back no money that the provider holds, and makes no chargeback.
std::optional<Refusal> check_may_tell(const CancelPayment& command, const Targets& targets,
                                      const DecideContext& context) {
  if (!is_merchants(context.actor) || !has_happened(command)) return std::nullopt;
  if (!is_wish(command)) {
    return refuse(
        RefusalCode::house_only,
        "A chargeback is told by the house, with a key of its own. To give the money back yourself, "
        "leave out kind and requester.",
        "/requester");
  }
  const auto asked = std::find_if(targets.begin(), targets.end(),
                                  [](const Target& t) { return !t.approval->terms.provider.empty(); });
  if (asked == targets.end()) return std::nullopt;
  return refuse(RefusalCode::house_only,
                "Approval " + asked->approval->terms.approval.text() + " was made through " +
                    asked->approval->terms.provider +
                    ", which is asked to cancel it and says when it did. Leave out canceledAt. What was "
                    "cancelled in its portal is told by the house, with a key of its own.",
                "/canceledAt");
}

CancelKind kind_of(const CancelPayment& command, const Target& target) {
  switch (command.kind) {
    case CancelKind::unknown:
    case CancelKind::full:
    case CancelKind::partial:
      return target.parts == target.approval->terms.parts ? CancelKind::full : CancelKind::partial;
    case CancelKind::network_reversal:
    case CancelKind::deposit_error:
    case CancelKind::chargeback:
      break;
  }
  return command.kind;
}

// From the slip's request on, a cancel needs a slip of its own.
CancelPhase phase_of(const Approval& approval) {
  const bool before =
      approval.acquisition == AcquisitionState::none || approval.acquisition == AcquisitionState::ready;
  return before ? CancelPhase::before_acquire : CancelPhase::after_acquire;
}

Decided cancel_event(const CancelPayment& command, const Target& target, std::int64_t discount,
                     const DecideContext& context) {
  CancelTerms terms;
  terms.cancel = CancelId(context.ids.next(context.now, context.slot));
  terms.approval = target.approval->terms.approval;
  terms.kind = kind_of(command, target);
  terms.parts = target.parts;
  terms.easy_pay_discount_amount = discount;
  if (target.approval->is_live()) terms.refund_account_token = refund_account_of(command, *target.approval);
  terms.requester = command.requester == ActorKind::unknown ? context.actor.kind : command.requester;
  terms.phase = phase_of(*target.approval);
  terms.requested_at = or_now(command.requested_at, context);
  if (!is_recorded(command, target))
    return {context.now, CancelRequested{std::move(terms), command.deadline}};
  const Instant at = canceled_at(command, *target.approval, context);
  return {at, CancelSucceeded{std::move(terms), {}, at, {}}};
}

}  // namespace

Decision decide_one(const Payment& payment, const CancelPayment& command, DecideContext context) {
  if (auto refusal = check_request(command)) return std::move(*refusal);
  if (auto refusal = check_not_future(command.requested_at, context, "/requestedAt"))
    return std::move(*refusal);
  if (auto refusal = check_not_future(command.canceled_at, context, "/canceledAt"))
    return std::move(*refusal);
  if (!is_whole_payment(command) && payment.find(command.approval) == nullptr) {
    return refuse_unknown_approval(command.approval);
  }
  if (auto refusal = check_status(payment, command)) return std::move(*refusal);
  if (auto refusal = check_in_doubt(payment, command)) return std::move(*refusal);
  if (auto refusal = check_something_left(payment, command)) return std::move(*refusal);
  if (auto refusal = check_amount(payment, command)) return std::move(*refusal);
  auto targets = targets_of(payment, command);
  const auto* no_targets = std::get_if<Refusal>(&targets);
  if (no_targets != nullptr && no_targets->code < RefusalCode::cancellable_mismatch) return *no_targets;
  if (no_targets == nullptr) {
    if (auto refusal = check_discount(payment, command, std::get<Targets>(targets)))
      return std::move(*refusal);
  }
  if (auto refusal = check_expected(payment, command)) return std::move(*refusal);
  if (no_targets != nullptr) return *no_targets;

  const auto& chosen = std::get<Targets>(targets);
  if (auto refusal = check_may_tell(command, chosen, context)) return std::move(*refusal);
  if (auto refusal = check_partial(payment, command, chosen)) return std::move(*refusal);
  if (auto refusal = check_rules(payment, command, chosen, context)) return std::move(*refusal);
  if (auto refusal = check_times(payment, command, chosen)) return std::move(*refusal);
  std::vector<Decided> events;
  events.reserve(chosen.size());
  std::int64_t discount = command.easy_pay_discount_amount;
  for (const auto& target : chosen) {
    const std::int64_t given_back = std::min(discount, discount_left(payment, *target.approval));
    events.push_back(cancel_event(command, target, given_back, context));
    discount -= given_back;
  }
  return events;
}

}  // namespace wonjang
