#include "app/api/json/method_json.h"

#include "app/api/json/parse_method.h"

namespace wonjang {
namespace {

struct PutDetail {
  JsonWriter& w;

  void operator()(const CardDetail& d) const {
    w.text_if("issuerCode", d.issuer_code).text_if("acquirerCode", d.acquirer_code);
    w.text_if("bin", d.bin).text_if("last4", d.last4);
    if (d.card_type != CardType::unknown) w.text("cardType", code_of(d.card_type));
    if (d.owner_type != OwnerType::unknown) w.text("ownerType", code_of(d.owner_type));
    w.number("installmentMonths", d.installment_months).flag("isInterestFree", d.is_interest_free);
    if (d.interest_payer != InterestPayer::none) w.text("interestPayer", code_of(d.interest_payer));
    w.number_if("usedPoint", d.used_point).number_if("instantDiscount", d.instant_discount);
    w.text_if("cardToken", d.card_token).text_if("threeDS", d.three_ds);
  }
  void operator()(const VirtualAccountDetail& d) const {
    w.text_if("bankCode", d.bank_code).text_if("accountNoToken", d.account_no_token);
    if (d.account_type != AccountType::unknown) w.text("accountType", code_of(d.account_type));
    w.text_if("holder", d.holder).text_if("depositor", d.depositor).instant_if("dueAt", d.due_at);
    w.text_if("refundAccountToken", d.refund_account_token);
  }
  void operator()(const TransferDetail& d) const {
    w.text_if("bankCode", d.bank_code)
        .text_if("accountToken", d.account_token)
        .text_if("transferType", d.transfer_type);
  }
  void operator()(const MobilePhoneDetail& d) const {
    w.text_if("carrier", d.carrier).text_if("phoneToken", d.phone_token);
    w.text_if("billingMonth", d.billing_month).flag("collected", d.collected);
  }
  void operator()(const GiftCertificateDetail& d) const { w.text("kind", code_of(d.kind)); }
  void operator()(const EasyPayDetail& d) const {
    w.text_if("provider", d.provider);
    if (d.funded_by != FundedBy::unknown) w.text("fundedBy", code_of(d.funded_by));
    w.number("amount", d.amount).number("discountAmount", d.discount_amount);
    if (!d.card) return;
    w.begin_object("card");
    (*this)(*d.card);
    w.end_object();
  }
  void operator()(const PointDetail& d) const { w.text_if("issuer", d.issuer); }
  void operator()(const CouponDetail& d) const { w.text_if("issuer", d.issuer); }
  void operator()(const DepositCupDetail& d) const { w.text_if("issuer", d.issuer); }
};

}  // namespace

void put_amounts(JsonWriter& w, std::string_view total_name, const TaxParts& parts) {
  w.number(total_name, parts.total().value_or(0));
  w.number("suppliedAmount", parts.supply).number("vat", parts.vat);
  w.number("taxFreeAmount", parts.tax_free).number("taxExemptionAmount", parts.tax_exempt);
}

void put_method(JsonWriter& w, const MethodDetail& detail) {
  const auto method = method_of(detail);
  w.text("method", code_of(method));
  w.begin_object(block_of(method).name);
  std::visit(PutDetail{w}, detail);
  w.end_object();
}

void put_approval_terms(JsonWriter& w, const ApprovalTerms& terms) {
  w.id("approvalId", terms.approval).number("seq", terms.seq);
  put_method(w, terms.method);
  put_amounts(w, "amount", terms.parts);
  w.text_if("provider", terms.provider).text_if("pgCode", terms.pg_code).text_if("van", terms.van);
}

void put_metadata(JsonWriter& w, const Metadata& metadata) {
  if (metadata.empty()) return;
  w.begin_object("metadata");
  for (const auto& [name, value] : metadata) w.named(name, value);
  w.end_object();
}

void put_buyer(JsonWriter& w, const Buyer& buyer) {
  if (buyer.is_empty()) return;
  w.begin_object("buyer");
  w.text_if("name", buyer.name).text_if("phone", buyer.phone).text_if("email", buyer.email);
  w.end_object();
}

void put_external(JsonWriter& w, const External& external) {
  if (external == External{}) return;
  w.begin_object("external");
  w.text_if("pgName", external.pg_name).text_if("paymentKey", external.payment_key);
  w.text_if("transactionKey", external.transaction_key);
  w.end_object();
}

void put_payment_terms(JsonWriter& w, const PaymentCreated& terms) {
  w.text("type", code_of(terms.type)).text("channel", code_of(terms.channel));
  w.text_if("country", terms.country)
      .text_if("subMallId", terms.sub_mall_id)
      .text_if("storeId", terms.store_id);
  w.flag_if("useEscrow", terms.use_escrow).flag_if("cultureExpense", terms.culture_expense);
  w.flag("isPartialCancelable", terms.is_partial_cancelable);
  w.text_if("customerKey", terms.customer_key);
  put_buyer(w, terms.buyer);
  put_metadata(w, terms.metadata);
  w.instant_if("requestedAt", terms.requested_at).instant_if("expiresAt", terms.expires_at);
  put_external(w, terms.external);
  w.text_if("apiVersion", terms.api_version);
}

void put_cancel_terms(JsonWriter& w, const CancelTerms& terms) {
  w.id("cancelId", terms.cancel).id("approvalId", terms.approval).text("kind", code_of(terms.kind));
  put_amounts(w, "amount", terms.parts);
  w.number_if("easyPayDiscountAmount", terms.easy_pay_discount_amount);
  w.text_if("refundAccountToken", terms.refund_account_token);
  w.text("requester", code_of(terms.requester)).text("phase", code_of(terms.phase));
  w.instant_if("requestedAt", terms.requested_at);
}

std::string_view effect_of(DepositReversal effect) {
  switch (effect) {
    case DepositReversal::unknown:
      return "UNKNOWN";
    case DepositReversal::to_waiting:
      return "WAITING";
    case DepositReversal::to_canceled:
      return "CANCELED";
  }
  return "UNKNOWN";
}

}  // namespace wonjang
