#include "engine/serving/facts.h"

#include "base/assert.h"

namespace wonjang::serving {
namespace {

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

Instant first_of(Instant at, Instant otherwise) { return at.is_zero() ? otherwise : at; }

TransactionKind kind_of(MoneyMoveKind kind) {
  switch (kind) {
    case MoneyMoveKind::taken:
      return TransactionKind::approval;
    case MoneyMoveKind::canceled:
      return TransactionKind::cancel;
    case MoneyMoveKind::reversed:
      break;
  }
  return TransactionKind::reversal;
}

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

Transaction transaction_of(const Event& event, const MoneyMove& move, const Payment& after) {
  const Approval* approval = after.find(move.approval);
  WJ_ASSERT(approval != nullptr);
  Transaction out;
  out.kind = kind_of(move.kind);
  out.at = move.at;
  out.amount = move.amount;
  if (const auto* approved = std::get_if<ApprovalApproved>(&event.body)) out.number = approved->approve_no;
  if (const auto* cancel = std::get_if<CancelSucceeded>(&event.body)) {
    out.cancel = cancel->terms.cancel;
    out.number = cancel->transaction_key;
  }
  out.payment = after.id;
  out.version = event.version;
  out.approval = move.approval;
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
