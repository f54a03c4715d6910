#include "engine/serving/facts.h"

namespace wonjang::serving {
namespace {

std::int64_t total_of(const TaxParts& parts) { return parts.total().value_or(0); }

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

// Is this approval's money out, as far as the payment knows? One that is being reversed still counts until
// the reversal is confirmed.
bool is_taken(const Approval* approval) {
  if (approval == nullptr || approval->approved_at.is_zero()) return false;
  return approval->is_live() || approval->state == ApprovalState::reversing;
}

Instant first_of(Instant at, Instant otherwise) { return at.is_zero() ? otherwise : at; }

// Which approval's money an event moves, if any.
struct ApprovalMovedBy {
  std::optional<ApprovalId> operator()(const ApprovalApproved& body) const { return body.terms.approval; }
  std::optional<ApprovalId> operator()(const DepositConfirmed& body) const { return body.approval; }
  std::optional<ApprovalId> operator()(const DepositReversed& body) const { return body.approval; }
  std::optional<ApprovalId> operator()(const NetworkCancelConfirmed& body) const { return body.approval; }
  std::optional<ApprovalId> operator()(const CancelSucceeded& body) const { return body.terms.approval; }
  template <typename Other>
  std::optional<ApprovalId> operator()(const Other&) const {
    return std::nullopt;
  }
};

// What is special about the movement that each kind of event makes; the rest comes from the payment.
struct Movement {
  const Event& event;
  const Approval& approval;
  Transaction& out;

  void operator()(const ApprovalApproved& body) const {
    fill(TransactionKind::approval, body.approved_at, total_of(body.terms.parts));
    out.number = body.approve_no;
  }
  void operator()(const DepositConfirmed& body) const {
    fill(TransactionKind::approval, body.deposited_at, body.amount);
  }
  void operator()(const DepositReversed& body) const {
    fill(TransactionKind::reversal, body.reversed_at, body.amount);
  }
  void operator()(const NetworkCancelConfirmed&) const {
    fill(TransactionKind::reversal, event.occurred_at, approval.amount());
  }
  void operator()(const CancelSucceeded& body) const {
    fill(TransactionKind::cancel, body.canceled_at, total_of(body.terms.parts));
    out.cancel = body.terms.cancel;
    out.number = body.transaction_key;
  }
  template <typename Other>
  void operator()(const Other&) const {}

 private:
  void fill(TransactionKind kind, Instant at, std::int64_t amount) const {
    out.kind = kind;
    out.at = first_of(at, event.occurred_at);
    out.amount = amount;
  }
};

}  // namespace

std::string_view code_of(TransactionKind kind) {
  switch (kind) {
    case TransactionKind::approval:
      return "APPROVAL";
    case TransactionKind::cancel:
      return "CANCEL";
    case TransactionKind::reversal:
      return "REVERSAL";
  }
  return "UNKNOWN";
}

const Approval* leading_approval(const Payment& payment) {
  for (const auto& approval : payment.approvals) {
    if (approval.is_held()) return &approval;
  }
  return payment.approvals.empty() ? nullptr : &payment.approvals.back();
}

std::string_view issuer_of(const MethodDetail& detail) { return std::visit(IssuerOf(), detail); }

Instant time_of(const Payment& payment) { return first_of(payment.terms.requested_at, payment.created_at); }

PaymentFacts facts_of(const Payment& payment, MerchantNo merchant, std::string_view organisation) {
  PaymentFacts out;
  out.merchant = merchant;
  out.organisation = organisation;
  if (const Approval* leading = leading_approval(payment)) {
    out.method = static_cast<std::uint8_t>(method_of(leading->terms.method));
    out.issuer = issuer_of(leading->terms.method);
  }
  out.status = payment.status;
  out.channel = payment.terms.channel;
  out.currency = payment.currency.code();
  out.at = time_of(payment);
  out.amount = payment.total;
  out.gross = payment.live_approved();
  for (const auto& approval : payment.approvals) {
    if (approval.is_live()) out.canceled += total_of(approval.canceled);
  }
  return out;
}

bool money_was_out(const Payment& before, const EventBody& body) {
  const auto approval = std::visit(ApprovalMovedBy(), body);
  return approval && is_taken(before.find(*approval));
}

std::optional<Transaction> transaction_of(const Event& event, bool was_out, const Payment& after) {
  const auto id = std::visit(ApprovalMovedBy(), event.body);
  if (!id) return std::nullopt;
  const bool brings_in = std::holds_alternative<ApprovalApproved>(event.body) ||
                         std::holds_alternative<DepositConfirmed>(event.body);
  const Approval* approval = after.find(*id);
  if (approval == nullptr || brings_in == was_out) return std::nullopt;
  Transaction out;
  std::visit(Movement{event, *approval, out}, event.body);
  out.payment = after.id;
  out.version = event.version;
  out.approval = *id;
  out.method = method_of(approval->terms.method);
  out.issuer = issuer_of(approval->terms.method);
  out.channel = after.terms.channel;
  out.currency = after.currency.code();
  out.order_id = after.order_id;
  out.balance_after = after.balance;
  out.payment_at = time_of(after);
  return out;
}

TransactionFacts facts_of(const Transaction& transaction, MerchantNo merchant,
                          std::string_view organisation) {
  TransactionFacts out;
  out.merchant = merchant;
  out.organisation = organisation;
  out.kind = transaction.kind;
  out.method = static_cast<std::uint8_t>(transaction.method);
  out.issuer = transaction.issuer;
  out.channel = transaction.channel;
  out.currency = transaction.currency;
  out.at = transaction.at;
  out.amount = transaction.amount;
  return out;
}

}  // namespace wonjang::serving
