// A person settles what the resolver gave up on. The events are those of the provider's own word, so that no
// reader has to know a second way of settling; who said so stands in their actor, reason and evidence.
#include "base/assert.h"
#include "domain/decide_parts.h"

namespace wonjang {
namespace {

std::string or_else(const std::string& text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : text;
}

// Given up, and nobody else at work on it?
template <typename Item>
bool waits_for_person(const Item& item) {
  return item.pursuit && item.pursuit->gave_up;
}

Refusal refuse_pursued(std::string_view what) {
  return refuse(
      RefusalCode::still_pursued,
      "The resolver still asks the provider about this " + std::string(what) +
          ". It becomes a person's once the attempts are used up; see GET /v1/in-doubt?waiting=person.");
}

Refusal refuse_settled(std::string_view what, std::string_view state, std::string_view next) {
  return refuse(RefusalCode::not_in_doubt, "This " + std::string(what) + " is " + std::string(state) +
                                               ", not in doubt. " + std::string(next));
}

bool says_the_same(ApprovalState state, PersonOutcome outcome) {
  switch (outcome) {
    case PersonOutcome::approved:
      return state == ApprovalState::approved || state == ApprovalState::waiting;
    case PersonOutcome::declined:
      return state == ApprovalState::declined;
    case PersonOutcome::canceled:
    case PersonOutcome::never_existed:
      return state == ApprovalState::reversed;
    case PersonOutcome::unknown:
      break;
  }
  return false;
}

bool says_the_same(CancelState state, PersonOutcome outcome) {
  if (outcome == PersonOutcome::canceled) return state == CancelState::succeeded;
  return outcome != PersonOutcome::approved && state == CancelState::failed;
}

// The reversal and its confirmation in one step: nobody asks the provider in between.
Decision undone(const Approval& approval, const SettleByPerson& command, const DecideContext& context) {
  const auto result = command.outcome == PersonOutcome::canceled ? NetworkCancelResult::canceled
                                                                 : NetworkCancelResult::never_existed;
  std::vector<Decided> events;
  if (approval.state != ApprovalState::reversing) {
    events.push_back({context.now, NetworkCancelRequested{command.approval, "settled by a person"}});
  }
  events.push_back(
      {or_now(command.at, context), NetworkCancelConfirmed{command.approval, result, command.evidence}});
  return events;
}

// The network cancel never went through and the money stays taken: the reversal is given up, and the approval
// counts after all. Its amount was kept free for it: what is in doubt leaves no room for others.
Decision kept(const Payment& payment, const Approval& approval, const SettleByPerson& command,
              const DecideContext& context) {
  if (is_over(payment.status)) {
    return refuse(
        RefusalCode::transition_not_allowed,
        "The payment is " + std::string(code_of(payment.status)) +
            ", so this approval can't count. Have the provider undo it, then settle it as CANCELED.",
        "/outcome");
  }
  const Instant at = or_now(command.at, context);
  std::vector<Decided> events;
  events.push_back(
      {context.now, ApprovalUnknown{command.approval, "it stands: a person gave up its network cancel"}});
  if (method_of(approval.terms.method) == Method::virtual_account) {
    events.push_back({at, VirtualAccountIssued{approval.terms, at}});
  } else {
    events.push_back({at, ApprovalApproved{approval.terms, or_else(command.approve_no, approval.approve_no),
                                           or_else(command.network_txn_id, approval.network_txn_id), at,
                                           command.evidence}});
  }
  return events;
}

Decision settle_approval(const Payment& payment, const SettleByPerson& command,
                         const DecideContext& context) {
  const Approval* approval = payment.find(command.approval);
  if (approval == nullptr) return refuse_unknown_approval(command.approval);
  if (says_the_same(approval->state, command.outcome)) return nothing_to_do();
  if (!approval->is_in_doubt())
    return refuse_settled("approval", code_of(approval->state), "What it became is undone by a cancel.");
  if (!waits_for_person(*approval)) return refuse_pursued("approval");
  const bool known_to_be_approved = !approval->approved_at.is_zero();
  switch (command.outcome) {
    case PersonOutcome::approved:
      if (approval->state == ApprovalState::reversing) return kept(payment, *approval, command, context);
      return decide_one(payment,
                        SettleApproval{.approval = command.approval,
                                       .outcome = OutcomeKind::approved,
                                       .approve_no = command.approve_no,
                                       .network_txn_id = command.network_txn_id,
                                       .approved_at = command.at,
                                       .failure_code = {},
                                       .failure_message = {},
                                       .why = {},
                                       .evidence = command.evidence},
                        context);
    case PersonOutcome::declined:
      if (known_to_be_approved) {
        return refuse(RefusalCode::transition_not_allowed,
                      "The provider granted this approval before. Settle it as CANCELED once it is undone.",
                      "/outcome");
      }
      return just(context.now,
                  ApprovalDeclined{approval->terms, or_else(command.failure_code, "SETTLED_BY_PERSON"),
                                   command.failure_message, command.evidence});
    case PersonOutcome::never_existed:
      if (known_to_be_approved) {
        return refuse(
            RefusalCode::transition_not_allowed,
            "The provider granted this approval before, so it existed. Settle it as CANCELED once it "
            "is undone.",
            "/outcome");
      }
      return undone(*approval, command, context);
    case PersonOutcome::canceled:
      if (auto refusal = check_not_before(payment, *approval, command.at, "/at")) return std::move(*refusal);
      return undone(*approval, command, context);
    case PersonOutcome::unknown:
      break;
  }
  return nothing_to_do();
}

Decision settle_cancel(const Payment& payment, const SettleByPerson& command, const DecideContext& context) {
  const Cancel* cancel = payment.find(command.cancel);
  if (cancel == nullptr) return refuse_unknown_cancel(command.cancel);
  if (says_the_same(cancel->state, command.outcome)) return nothing_to_do();
  if (!cancel->is_in_doubt())
    return refuse_settled("cancel", code_of(cancel->state), "Another cancel can follow where money is left.");
  if (!waits_for_person(*cancel)) return refuse_pursued("cancel");
  switch (command.outcome) {
    case PersonOutcome::canceled: {
      const Approval* approval = payment.find(cancel->terms.approval);
      WJ_ASSERT(approval != nullptr);
      if (auto refusal = check_not_before(payment, *approval, command.at, "/at")) return std::move(*refusal);
      const Instant at = or_now(command.at, context);
      return just(at, CancelSucceeded{cancel->terms, command.transaction_key, at, command.evidence});
    }
    case PersonOutcome::declined:
      return just(context.now, CancelFailed{cancel->terms, or_else(command.failure_code, "SETTLED_BY_PERSON"),
                                            command.failure_message, command.evidence});
    case PersonOutcome::never_existed:
      return just(context.now, CancelFailed{cancel->terms, or_else(command.failure_code, "NEVER_EXISTED"),
                                            command.failure_message, command.evidence});
    case PersonOutcome::approved:
      return refuse(RefusalCode::transition_not_allowed,
                    "A cancel is CANCELED, DECLINED or NEVER_EXISTED; APPROVED is said of approvals.",
                    "/outcome");
    case PersonOutcome::unknown:
      break;
  }
  return nothing_to_do();
}

}  // namespace

Decision decide_one(const Payment& payment, const SettleByPerson& command, DecideContext context) {
  if (auto refusal = check_not_future(command.at, context, "/at")) return std::move(*refusal);
  if (command.expected_version != payment.version) {
    return refuse(RefusalCode::version_mismatch,
                  "The payment has version " + std::to_string(payment.version) + ", not " +
                      std::to_string(command.expected_version) +
                      ": something happened since you looked. Look again, then decide.",
                  "/expectedVersion", payment.version);
  }
  return command.cancel.is_zero() ? settle_approval(payment, command, context)
                                  : settle_cancel(payment, command, context);
}

}  // namespace wonjang
