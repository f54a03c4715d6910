#include "app/api/json/payment_json.h"

#include "app/api/json/method_json.h"

namespace wonjang {
namespace {

// APPROVED, DECLINED, UNKNOWN: what a reader of results needs; `state` says it finely.
std::string_view result_of(ApprovalState state) {
  switch (state) {
    case ApprovalState::requested:
    case ApprovalState::unknown:
    case ApprovalState::reversing:
      return "UNKNOWN";
    case ApprovalState::waiting:
      return "WAITING";
    case ApprovalState::approved:
      return "APPROVED";
    case ApprovalState::declined:
      return "DECLINED";
    case ApprovalState::reversed:
      return "REVERSED";
  }
  return "UNKNOWN";
}

void put_pursuit(JsonWriter& w, const std::optional<Pursuit>& pursuit) {
  if (!pursuit) return;
  w.begin_object("pursuit");
  w.number("attempts", pursuit->attempts).instant_if("nextAttemptAt", pursuit->next_attempt_at);
  w.flag_if("gaveUp", pursuit->gave_up);
  w.end_object();
}

void put_approval(JsonWriter& w, const Approval& approval) {
  w.begin_object();
  put_approval_terms(w, approval.terms);
  w.text("state", code_of(approval.state)).text("result", result_of(approval.state));
  w.text_if("approveNo", approval.approve_no).text_if("networkTxnId", approval.network_txn_id);
  w.instant_if("requestedAt", approval.requested_at).instant_if("approvedAt", approval.approved_at);
  w.instant_if("receivedAt", approval.received_at);
  w.text_if("failureCode", approval.failure_code).text_if("failureMessage", approval.failure_message);
  const auto left = approval.is_live() ? approval.cancellable().total() : std::nullopt;
  w.number("cancellableAmount", left.value_or(0));
  if (approval.acquisition != AcquisitionState::none) w.text("acquireStatus", code_of(approval.acquisition));
  w.instant_if("acquiredAt", approval.acquired_at).text_if("slipNo", approval.slip_no);
  w.text_if("acquireBatchId", approval.acquire_batch_id);
  w.instant_if("depositedAt", approval.deposited_at).number_if("depositedAmount", approval.deposited_amount);
  put_pursuit(w, approval.pursuit);
  w.end_object();
}

void put_cancel(JsonWriter& w, const Cancel& cancel) {
  w.begin_object();
  put_cancel_terms(w, cancel.terms);
  w.text("status", code_of(cancel.state)).text_if("transactionKey", cancel.transaction_key);
  w.text_if("reason", cancel.reason).instant_if("canceledAt", cancel.canceled_at);
  if (cancel.state == CancelState::succeeded) w.number("balanceAfter", cancel.balance_after);
  w.text_if("failureCode", cancel.failure_code).text_if("failureMessage", cancel.failure_message);
  put_pursuit(w, cancel.pursuit);
  w.end_object();
}

// What the parts are now: originals minus succeeded cancels.
TaxParts current_parts(const Payment& payment) {
  TaxParts parts = payment.terms.parts;
  for (const auto& approval : payment.approvals) parts = sub(parts, approval.canceled).value_or(parts);
  return payment.balance == 0 ? TaxParts{} : parts;
}

// The newest transaction: a cancel's key, else the id of the newest approval.
void put_last_transaction(JsonWriter& w, const Payment& payment) {
  for (auto cancel = payment.cancels.rbegin(); cancel != payment.cancels.rend(); ++cancel) {
    if (cancel->state != CancelState::succeeded) continue;
    if (cancel->transaction_key.empty()) {
      w.id("lastTransactionKey", cancel->terms.cancel);
    } else {
      w.text("lastTransactionKey", cancel->transaction_key);
    }
    return;
  }
  for (auto approval = payment.approvals.rbegin(); approval != payment.approvals.rend(); ++approval) {
    if (approval->is_live()) {
      w.id("lastTransactionKey", approval->terms.approval);
      return;
    }
  }
}

void put_totals(JsonWriter& w, const Payment& payment) {
  w.text("currency", payment.currency.code()).number("totalAmount", payment.total);
  w.number("balanceAmount", payment.balance).number("cancellableAmount", payment.cancellable());
  const auto& parts = payment.terms.parts;
  w.number("suppliedAmount", parts.supply).number("vat", parts.vat);
  w.number("taxFreeAmount", parts.tax_free).number("taxExemptionAmount", parts.tax_exempt);
  if (payment.balance == payment.total) return;
  w.begin_object("balance");
  put_amounts(w, "amount", current_parts(payment));
  w.end_object();
}

}  // namespace

void append_payment_json(std::string& out, const Payment& payment) {
  out.reserve(out.size() + 1024 + payment.approvals.size() * 512 + payment.cancels.size() * 512);
  JsonWriter w(out);
  w.begin_object();
  w.id("id", payment.id).id("merchantId", payment.merchant).text("orderId", payment.order_id);
  w.text_if("orderName", payment.terms.order_name).text("status", code_of(payment.status));
  put_totals(w, payment);
  put_payment_terms(w, payment.terms);
  w.instant("createdAt", payment.created_at).instant("updatedAt", payment.updated_at);
  w.instant_if("approvedAt", payment.approved_at);
  put_last_transaction(w, payment);
  w.flag("inDoubt", payment.in_doubt())
      .number("version", payment.version)
      .number_if("incidents", payment.incidents);
  w.begin_array("approvals");
  for (const auto& approval : payment.approvals) put_approval(w, approval);
  w.end_array();
  w.begin_array("cancels");
  for (const auto& cancel : payment.cancels) put_cancel(w, cancel);
  w.end_array();
  w.end_object();
}

void append_merchant_json(std::string& out, const Merchant& merchant) {
  JsonWriter w(out);
  w.begin_object();
  w.id("id", merchant.id).text("code", merchant.code).text("name", merchant.name);
  w.text_if("organisation", merchant.organisation);
  w.text("status", merchant.closed ? "CLOSED" : "OPEN");
  put_metadata(w, merchant.metadata);
  w.instant_if("createdAt", merchant.created_at);
  w.end_object();
}

void append_api_key_json(std::string& out, const ApiKey& key, Instant now) {
  const bool is_over = !key.expires_at.is_zero() && key.expires_at <= now;
  const auto* status = key.revoked ? "REVOKED" : is_over ? "EXPIRED" : "ACTIVE";
  JsonWriter w(out);
  w.begin_object();
  w.id("id", key.id).id_if("merchantId", key.merchant);
  w.begin_array("scopes");
  std::string_view rest = key.scopes;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    w.element(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  w.end_array();
  w.text_if("label", key.label).text("status", status);
  w.id_if("createdBy", key.created_by);
  w.instant_if("createdAt", key.created_at).instant_if("expiresAt", key.expires_at);
  w.end_object();
}

}  // namespace wonjang
