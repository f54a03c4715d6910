#include "adapters/protobuf/plain_decode.h"

#include "adapters/protobuf/event_codec.h"
#include "adapters/protobuf/wire_reader.h"
#include "wonjang/v1/event.pb.h"

// As in event_encode.cc the order of the calls is the order of the numbers. A field that is missing here is
// read by the library, with all of its event.
namespace wonjang {
namespace {

namespace pb = wonjang::v1;

void read(WireReader& r, int field, Actor& v) {
  r.message(field, [&](WireReader& m) {
    m.code(pb::Actor::kKindFieldNumber, v.kind);
    m.text(pb::Actor::kIdFieldNumber, v.id);
  });
}

void read(WireReader& r, int field, TaxParts& v) {
  r.message(field, [&](WireReader& m) {
    m.number(pb::TaxParts::kSupplyFieldNumber, v.supply);
    m.number(pb::TaxParts::kVatFieldNumber, v.vat);
    m.number(pb::TaxParts::kTaxFreeFieldNumber, v.tax_free);
    m.number(pb::TaxParts::kTaxExemptFieldNumber, v.tax_exempt);
  });
}

void read(WireReader& r, int field, Metadata& labels) {
  while (r.has_message(field)) {
    auto& [key, value] = labels.emplace_back();
    r.message(field, [&key = key, &value = value](WireReader& m) {
      m.text(pb::Label::kKeyFieldNumber, key);
      m.text(pb::Label::kValueFieldNumber, value);
    });
  }
}

void read(WireReader& r, int field, Buyer& v) {
  r.message(field, [&](WireReader& m) {
    m.text(pb::Buyer::kNameFieldNumber, v.name);
    m.text(pb::Buyer::kPhoneFieldNumber, v.phone);
    m.text(pb::Buyer::kEmailFieldNumber, v.email);
  });
}

void read(WireReader& r, int field, External& v) {
  r.message(field, [&](WireReader& m) {
    m.text(pb::External::kPgNameFieldNumber, v.pg_name);
    m.text(pb::External::kPaymentKeyFieldNumber, v.payment_key);
    m.text(pb::External::kTransactionKeyFieldNumber, v.transaction_key);
  });
}

// ---- Methods ----

void fields(WireReader& r, CardDetail& v) {
  r.text(pb::CardDetail::kIssuerCodeFieldNumber, v.issuer_code);
  r.text(pb::CardDetail::kAcquirerCodeFieldNumber, v.acquirer_code);
  r.text(pb::CardDetail::kBinFieldNumber, v.bin);
  r.text(pb::CardDetail::kLast4FieldNumber, v.last4);
  r.code(pb::CardDetail::kCardTypeFieldNumber, v.card_type);
  r.code(pb::CardDetail::kOwnerTypeFieldNumber, v.owner_type);
  r.number(pb::CardDetail::kInstallmentMonthsFieldNumber, v.installment_months);
  r.flag(pb::CardDetail::kIsInterestFreeFieldNumber, v.is_interest_free);
  r.code(pb::CardDetail::kInterestPayerFieldNumber, v.interest_payer);
  r.number(pb::CardDetail::kUsedPointFieldNumber, v.used_point);
  r.number(pb::CardDetail::kInstantDiscountFieldNumber, v.instant_discount);
  r.text(pb::CardDetail::kCardTokenFieldNumber, v.card_token);
  r.text(pb::CardDetail::kThreeDsFieldNumber, v.three_ds);
}

void fields(WireReader& r, EasyPayDetail& v) {
  r.text(pb::EasyPayDetail::kProviderFieldNumber, v.provider);
  r.code(pb::EasyPayDetail::kFundedByFieldNumber, v.funded_by);
  r.number(pb::EasyPayDetail::kAmountFieldNumber, v.amount);
  r.number(pb::EasyPayDetail::kDiscountAmountFieldNumber, v.discount_amount);
  r.message(pb::EasyPayDetail::kCardFieldNumber, [&](WireReader& m) { fields(m, v.card.emplace()); });
}

void read(WireReader& r, int field, MethodDetail& v) {
  const bool is_there = r.message(field, [&](WireReader& m) {
    if (m.has_message(pb::MethodDetail::kCardFieldNumber)) {
      m.message(pb::MethodDetail::kCardFieldNumber,
                [&](WireReader& d) { fields(d, v.emplace<CardDetail>()); });
    } else if (!m.message(pb::MethodDetail::kEasyPayFieldNumber,
                          [&](WireReader& d) { fields(d, v.emplace<EasyPayDetail>()); })) {
      m.refuse();
    }
  });
  if (!is_there) r.refuse();
}

// ---- Terms ----

void read(WireReader& r, int field, ApprovalTerms& v) {
  const bool is_there = r.message(field, [&](WireReader& m) {
    m.id(pb::ApprovalTerms::kApprovalFieldNumber, v.approval);
    m.number(pb::ApprovalTerms::kSeqFieldNumber, v.seq);
    read(m, pb::ApprovalTerms::kMethodFieldNumber, v.method);
    read(m, pb::ApprovalTerms::kPartsFieldNumber, v.parts);
    m.text(pb::ApprovalTerms::kProviderFieldNumber, v.provider);
    m.text(pb::ApprovalTerms::kPgCodeFieldNumber, v.pg_code);
    m.text(pb::ApprovalTerms::kVanFieldNumber, v.van);
  });
  if (!is_there) r.refuse();
}

void read(WireReader& r, int field, CancelTerms& v) {
  const bool is_there = r.message(field, [&](WireReader& m) {
    m.id(pb::CancelTerms::kCancelFieldNumber, v.cancel);
    m.id(pb::CancelTerms::kApprovalFieldNumber, v.approval);
    m.code(pb::CancelTerms::kKindFieldNumber, v.kind);
    read(m, pb::CancelTerms::kPartsFieldNumber, v.parts);
    m.number(pb::CancelTerms::kEasyPayDiscountAmountFieldNumber, v.easy_pay_discount_amount);
    m.text(pb::CancelTerms::kRefundAccountTokenFieldNumber, v.refund_account_token);
    m.code(pb::CancelTerms::kRequesterFieldNumber, v.requester);
    m.code(pb::CancelTerms::kPhaseFieldNumber, v.phase);
    m.instant(pb::CancelTerms::kRequestedAtFieldNumber, v.requested_at);
  });
  if (!is_there) r.refuse();
}

// ---- Bodies ----

void fields(WireReader& r, PaymentCreated& v) {
  using M = pb::PaymentCreated;
  r.text(M::kOrderNameFieldNumber, v.order_name);
  r.code(M::kTypeFieldNumber, v.type);
  r.code(M::kChannelFieldNumber, v.channel);
  r.text(M::kCountryFieldNumber, v.country);
  r.text(M::kSubMallIdFieldNumber, v.sub_mall_id);
  r.text(M::kStoreIdFieldNumber, v.store_id);
  read(r, M::kPartsFieldNumber, v.parts);
  r.flag(M::kUseEscrowFieldNumber, v.use_escrow);
  r.flag(M::kCultureExpenseFieldNumber, v.culture_expense);
  r.flag(M::kIsPartialCancelableFieldNumber, v.is_partial_cancelable);
  r.flag(M::kAuthenticatedFieldNumber, v.authenticated);
  r.text(M::kCustomerKeyFieldNumber, v.customer_key);
  read(r, M::kMetadataFieldNumber, v.metadata);
  r.instant(M::kRequestedAtFieldNumber, v.requested_at);
  r.instant(M::kExpiresAtFieldNumber, v.expires_at);
  read(r, M::kExternalFieldNumber, v.external);
  r.text(M::kApiVersionFieldNumber, v.api_version);
  read(r, M::kBuyerFieldNumber, v.buyer);
}

void fields(WireReader& r, ApprovalApproved& v) {
  read(r, pb::ApprovalApproved::kTermsFieldNumber, v.terms);
  r.text(pb::ApprovalApproved::kApproveNoFieldNumber, v.approve_no);
  r.text(pb::ApprovalApproved::kNetworkTxnIdFieldNumber, v.network_txn_id);
  r.instant(pb::ApprovalApproved::kApprovedAtFieldNumber, v.approved_at);
  r.bytes(pb::ApprovalApproved::kEvidenceFieldNumber, v.evidence);
}

void fields(WireReader& r, CancelSucceeded& v) {
  read(r, pb::CancelSucceeded::kTermsFieldNumber, v.terms);
  r.text(pb::CancelSucceeded::kTransactionKeyFieldNumber, v.transaction_key);
  r.instant(pb::CancelSucceeded::kCanceledAtFieldNumber, v.canceled_at);
  r.bytes(pb::CancelSucceeded::kEvidenceFieldNumber, v.evidence);
}

template <typename Body>
bool read_body(WireReader& r, int field, EventBody& out) {
  if (!r.has_message(field)) return false;
  return r.message(field, [&](WireReader& m) { fields(m, out.emplace<Body>()); });
}

}  // namespace

bool read_plain(std::string_view bytes, Event& out) {
  WireReader r(bytes);
  std::uint32_t format = 0;
  std::string currency;
  r.number(pb::Event::kFormatVersionFieldNumber, format);
  r.id(pb::Event::kIdFieldNumber, out.id);
  r.id(pb::Event::kStreamFieldNumber, out.stream);
  r.number(pb::Event::kVersionFieldNumber, out.version);
  r.id(pb::Event::kMerchantFieldNumber, out.merchant);
  r.text(pb::Event::kOrderIdFieldNumber, out.order_id);
  r.text(pb::Event::kCurrencyFieldNumber, currency);
  r.instant(pb::Event::kOccurredAtFieldNumber, out.occurred_at);
  r.instant(pb::Event::kRecordedAtFieldNumber, out.recorded_at);
  read(r, pb::Event::kActorFieldNumber, out.actor);
  r.text(pb::Event::kReasonFieldNumber, out.reason);
  r.id(pb::Event::kCauseFieldNumber, out.cause);
  r.text(pb::Event::kIdempotencyKeyFieldNumber, out.idempotency_key);
  r.code(pb::Event::kStatusAfterFieldNumber, out.status_after);
  r.number(pb::Event::kBalanceAfterFieldNumber, out.balance_after);
  const auto known = Currency::parse(currency);
  if (format != ProtobufEventCodec::kFormatVersion || !known) return false;
  out.currency = *known;
  const bool has_body = read_body<PaymentCreated>(r, pb::Event::kPaymentCreatedFieldNumber, out.body) ||
                        read_body<ApprovalApproved>(r, pb::Event::kApprovalApprovedFieldNumber, out.body) ||
                        read_body<CancelSucceeded>(r, pb::Event::kCancelSucceededFieldNumber, out.body);
  return has_body && r.finish();
}

}  // namespace wonjang
