// Outcomes of provider calls: approvals and cancels that were intents. What the provider says twice changes
// nothing; what contradicts the book opens an incident and is never dropped.
#include <algorithm>

#include "base/assert.h"
#include "domain/decide_parts.h"

namespace wonjang {
namespace {

// What a contradiction is about: an approval, or one cancel of it.
struct Subject {
  const Approval& approval;
  CancelId cancel{};
};

Decided incident(const Subject& subject, std::string code, std::string detail, const DecideContext& context) {
  return {context.now, IncidentOpened{subject.approval.terms.approval, subject.cancel, std::move(code),
                                      std::move(detail)}};
}

// Senders repeat themselves: a contradiction that is open already isn't opened again.
Decision incident_once(const Subject& subject, std::string code, std::string detail,
                       const DecideContext& context) {
  const std::string entry = code + ": " + detail;
  const auto& known = subject.approval.incidents;
  const bool open = std::find(known.begin(), known.end(), entry) != known.end();
  if (open) return nothing_to_do();
  std::vector<Decided> events;
  events.push_back(incident(subject, std::move(code), std::move(detail), context));
  return events;
}

bool is_same_approval(const Approval& approval, const SettleApproval& command) {
  return approval.approve_no == command.approve_no && approval.network_txn_id == command.network_txn_id;
}

Decided granted(const Approval& approval, const SettleApproval& command, const DecideContext& context) {
  const Instant at = or_now(command.approved_at, context);
  return {at,
          ApprovalApproved{approval.terms, command.approve_no, command.network_txn_id, at, command.evidence}};
}

// A virtual account that a provider opened waits for its deposit; everything else is money.
Decided first_news(const Approval& approval, const SettleApproval& command, const DecideContext& context) {
  if (!is_account(approval)) return granted(approval, command, context);
  const Instant at = or_now(command.approved_at, context);
  return {at, VirtualAccountIssued{approval.terms, at}};
}

// The reversal comes first: an approval that is being undone stays pursued, and with it the key of the
// caller, who is answered when the money is back and never hears a yes.
std::vector<Decided> granted_too_late(const Payment& payment, const Approval& approval,
                                      const SettleApproval& command, const DecideContext& context) {
  std::vector<Decided> events;
  events.push_back({context.now, NetworkCancelRequested{approval.terms.approval,
                                                        "approved after the payment became " +
                                                            std::string(code_of(payment.status))}});
  events.push_back(first_news(approval, command, context));
  return events;
}

Decision news_of_success(const Payment& payment, const Approval& approval, const SettleApproval& command,
                         const DecideContext& context) {
  if (is_over(payment.status)) return granted_too_late(payment, approval, command, context);
  std::vector<Decided> events;
  events.push_back(first_news(approval, command, context));
  return events;
}

// Has its success been told, or an account of it been opened?
bool is_known(const Approval& approval) {
  return !approval.approved_at.is_zero() || (is_account(approval) && !approval.received_at.is_zero());
}

// The money was taken although the book holds that it wasn't: undo it, and let a person look.
Decision late_success(const Approval& approval, std::string code, const DecideContext& context) {
  std::vector<Decided> events;
  const ApprovalId id = approval.terms.approval;
  events.push_back(incident({approval}, std::move(code),
                            "The provider reports success for an approval that is " +
                                std::string(code_of(approval.state)) + " here. A network cancel follows.",
                            context));
  events.push_back({context.now, NetworkCancelRequested{id, "late success"}});
  return events;
}

Decision settle_approved(const Payment& payment, const Approval& approval, const SettleApproval& command,
                         const DecideContext& context) {
  switch (approval.state) {
    case ApprovalState::requested:
    case ApprovalState::unknown:
      return news_of_success(payment, approval, command, context);
    case ApprovalState::reversing:  // record who took the money; the reversal goes on
      if (is_known(approval)) return nothing_to_do();
      return just(or_now(command.approved_at, context), first_news(approval, command, context).body);
    case ApprovalState::waiting:
      return nothing_to_do();
    case ApprovalState::approved:
      if (is_account(approval) || is_same_approval(approval, command)) return nothing_to_do();
      return incident_once({approval}, "approved_twice",
                           "The provider reports a second approval, number " + command.approve_no +
                               ", under one reference. Ask it which of both is real.",
                           context);
    case ApprovalState::declined:
      return late_success(approval, "late_success_after_decline", context);
    case ApprovalState::reversed: {
      // News that was folded before the reversal, told once more.
      const bool account_known = is_account(approval) && !approval.received_at.is_zero();
      const bool approval_known = !approval.approved_at.is_zero() && is_same_approval(approval, command);
      if (account_known || approval_known) return nothing_to_do();
      return late_success(approval, "late_success_after_reversal", context);
    }
  }
  return nothing_to_do();
}

Decision settle_declined(const Approval& approval, const SettleApproval& command,
                         const DecideContext& context) {
  const bool known_to_be_approved = approval.is_held() || !approval.approved_at.is_zero();
  if (approval.state == ApprovalState::declined || approval.state == ApprovalState::reversed)
    return nothing_to_do();
  if (known_to_be_approved) {
    return incident_once(
        {approval}, "declined_after_approved",
        "The provider reports a decline for an approval that it granted before. Compare with its file.",
        context);
  }
  return just(context.now, ApprovalDeclined{approval.terms, command.failure_code, command.failure_message,
                                            command.evidence});
}

Decision settle_cancel_approved(const Payment& payment, const Cancel& cancel, const SettleCancel& command,
                                const DecideContext& context) {
  const Instant at = or_now(command.canceled_at, context);
  Decided succeeded{at, CancelSucceeded{cancel.terms, command.transaction_key, at, command.evidence}};
  if (cancel.is_in_doubt()) return just(at, std::move(succeeded.body));
  if (cancel.state == CancelState::succeeded) return nothing_to_do();

  // It had failed, and its amount was free again. Book it where it still fits; a person looks either way.
  const Approval* approval = payment.find(cancel.terms.approval);
  WJ_ASSERT(approval != nullptr);
  const std::string code = "late_cancel_after_failure";
  const std::string detail = "The provider reports success for cancel " + cancel.terms.cancel.text() +
                             ", which it had refused before.";
  const auto left = sub(approval->cancellable(), cancel.terms.parts);
  const bool paid =
      payment.status == PaymentStatus::done || payment.status == PaymentStatus::partial_canceled;
  if (!paid || !left || left->any_negative())
    return incident_once({*approval, cancel.terms.cancel}, code, detail, context);
  std::vector<Decided> events;
  events.push_back(std::move(succeeded));
  events.push_back(incident({*approval, cancel.terms.cancel}, code, detail, context));
  return events;
}

Decision settle_cancel_declined(const Payment& payment, const Cancel& cancel, const SettleCancel& command,
                                const DecideContext& context) {
  if (cancel.state == CancelState::failed) return nothing_to_do();
  // The resolver took over meanwhile and may have sent the cancel itself, under the same reference.
  if (command.never_sent && cancel.state != CancelState::requested) return nothing_to_do();
  if (cancel.state == CancelState::succeeded) {
    const Approval* approval = payment.find(cancel.terms.approval);
    WJ_ASSERT(approval != nullptr);
    return incident_once({*approval, cancel.terms.cancel}, "cancel_failed_after_success",
                         "The provider reports a failure for cancel " + cancel.terms.cancel.text() +
                             ", which it had confirmed before.",
                         context);
  }
  return just(context.now,
              CancelFailed{cancel.terms, command.failure_code, command.failure_message, command.evidence});
}

}  // namespace

Decision decide_one(const Payment& payment, const SettleApproval& command, DecideContext context) {
  const Approval* approval = payment.find(command.approval);
  if (approval == nullptr) return refuse_unknown_approval(command.approval);
  switch (command.outcome) {
    case OutcomeKind::approved:
      return settle_approved(payment, *approval, command, context);
    case OutcomeKind::declined:
      return settle_declined(*approval, command, context);
    case OutcomeKind::unknown:
      break;
  }
  if (approval->state != ApprovalState::requested) return nothing_to_do();
  return just(context.now, ApprovalUnknown{command.approval, command.why});
}

Decision decide_one(const Payment& payment, const SettleCancel& command, DecideContext context) {
  const Cancel* cancel = payment.find(command.cancel);
  if (cancel == nullptr) return refuse_unknown_cancel(command.cancel);
  switch (command.outcome) {
    case OutcomeKind::approved:
      return settle_cancel_approved(payment, *cancel, command, context);
    case OutcomeKind::declined:
      return settle_cancel_declined(payment, *cancel, command, context);
    case OutcomeKind::unknown:
      break;
  }
  if (cancel->state != CancelState::requested) return nothing_to_do();
  return just(context.now, CancelUnknown{command.cancel, cancel->terms.approval, command.why});
}

bool is_over(PaymentStatus status) {
  switch (status) {
    case PaymentStatus::canceled:
    case PaymentStatus::aborted:
    case PaymentStatus::expired:
      return true;
    case PaymentStatus::none:
    case PaymentStatus::ready:
    case PaymentStatus::in_progress:
    case PaymentStatus::waiting_for_deposit:
    case PaymentStatus::done:
    case PaymentStatus::partial_canceled:
      break;
  }
  return false;
}

bool can_be_network_canceled(const Payment& payment, const Approval& approval) {
  const bool no_outcome =
      approval.state == ApprovalState::requested || approval.state == ApprovalState::unknown;
  const bool something_left = approval.cancellable() != TaxParts{};
  return no_outcome || (something_left && is_over(payment.status));
}

}  // namespace wonjang
