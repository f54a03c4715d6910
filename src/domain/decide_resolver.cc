// The resolver's commands: evidence, network cancels (망취소), and handing over to people.
#include "domain/decide_parts.h"

namespace wonjang {

Decision decide_one(const Payment& payment, const RecordAnswer& command, DecideContext context) {
  const ProviderAsked& asked = command.asked;
  if (payment.find(asked.approval) == nullptr) return refuse_unknown_approval(asked.approval);
  if (!asked.cancel.is_zero() && payment.find(asked.cancel) == nullptr) {
    return refuse_unknown_cancel(asked.cancel);
  }
  return just(or_now(asked.asked_at, context), asked);
}

Decision decide_one(const Payment& payment, const BeginNetworkCancel& command, DecideContext context) {
  const Approval* approval = payment.find(command.approval);
  if (approval == nullptr) return refuse_unknown_approval(command.approval);
  if (can_be_network_canceled(payment, *approval)) {
    return just(context.now, NetworkCancelRequested{command.approval, command.why});
  }
  switch (approval->state) {
    case ApprovalState::reversing:
    case ApprovalState::reversed:
      return nothing_to_do();
    case ApprovalState::approved:
    case ApprovalState::waiting:
      return refuse_in_status(payment, "A network cancel of a settled approval",
                              "Cancel the approval instead.");
    case ApprovalState::requested:
    case ApprovalState::unknown:
    case ApprovalState::declined:
      break;
  }
  return refuse(RefusalCode::approval_not_live,
                "Approval " + command.approval.text() + " was declined: there is nothing to undo.",
                "/approvalId");
}

Decision decide_one(const Payment& payment, const SettleNetworkCancel& command, DecideContext context) {
  const Approval* approval = payment.find(command.approval);
  if (approval == nullptr) return refuse_unknown_approval(command.approval);
  const bool settled =
      approval->state == ApprovalState::reversed || approval->state == ApprovalState::declined;
  if (settled || command.result == NetworkCancelResult::unknown) return nothing_to_do();
  if (approval->state != ApprovalState::reversing) {
    return refuse_in_status(payment, "A result of a network cancel that nobody began", "Begin it first.");
  }
  std::vector<Decided> events;
  events.push_back({context.now, NetworkCancelConfirmed{command.approval, command.result, command.evidence}});
  const bool known = !approval->approved_at.is_zero();
  if (known && command.result == NetworkCancelResult::never_existed) {
    events.push_back(
        {context.now, IncidentOpened{command.approval, CancelId(), "never_existed_after_approved",
                                     "The provider doesn't know an approval that it granted before. Compare "
                                     "with its file."}});
  }
  return events;
}

Decision decide_one(const Payment& payment, const OpenIncident& command, DecideContext context) {
  if (!command.approval.is_zero() && payment.find(command.approval) == nullptr) {
    return refuse_unknown_approval(command.approval);
  }
  if (!command.cancel.is_zero() && payment.find(command.cancel) == nullptr) {
    return refuse_unknown_cancel(command.cancel);
  }
  return just(context.now, IncidentOpened{command.approval, command.cancel, command.code, command.detail});
}

}  // namespace wonjang
