#include "engine/ledger/pursuit.h"

#include <algorithm>
#include <utility>

namespace wonjang {
namespace {

Money money_of(const Payment& payment, const TaxParts& parts) {
  return {parts.total().value_or(0), payment.currency};
}

// The question that was asked and what came of it, as evidence.
RecordAnswer evidence(const Approval& approval, CancelId cancel, Question question, ProviderAnswer answer,
                      Instant now, Instant next, std::uint32_t attempt, std::string text) {
  RecordAnswer out;
  out.asked = {approval.terms.approval, cancel, question, answer, attempt, now, next, std::move(text)};
  return out;
}

OpenIncident given_up(const Approval& approval, CancelId cancel, std::uint32_t attempts) {
  return {approval.terms.approval, cancel, "attempts_used_up",
          "the provider gave no usable answer " +
              (cancel.is_zero() ? "" : "about cancel " + cancel.text() + " ") + "in " +
              std::to_string(attempts) + " attempts; compare with its file and settle this by hand"};
}

SettleApproval approved(ApprovalId id, const InquiryAnswer& found) {
  SettleApproval out;
  out.approval = id;
  out.outcome = OutcomeKind::approved;
  out.approve_no = found.approve_no;
  out.network_txn_id = found.network_txn_id;
  out.approved_at = found.at;
  out.evidence = found.evidence;
  return out;
}

SettleApproval declined(ApprovalId id, std::string code, std::string message, std::string text) {
  SettleApproval out;
  out.approval = id;
  out.outcome = OutcomeKind::declined;
  out.failure_code = std::move(code);
  out.failure_message = std::move(message);
  out.evidence = std::move(text);
  return out;
}

SettleCancel cancel_outcome(CancelId id, const CancelAnswer& answer) {
  SettleCancel out;
  out.cancel = id;
  out.outcome = answer.canceled ? OutcomeKind::approved : OutcomeKind::declined;
  out.transaction_key = answer.transaction_key;
  out.canceled_at = answer.canceled_at;
  out.failure_code = answer.failure_code;
  out.failure_message = answer.failure_message;
  out.evidence = answer.evidence;
  return out;
}

CancelRequest cancel_request(const Payment& payment, const Cancel& cancel, Instant deadline) {
  return {cancel.terms.cancel.text(), cancel.terms.approval.text(), money_of(payment, cancel.terms.parts),
          cancel.reason, deadline};
}

// One approval or cancel on its way through one round.
class Round {
 public:
  Round(const Payment& payment, const Clock& clock, Acquirer* acquirer, const PursuitPolicy& policy, Rng& rng,
        std::vector<PaymentCommand>& out)
      : payment_(payment), clock_(clock), acquirer_(acquirer), policy_(policy), rng_(rng), out_(out) {}

  bool has_asked() const { return has_asked_; }

  void approval(const Approval& approval) {
    switch (approval.state) {
      case ApprovalState::requested:
        mark_unknown(approval);
        return;
      case ApprovalState::unknown:
        if (acquirer_ == nullptr) return postpone(approval, CancelId(), approval.pursuit);
        return inquire(approval);
      case ApprovalState::reversing:
        if (acquirer_ == nullptr) return postpone(approval, CancelId(), approval.pursuit);
        return network_cancel(approval);
      case ApprovalState::waiting:
      case ApprovalState::approved:
      case ApprovalState::declined:
      case ApprovalState::reversed:
        return;
    }
  }

  void cancel(const Cancel& cancel) {
    if (cancel.state == CancelState::requested) {
      SettleCancel lost;
      lost.cancel = cancel.terms.cancel;
      lost.why = "no outcome was recorded in time";
      out_.emplace_back(std::move(lost));
      return;
    }
    if (cancel.state != CancelState::unknown) return;
    if (acquirer_ == nullptr) {
      return postpone(*payment_.find(cancel.terms.approval), cancel.terms.cancel, cancel.pursuit);
    }
    inquire(cancel);
  }

 private:
  static std::uint32_t attempts_of(const std::optional<Pursuit>& pursuit) {
    return pursuit ? pursuit->attempts : 0;
  }

  // The process that made the intent may have died before or after its call.
  void mark_unknown(const Approval& approval) {
    SettleApproval lost;
    lost.approval = approval.terms.approval;
    lost.why = "no outcome was recorded in time";
    out_.emplace_back(std::move(lost));
  }

  // Nobody can be asked, and nobody gives up for that reason: others come first, and the item stays in the
  // in-doubt list.
  void postpone(const Approval& approval, CancelId cancel, const std::optional<Pursuit>& pursuit) {
    const bool reverses = approval.state == ApprovalState::reversing;
    const auto question = !cancel.is_zero() ? Question::inquire_cancel
                          : reverses        ? Question::network_cancel
                                            : Question::inquire_approval;
    const auto now = clock_.now();
    out_.emplace_back(evidence(approval, cancel, question, ProviderAnswer::no_answer, now,
                               now.plus_ms(policy_.delay_ms_max), attempts_of(pursuit),
                               "provider " + approval.terms.provider + " isn't configured"));
  }

  void inquire(const Approval& approval) {
    const auto attempt = attempts_of(approval.pursuit) + 1;
    const auto id = approval.terms.approval;
    auto found = acquirer_->inquire(id.text(), deadline());
    const auto answer = found ? found->answer : ProviderAnswer::no_answer;
    note(approval, CancelId(), Question::inquire_approval, answer, attempt,
         found ? found->evidence : found.error().message);
    if (answer == ProviderAnswer::approved && policy_.confirm_late_success) {
      out_.emplace_back(approved(id, *found));
    } else if (answer == ProviderAnswer::declined) {
      out_.emplace_back(declined(id, found->failure_code, found->failure_message, found->evidence));
    } else if (answer == ProviderAnswer::approved || answer == ProviderAnswer::canceled ||
               attempt >= policy_.inquiries_before_cancel) {
      out_.emplace_back(BeginNetworkCancel{
          id, "inquiry " + std::to_string(attempt) + " said " + std::string(code_of(answer))});
    }
  }

  void network_cancel(const Approval& approval) {
    const auto attempt = attempts_of(approval.pursuit) + 1;
    auto answer = acquirer_->network_cancel(approval.terms.approval.text(), deadline());
    if (answer && answer->result != NetworkCancelResult::unknown) {
      const bool known = answer->result == NetworkCancelResult::canceled;
      note(approval, CancelId(), Question::network_cancel,
           known ? ProviderAnswer::canceled : ProviderAnswer::not_found, attempt, answer->evidence);
      out_.emplace_back(SettleNetworkCancel{approval.terms.approval, answer->result, answer->evidence});
      return;
    }
    note(approval, CancelId(), Question::network_cancel, ProviderAnswer::no_answer, attempt,
         answer ? answer->evidence : answer.error().message);
    if (attempt >= policy_.attempts_max) out_.emplace_back(given_up(approval, CancelId(), attempt));
  }

  void inquire(const Cancel& cancel) {
    const auto* approval = payment_.find(cancel.terms.approval);
    const auto id = cancel.terms.cancel;
    const auto attempt = attempts_of(cancel.pursuit) + 1;
    auto found = acquirer_->inquire(id.text(), deadline());
    const auto answer = found ? found->answer : ProviderAnswer::no_answer;
    note(*approval, id, Question::inquire_cancel, answer, attempt,
         found ? found->evidence : found.error().message);
    if (answer == ProviderAnswer::canceled || answer == ProviderAnswer::approved) {
      SettleCancel done;
      done.cancel = id;
      done.outcome = OutcomeKind::approved;
      done.transaction_key = found->network_txn_id;
      done.canceled_at = found->at;
      done.evidence = found->evidence;
      out_.emplace_back(std::move(done));
    } else if (answer == ProviderAnswer::declined) {
      SettleCancel no;
      no.cancel = id;
      no.outcome = OutcomeKind::declined;
      no.failure_code = found->failure_code;
      no.failure_message = found->failure_message;
      no.evidence = found->evidence;
      out_.emplace_back(std::move(no));
    } else if (answer == ProviderAnswer::not_found) {
      send_again(*approval, cancel, attempt);
    } else if (attempt >= policy_.attempts_max) {
      out_.emplace_back(given_up(*approval, id, attempt));
    }
  }

  // Under the same reference, so that the provider books it at most once.
  void send_again(const Approval& approval, const Cancel& cancel, std::uint32_t attempt) {
    auto answer = acquirer_->cancel(cancel_request(payment_, cancel, deadline()));
    if (answer) {
      note(approval, cancel.terms.cancel, Question::cancel,
           answer->canceled ? ProviderAnswer::canceled : ProviderAnswer::declined, attempt, answer->evidence);
      out_.emplace_back(cancel_outcome(cancel.terms.cancel, *answer));
      return;
    }
    note(approval, cancel.terms.cancel, Question::cancel, ProviderAnswer::no_answer, attempt,
         answer.error().message);
    if (attempt >= policy_.attempts_max) out_.emplace_back(given_up(approval, cancel.terms.cancel, attempt));
  }

  void note(const Approval& approval, CancelId cancel, Question question, ProviderAnswer answer,
            std::uint32_t attempt, std::string text) {
    out_.emplace_back(evidence(approval, cancel, question, answer, asked_at_,
                               next_attempt(clock_.now(), attempt, policy_, rng_), attempt, std::move(text)));
  }

  // Of a question that begins now: what the one before it took is not its fault.
  Instant deadline() {
    has_asked_ = true;
    asked_at_ = clock_.now();
    return asked_at_.plus_ms(policy_.call_timeout_ms);
  }

  const Payment& payment_;
  const Clock& clock_;
  Instant asked_at_;
  bool has_asked_ = false;
  Acquirer* const acquirer_;  // null: not configured
  const PursuitPolicy& policy_;
  Rng& rng_;
  std::vector<PaymentCommand>& out_;
};

bool is_due(const std::optional<Pursuit>& pursuit, Instant now, const PursuitPolicy& policy) {
  if (!pursuit) return true;
  const bool clock_went_back = pursuit->next_attempt_at > now.plus_ms(policy.wait_ms_max());
  return !pursuit->gave_up && (pursuit->next_attempt_at <= now || clock_went_back);
}

struct DueItem {
  Instant since;
  const Approval* about;
  const Cancel* cancel;  // null: the approval itself
};

// Those that have waited longest come first, so that one provider's silence keeps no other's item waiting for
// ever.
std::vector<DueItem> due_items(const Payment& payment, Instant now, const PursuitPolicy& policy) {
  std::vector<DueItem> out;
  const auto since = [](const std::optional<Pursuit>& pursuit) {
    return pursuit ? pursuit->next_attempt_at : Instant{};
  };
  for (const auto& approval : payment.approvals) {
    if (!approval.is_in_doubt() || !is_due(approval.pursuit, now, policy)) continue;
    out.push_back({since(approval.pursuit), &approval, nullptr});
  }
  for (const auto& cancel : payment.cancels) {
    if (!cancel.is_in_doubt() || !is_due(cancel.pursuit, now, policy)) continue;
    const auto* approval = payment.find(cancel.terms.approval);
    if (approval != nullptr) out.push_back({since(cancel.pursuit), approval, &cancel});
  }
  std::ranges::stable_sort(out, {}, &DueItem::since);
  return out;
}

}  // namespace

SettleApproval ask_approval(const Payment& payment, const Approval& approval, Acquirer& acquirer) {
  const auto id = approval.terms.approval;
  const Instant deadline = approval.pursuit ? approval.pursuit->next_attempt_at : Instant{};
  auto answer = acquirer.approve({id.text(), payment.merchant.text(), payment.order_id,
                                  money_of(payment, approval.terms.parts), approval.terms.method, deadline});
  if (!answer) {
    if (answer.error().kind == ErrorKind::unavailable) {  // never sent: it did not happen
      return declined(id, "PROVIDER_UNAVAILABLE", "the provider couldn't be reached; nothing was charged",
                      answer.error().message);
    }
    SettleApproval unknown;
    unknown.approval = id;
    unknown.why = answer.error().message;
    return unknown;
  }
  if (!answer->approved) return declined(id, answer->failure_code, answer->failure_message, answer->evidence);
  SettleApproval out;
  out.approval = id;
  out.outcome = OutcomeKind::approved;
  out.approve_no = answer->approve_no;
  out.network_txn_id = answer->network_txn_id;
  out.approved_at = answer->approved_at;
  out.evidence = answer->evidence;
  return out;
}

SettleCancel ask_cancel(const Payment& payment, const Cancel& cancel, Acquirer& acquirer, Instant deadline) {
  auto answer = acquirer.cancel(cancel_request(payment, cancel, deadline));
  if (answer) return cancel_outcome(cancel.terms.cancel, *answer);
  SettleCancel out;
  out.cancel = cancel.terms.cancel;
  if (answer.error().kind == ErrorKind::unavailable) {
    out.outcome = OutcomeKind::declined;
    out.never_sent = true;
    out.failure_code = "PROVIDER_UNAVAILABLE";
    out.failure_message = "the provider couldn't be reached; nothing was cancelled";
    out.evidence = answer.error().message;
  } else {
    out.why = answer.error().message;
  }
  return out;
}

std::vector<PaymentCommand> pursue(const Payment& payment, const Clock& clock, const Acquirers& acquirers,
                                   const PursuitPolicy& policy, Rng& rng) {
  std::vector<PaymentCommand> out;
  for (const auto& item : due_items(payment, clock.now(), policy)) {
    const auto acquirer = acquirers.find(item.about->terms.provider);
    Round round(payment, clock, acquirer == acquirers.end() ? nullptr : acquirer->second, policy, rng, out);
    if (item.cancel != nullptr) {
      round.cancel(*item.cancel);
    } else {
      round.approval(*item.about);
    }
    if (round.has_asked()) break;
  }
  return out;
}

Instant next_attempt(Instant now, std::uint32_t attempts, const PursuitPolicy& policy, Rng& rng) {
  auto delay = policy.delay_ms_first;
  for (std::uint32_t i = 1; i < attempts && delay < policy.delay_ms_max; ++i) delay *= 2;
  delay = std::min(delay, policy.delay_ms_max);
  const auto jitter = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(delay) / 4 + 1));
  return now.plus_ms(delay + jitter);
}

}  // namespace wonjang
