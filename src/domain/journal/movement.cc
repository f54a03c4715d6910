#include "domain/journal/movement.h"

#include <algorithm>

#include "base/assert.h"
#include "domain/money_move.h"

namespace wonjang::journal {
namespace {

using settlement::LineKind;
using Moved = std::optional<Movement>;

// As issuer_of of the serving views, which domain/ doesn't see; a test holds both together.
struct IssuerOf {
  std::string_view operator()(const CardDetail& d) const { return d.issuer_code; }
  std::string_view operator()(const VirtualAccountDetail& d) const { return d.bank_code; }
  std::string_view operator()(const TransferDetail& d) const { return d.bank_code; }
  std::string_view operator()(const MobilePhoneDetail& d) const { return d.carrier; }
  std::string_view operator()(const GiftCertificateDetail&) const { return {}; }
  std::string_view operator()(const EasyPayDetail& d) const { return d.provider; }
  std::string_view operator()(const PointDetail& d) const { return d.issuer; }
  std::string_view operator()(const CouponDetail& d) const { return d.issuer; }
  std::string_view operator()(const DepositCupDetail& d) const { return d.issuer; }
};

// The card that is charged, also behind an easy pay.
const CardDetail* card_of(const MethodDetail& method) {
  if (const auto* card = std::get_if<CardDetail>(&method)) return card;
  const auto* easy_pay = std::get_if<EasyPayDetail>(&method);
  return easy_pay != nullptr && easy_pay->card ? &*easy_pay->card : nullptr;
}

LineKind kind_of(MoneyMoveKind kind) {
  switch (kind) {
    case MoneyMoveKind::taken:
      return LineKind::approval;
    case MoneyMoveKind::canceled:
      return LineKind::cancel;
    case MoneyMoveKind::reversed:
      break;
  }
  return LineKind::reversal;
}

ApprovalMoney approval_of(const ApprovalTerms& terms) {
  ApprovalMoney out;
  out.approval = terms.approval;
  out.amount = total_of(terms.parts);
  out.method = static_cast<std::uint8_t>(method_of(terms.method));
  out.issuer = std::visit(IssuerOf(), terms.method);
  out.has_acquisition = has_acquisition(terms.method);
  if (const CardDetail* card = card_of(terms.method)) {
    out.acquirer = card->acquirer_code;
    out.card_type = card->card_type;
    out.months = card->installment_months;
    out.interest_payer = card->interest_payer;
    out.used_point = card->used_point;
    out.card_tail = card->last4;
  }
  return out;
}

struct Fold {
  PaymentMoney& money;
  const Event& event;

  Moved operator()(const PaymentCreated& body) const {
    money.merchant = event.merchant;
    money.order_id = event.order_id;
    money.sub_mall = body.sub_mall_id;
    money.currency = event.currency;
    return std::nullopt;
  }

  Moved operator()(const ApprovalApproved& body) const {
    ApprovalMoney& approval = adopt(body.terms);
    approval.approve_no = body.approve_no;
    return moved(&approval);
  }

  Moved operator()(const VirtualAccountIssued& body) const {
    adopt(body.terms);
    return std::nullopt;
  }

  Moved operator()(const DepositConfirmed& body) const { return moved(known(body.approval)); }
  Moved operator()(const DepositReversed& body) const { return moved(known(body.approval)); }
  Moved operator()(const NetworkCancelConfirmed& body) const { return moved(known(body.approval)); }
  Moved operator()(const CancelSucceeded& body) const { return moved(known(body.terms.approval)); }

  Moved operator()(const AcquisitionUpdated& body) const {
    ApprovalMoney* approval = known(body.approval);
    if (approval == nullptr) return std::nullopt;
    if (!body.slip_no.empty()) approval->slip_no = body.slip_no;
    const bool is_requested = body.state == AcquisitionState::requested;
    const bool is_completed = body.state == AcquisitionState::completed;
    // A sender that reports only the end of it: the day it was completed is the nearest that is known.
    if (is_requested || (is_completed && approval->acquired == BusinessDate{}))
      approval->acquired = business_date_of(time_or_event(body.at));
    return std::nullopt;
  }

  template <typename Other>
  Moved operator()(const Other&) const {
    return std::nullopt;
  }

 private:
  Instant time_or_event(Instant at) const { return at.is_zero() ? event.occurred_at : at; }

  ApprovalMoney* known(ApprovalId id) const {
    const auto at = std::find_if(money.approvals.begin(), money.approvals.end(),
                                 [&](const ApprovalMoney& a) { return a.approval == id; });
    return at == money.approvals.end() ? nullptr : &*at;
  }
  ApprovalMoney& adopt(const ApprovalTerms& terms) const {
    ApprovalMoney* approval = known(terms.approval);
    return approval != nullptr ? *approval : money.approvals.emplace_back(approval_of(terms));
  }

  Moved moved(ApprovalMoney* approval) const {
    if (approval == nullptr) return std::nullopt;
    const auto move = money_move(event, approval->out());
    if (!move) return std::nullopt;
    switch (move->kind) {
      case MoneyMoveKind::taken:
        approval->live_version = event.version;
        approval->amount = move->amount;
        approval->canceled = 0;
        break;
      case MoneyMoveKind::canceled:
        approval->canceled = approval->amount - move->out_after;
        break;
      case MoneyMoveKind::reversed:
        break;
    }
    approval->is_live = move->out_after > 0;
    const bool is_first = move->kind == MoneyMoveKind::taken;
    return Movement{kind_of(move->kind), approval->approval,
                    event.version,       is_first ? 0 : approval->live_version,
                    move->amount,        move->at};
  }
};

// Which approvals are being undone, as the state REVERSING of the payment says.
struct NoteUndoing {
  PaymentMoney& money;

  void operator()(const NetworkCancelRequested& body) const {
    if (!money.is_undoing(body.approval)) money.undoing.push_back(body.approval);
  }
  void operator()(const NetworkCancelConfirmed& body) const { ended(body.approval); }
  void operator()(const ApprovalUnknown& body) const { ended(body.approval); }  // a person let it stand
  void operator()(const ApprovalDeclined& body) const { ended(body.terms.approval); }
  void operator()(const DepositConfirmed& body) const { ended(body.approval); }
  void operator()(const DepositReversed& body) const { ended(body.approval); }
  void operator()(const CancelSucceeded& body) const {
    const ApprovalMoney* approval = money.find(body.terms.approval);
    if (approval != nullptr && !approval->is_live) ended(body.terms.approval);
  }
  template <typename Other>
  void operator()(const Other&) const {}

 private:
  void ended(ApprovalId approval) const { std::erase(money.undoing, approval); }
};

// What was given back whole before its slip was requested never gets one.
void note_void(PaymentMoney& money, const Movement& movement) {
  if (movement.kind == LineKind::approval) return;
  const auto at = std::find_if(money.approvals.begin(), money.approvals.end(),
                               [&](const ApprovalMoney& a) { return a.approval == movement.approval; });
  if (at == money.approvals.end() || at->is_live || !at->has_acquisition) return;
  if (at->acquired == BusinessDate{}) at->acquired = business_date_of(movement.at);
}

}  // namespace

bool PaymentMoney::is_undoing(ApprovalId approval) const {
  return std::find(undoing.begin(), undoing.end(), approval) != undoing.end();
}

const ApprovalMoney* PaymentMoney::find(ApprovalId approval) const {
  const auto at = std::find_if(approvals.begin(), approvals.end(),
                               [&](const ApprovalMoney& a) { return a.approval == approval; });
  return at == approvals.end() ? nullptr : &*at;
}

std::optional<Movement> fold(PaymentMoney& money, const Event& event) {
  WJ_ASSERT(event.version == money.version);
  const auto movement = std::visit(Fold{money, event}, event.body);
  std::visit(NoteUndoing{money}, event.body);
  if (movement) note_void(money, *movement);
  ++money.version;
  return movement;
}

settlement::Item item_of(const PaymentMoney& after, const PaymentId& payment, const Movement& movement) {
  const ApprovalMoney* const approval = after.find(movement.approval);
  WJ_ASSERT(approval != nullptr);
  settlement::Item out;
  out.key = {payment, movement.version, 0};
  out.kind = movement.kind;
  out.approval = movement.approval;
  out.of_version = movement.of_version;
  out.order_id = after.order_id;
  out.sub_mall = after.sub_mall;
  out.method = approval->method;
  out.issuer = approval->issuer;
  out.card_type = approval->card_type;
  out.months = approval->months;
  out.interest_payer = approval->interest_payer;
  out.used_point = approval->used_point;
  out.amount = movement.amount;
  out.at = movement.at;
  out.acquired = approval->acquired;
  // What comes after the slip counts from its own day.
  if (movement.kind != LineKind::approval && out.acquired != BusinessDate{})
    out.acquired = std::max(out.acquired, business_date_of(movement.at));
  out.has_acquisition = approval->has_acquisition;
  return out;
}

}  // namespace wonjang::journal
