#include <algorithm>

#include "base/assert.h"
#include "domain/money_move.h"
#include "domain/payment.h"

namespace wonjang {
namespace {

bool is_paid(PaymentStatus status) {
  return status == PaymentStatus::done || status == PaymentStatus::partial_canceled;
}

void clear(std::optional<Pursuit>& pursuit) { pursuit.reset(); }

// Folds a body into the payment's children and balance; the status follows from the trigger.
struct Fold {
  Payment& payment;
  const Event& event;

  void operator()(const PaymentCreated& body) const {
    payment.id = PaymentId(event.stream);
    payment.merchant = event.merchant;
    payment.order_id = event.order_id;
    payment.currency = event.currency;
    payment.terms = body;
    payment.total = total_of(body.parts);
    payment.balance = payment.total;
    payment.created_at = event.recorded_at;
  }

  void operator()(const ApprovalRequested& body) const {
    Approval& approval = adopt(body.terms);
    approval.state = ApprovalState::requested;
    approval.requested_at = event.occurred_at;
    approval.pursuit = opened_by_this(body.deadline);
  }

  void operator()(const ApprovalApproved& body) const {
    Approval& approval = adopt(body.terms);
    approval.approve_no = body.approve_no;
    approval.network_txn_id = body.network_txn_id;
    approval.approved_at = body.approved_at;
    approval.received_at = event.recorded_at;
    // A reversal on its way goes on: the approval is known now, and still has to be undone.
    if (approval.state == ApprovalState::reversing) return;
    approval.state = ApprovalState::approved;
    clear(approval.pursuit);
    if (has_acquisition(approval.terms.method)) approval.acquisition = AcquisitionState::ready;
    if (method_of(approval.terms.method) == Method::virtual_account) {
      approval.deposited_at = body.approved_at;
      approval.deposited_amount = approval.amount();
    }
  }

  void operator()(const ApprovalDeclined& body) const {
    Approval& approval = adopt(body.terms);
    approval.state = ApprovalState::declined;
    approval.failure_code = body.failure_code;
    approval.failure_message = body.failure_message;
    approval.received_at = event.recorded_at;
    clear(approval.pursuit);
  }

  void operator()(const ApprovalUnknown& body) const {
    Approval* approval = known(body.approval);
    if (approval == nullptr) return;
    approval->state = ApprovalState::unknown;
    look_now(approval->pursuit);
  }

  void operator()(const VirtualAccountIssued& body) const {
    Approval& approval = adopt(body.terms);
    approval.requested_at = body.issued_at;
    approval.received_at = event.recorded_at;
    if (approval.state == ApprovalState::reversing) return;  // as of an approval: its reversal goes on
    approval.state = ApprovalState::waiting;
    clear(approval.pursuit);
  }

  void operator()(const DepositConfirmed& body) const {
    Approval* approval = known(body.approval);
    if (approval == nullptr) return;
    approval->state = ApprovalState::approved;
    approval->approved_at = body.deposited_at;
    approval->received_at = event.recorded_at;
    approval->deposited_at = body.deposited_at;
    approval->deposited_amount = body.amount;
    approval->deposited_by = body.depositor;
    remember(*approval, {false, body.bank_notice_id, body.deposited_at, body.amount, {}});
  }

  void operator()(const DepositReversed& body) const {
    Approval* approval = known(body.approval);
    if (approval == nullptr) return;
    const bool waits_again = body.effect == DepositReversal::to_waiting;
    approval->state = waits_again ? ApprovalState::waiting : ApprovalState::reversed;
    approval->approved_at = {};
    approval->deposited_at = {};
    approval->deposited_amount = 0;
    remember(*approval, {true, body.bank_notice_id, body.reversed_at, 0, body.effect});
  }

  void operator()(const CancelRequested& body) const {
    Approval* approval = known(body.terms.approval);
    if (approval == nullptr) return;
    Cancel& cancel = adopt(body.terms);
    cancel.state = CancelState::requested;
    cancel.pursuit = opened_by_this(body.deadline);
    approval->canceling = sum(approval->canceling, body.terms.parts);
  }

  void operator()(const CancelSucceeded& body) const {
    Approval* approval = known(body.terms.approval);
    if (approval == nullptr) return;
    Cancel& cancel = adopt(body.terms);
    if (cancel.pursuit) approval->canceling = difference(approval->canceling, body.terms.parts);
    approval->canceled = sum(approval->canceled, body.terms.parts);
    cancel.state = CancelState::succeeded;
    cancel.transaction_key = body.transaction_key;
    cancel.canceled_at = body.canceled_at;
    clear(cancel.pursuit);
    // Before the payment is paid, a cancel undoes its approval, which then never counted.
    if (is_paid(payment.status)) {
      payment.balance -= total_of(body.terms.parts);
    } else {
      approval->state = ApprovalState::reversed;
    }
  }

  void operator()(const CancelFailed& body) const {
    Approval* approval = known(body.terms.approval);
    if (approval == nullptr) return;
    Cancel& cancel = adopt(body.terms);
    if (cancel.pursuit) approval->canceling = difference(approval->canceling, body.terms.parts);
    cancel.state = CancelState::failed;
    cancel.failure_code = body.failure_code;
    cancel.failure_message = body.failure_message;
    clear(cancel.pursuit);
  }

  void operator()(const CancelUnknown& body) const {
    Cancel* cancel = known(body.cancel);
    if (cancel == nullptr) return;
    cancel->state = CancelState::unknown;
    look_now(cancel->pursuit);
  }

  void operator()(const ProviderAsked& body) const {
    if (body.cancel.is_zero()) {
      if (Approval* approval = known(body.approval)) note_answer(approval->pursuit, body);
    } else if (Cancel* cancel = known(body.cancel)) {
      note_answer(cancel->pursuit, body);
    }
  }

  void operator()(const NetworkCancelRequested& body) const {
    Approval* approval = known(body.approval);
    if (approval == nullptr) return;
    approval->state = ApprovalState::reversing;
    look_now(approval->pursuit);
  }

  void operator()(const NetworkCancelConfirmed& body) const {
    Approval* approval = known(body.approval);
    if (approval == nullptr) return;
    approval->state = ApprovalState::reversed;
    clear(approval->pursuit);
  }

  void operator()(const AcquisitionUpdated& body) const {
    Approval* approval = known(body.approval);
    if (approval == nullptr) return;
    approval->acquisition = body.state;
    if (!body.batch_id.empty()) approval->acquire_batch_id = body.batch_id;
    if (!body.slip_no.empty()) approval->slip_no = body.slip_no;
    if (body.state == AcquisitionState::completed) approval->acquired_at = body.at;
  }

  void operator()(const IncidentOpened& body) const {
    ++payment.incidents;
    if (body.approval.is_zero()) return;
    Approval* approval = known(body.approval);
    if (approval == nullptr) return;
    if (approval->incidents.size() < kIncidentsKept)
      approval->incidents.push_back(body.code + ": " + body.detail);
    if (body.code != kAttemptsUsedUp) return;
    if (body.cancel.is_zero()) {
      give_up(approval->pursuit);
    } else if (Cancel* cancel = known(body.cancel)) {
      give_up(cancel->pursuit);
    }
  }

  void operator()(const PaymentAuthenticated&) const {}
  void operator()(const PaymentExpired&) const {}
  void operator()(const PaymentFailed&) const {}
  void operator()(const CommandRefused&) const {}
  void operator()(const CommandNoted&) const {}
  // Events of a registry and of the house have no place in a payment's stream.
  void operator()(const MerchantRegistered&) const { ++payment.contradictions; }
  void operator()(const MerchantClosed&) const { ++payment.contradictions; }
  void operator()(const ApiKeyCreated&) const { ++payment.contradictions; }
  void operator()(const ApiKeyRevoked&) const { ++payment.contradictions; }
  template <HouseEvent Body>
  void operator()(const Body&) const {
    ++payment.contradictions;
  }

 private:
  Approval* known(ApprovalId id) const {
    for (auto& approval : payment.approvals) {
      if (approval.terms.approval == id) return &approval;
    }
    ++payment.contradictions;
    return nullptr;
  }
  Cancel* known(CancelId id) const {
    const auto at = std::find_if(payment.cancels.rbegin(), payment.cancels.rend(),
                                 [&](const Cancel& c) { return c.terms.cancel == id; });
    if (at != payment.cancels.rend()) return &*at;
    ++payment.contradictions;
    return nullptr;
  }

  // The approval or cancel with these terms, new when this is its first event.
  Approval& adopt(const ApprovalTerms& terms) const {
    for (auto& approval : payment.approvals) {
      if (approval.terms.approval == terms.approval) return approval;
    }
    Approval& approval = payment.approvals.emplace_back();
    approval.terms = terms;
    return approval;
  }
  Cancel& adopt(const CancelTerms& terms) const {
    for (auto at = payment.cancels.rbegin(); at != payment.cancels.rend(); ++at) {
      if (at->terms.cancel == terms.cancel) return *at;
    }
    Cancel& cancel = payment.cancels.emplace_back();
    cancel.terms = terms;
    cancel.reason = event.reason;
    return cancel;
  }

  Pursuit opened_by_this(Instant deadline) const {
    Pursuit pursuit;
    // Without a deadline somebody looks at once.
    pursuit.next_attempt_at = deadline.is_zero() ? event.recorded_at : deadline;
    pursuit.idempotency_key = event.idempotency_key;
    pursuit.tenant = event.actor.id;
    return pursuit;
  }
  void look_now(std::optional<Pursuit>& pursuit) const {
    if (!pursuit) pursuit.emplace();
    // By our clock, which the resolver goes by: recorded_at never goes back, and may run ahead of it for
    // hours.
    pursuit->next_attempt_at = event.occurred_at;
    pursuit->gave_up = false;
  }
  static void give_up(std::optional<Pursuit>& pursuit) {
    if (pursuit) pursuit->gave_up = true;
  }
  static void note_answer(std::optional<Pursuit>& pursuit, const ProviderAsked& asked) {
    if (!pursuit) return;                                            // settled meanwhile: evidence only
    pursuit->attempts = std::max(pursuit->attempts, asked.attempt);  // unchanged when nobody could be asked
    if (pursuit->first_asked_at.is_zero()) pursuit->first_asked_at = asked.asked_at;
    pursuit->next_attempt_at = asked.next_attempt_at;
  }
  static void remember(Approval& approval, BankNotice notice) {
    if (!notice.id.empty()) approval.bank_notices.push_back(std::move(notice));
  }

  TaxParts sum(const TaxParts& a, const TaxParts& b) const { return counted(add(a, b), a); }
  TaxParts difference(const TaxParts& a, const TaxParts& b) const { return counted(sub(a, b), a); }
  TaxParts counted(const std::optional<TaxParts>& parts, const TaxParts& otherwise) const {
    if (!parts) ++payment.contradictions;
    return parts.value_or(otherwise);
  }
};

std::optional<Trigger> trigger_of_approval(const Payment& before, const ApprovalTerms& terms) {
  const Approval* known = before.find(terms.approval);
  if (known != nullptr && known->state == ApprovalState::reversing) return std::nullopt;
  switch (before.status) {  // late news moves nothing
    case PaymentStatus::aborted:
    case PaymentStatus::expired:
    case PaymentStatus::canceled:
      return std::nullopt;
    case PaymentStatus::none:
    case PaymentStatus::ready:
    case PaymentStatus::in_progress:
    case PaymentStatus::waiting_for_deposit:
    case PaymentStatus::done:
    case PaymentStatus::partial_canceled:
      break;
  }
  const std::int64_t live = before.live_approved() + total_of(terms.parts);
  return live == before.total ? Trigger::approved_in_full : Trigger::approved_in_part;
}

std::optional<Trigger> trigger_of_account(const Payment& before, const ApprovalTerms& terms) {
  const Approval* known = before.find(terms.approval);
  if (known != nullptr && known->state == ApprovalState::reversing) return std::nullopt;
  const bool late = known != nullptr && !next_status(before.status, Trigger::virtual_account_issued);
  return late ? std::nullopt : std::optional(Trigger::virtual_account_issued);
}

std::optional<Trigger> trigger_of_cancel(const Payment& before, const CancelTerms& terms) {
  if (is_paid(before.status)) {
    return before.balance > total_of(terms.parts) ? Trigger::canceled_in_part : Trigger::canceled_in_full;
  }
  if (before.status != PaymentStatus::waiting_for_deposit) return std::nullopt;
  const bool something_stays =
      std::any_of(before.approvals.begin(), before.approvals.end(), [&](const Approval& a) {
        return a.terms.approval != terms.approval && (a.is_held() || a.is_in_doubt());
      });
  return something_stays ? std::nullopt : std::optional(Trigger::canceled_before_deposit);
}

struct TriggerOf {
  const Payment& before;

  std::optional<Trigger> operator()(const PaymentCreated& body) const {
    return body.authenticated ? Trigger::created_authenticated : Trigger::created;
  }
  std::optional<Trigger> operator()(const PaymentAuthenticated&) const { return Trigger::authenticated; }
  std::optional<Trigger> operator()(const ApprovalApproved& body) const {
    return trigger_of_approval(before, body.terms);
  }
  std::optional<Trigger> operator()(const VirtualAccountIssued& body) const {
    return trigger_of_account(before, body.terms);
  }
  std::optional<Trigger> operator()(const DepositConfirmed&) const { return Trigger::deposit_confirmed; }
  std::optional<Trigger> operator()(const DepositReversed& body) const {
    return body.effect == DepositReversal::to_canceled ? Trigger::deposit_reversed_to_canceled
                                                       : Trigger::deposit_reversed_to_waiting;
  }
  std::optional<Trigger> operator()(const PaymentExpired&) const { return Trigger::expired; }
  std::optional<Trigger> operator()(const PaymentFailed&) const { return Trigger::failed; }
  std::optional<Trigger> operator()(const CancelSucceeded& body) const {
    return trigger_of_cancel(before, body.terms);
  }

  std::optional<Trigger> operator()(const ApprovalRequested&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const ApprovalDeclined&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const ApprovalUnknown&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const CancelRequested&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const CancelFailed&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const CancelUnknown&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const ProviderAsked&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const NetworkCancelRequested&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const NetworkCancelConfirmed&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const AcquisitionUpdated&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const CommandRefused&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const CommandNoted&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const IncidentOpened&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const MerchantRegistered&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const MerchantClosed&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const ApiKeyCreated&) const { return std::nullopt; }
  std::optional<Trigger> operator()(const ApiKeyRevoked&) const { return std::nullopt; }
  template <HouseEvent Body>
  std::optional<Trigger> operator()(const Body&) const {
    return std::nullopt;
  }
};

void move_money(Payment& payment, const MoneyMove& move) {
  for (auto& approval : payment.approvals) {
    if (approval.terms.approval == move.approval) approval.money_out = move.out_after;
  }
}

void move_status(Payment& payment, Trigger trigger, Instant occurred_at) {
  const auto to = next_status(payment.status, trigger);
  if (!to) {
    ++payment.contradictions;
    return;
  }
  payment.status = *to;
  if (*to == PaymentStatus::done && payment.approved_at.is_zero()) payment.approved_at = occurred_at;
  if (*to == PaymentStatus::canceled) payment.balance = 0;
}

// The writer folds an event first and notes the outcome on it; a stored one carries that note.
void compare_envelope(Payment& payment, const Event& event) {
  if (event.status_after == PaymentStatus::none) return;
  const bool agrees = event.status_after == payment.status && event.balance_after == payment.balance;
  if (!agrees) ++payment.contradictions;
}

}  // namespace

std::optional<Trigger> trigger_of(const Payment& before, const EventBody& body) {
  return std::visit(TriggerOf{before}, body);
}

void evolve(Payment& payment, const Event& event) {
  WJ_ASSERT(event.version == payment.version);
  const auto trigger = trigger_of(payment, event.body);
  const auto money = money_move(payment, event);
  std::visit(Fold{payment, event}, event.body);
  if (money) move_money(payment, *money);
  if (trigger) move_status(payment, *trigger, event.occurred_at);
  if (const auto* body = std::get_if<CancelSucceeded>(&event.body);
      body != nullptr && !payment.cancels.empty()) {
    for (auto& cancel : payment.cancels) {
      if (cancel.terms.cancel == body->terms.cancel) cancel.balance_after = payment.balance;
    }
  }
  ++payment.version;
  payment.updated_at = event.recorded_at;
  compare_envelope(payment, event);
}

}  // namespace wonjang
