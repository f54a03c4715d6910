#include "adapters/protobuf/event_codec.h"
#include "adapters/protobuf/settlement_encode.h"
#include "adapters/protobuf/wire_writer.h"
#include "wonjang/v1/event.pb.h"

// The numbers come from the schema; the order of the calls is the order of the numbers.
namespace wonjang {
namespace {

namespace pb = wonjang::v1;

void write(WireWriter& w, int field, const Actor& v) {
  if (v.kind == ActorKind::unknown && v.id.empty()) return;
  w.message(field, [&] {
    w.code(pb::Actor::kKindFieldNumber, v.kind);
    w.text(pb::Actor::kIdFieldNumber, v.id);
  });
}

void write(WireWriter& w, int field, const TaxParts& v) {
  if (v == TaxParts{}) return;
  w.message(field, [&] {
    w.number(pb::TaxParts::kSupplyFieldNumber, v.supply);
    w.number(pb::TaxParts::kVatFieldNumber, v.vat);
    w.number(pb::TaxParts::kTaxFreeFieldNumber, v.tax_free);
    w.number(pb::TaxParts::kTaxExemptFieldNumber, v.tax_exempt);
  });
}

void write(WireWriter& w, int field, const Metadata& labels) {
  for (const auto& label : labels) {  // a pair; clang 14 captures no structured binding
    w.message(field, [&] {
      w.text(pb::Label::kKeyFieldNumber, label.first);
      w.text(pb::Label::kValueFieldNumber, label.second);
    });
  }
}

void write(WireWriter& w, int field, const Buyer& v) {
  if (v.is_empty()) return;
  w.message(field, [&] {
    w.text(pb::Buyer::kNameFieldNumber, v.name);
    w.text(pb::Buyer::kPhoneFieldNumber, v.phone);
    w.text(pb::Buyer::kEmailFieldNumber, v.email);
  });
}

void write(WireWriter& w, int field, const External& v) {
  if (v.pg_name.empty() && v.payment_key.empty() && v.transaction_key.empty()) return;
  w.message(field, [&] {
    w.text(pb::External::kPgNameFieldNumber, v.pg_name);
    w.text(pb::External::kPaymentKeyFieldNumber, v.payment_key);
    w.text(pb::External::kTransactionKeyFieldNumber, v.transaction_key);
  });
}

// ---- Methods ----

void fields(WireWriter& w, const CardDetail& v) {
  w.text(pb::CardDetail::kIssuerCodeFieldNumber, v.issuer_code);
  w.text(pb::CardDetail::kAcquirerCodeFieldNumber, v.acquirer_code);
  w.text(pb::CardDetail::kBinFieldNumber, v.bin);
  w.text(pb::CardDetail::kLast4FieldNumber, v.last4);
  w.code(pb::CardDetail::kCardTypeFieldNumber, v.card_type);
  w.code(pb::CardDetail::kOwnerTypeFieldNumber, v.owner_type);
  w.number(pb::CardDetail::kInstallmentMonthsFieldNumber, v.installment_months);
  w.flag(pb::CardDetail::kIsInterestFreeFieldNumber, v.is_interest_free);
  w.code(pb::CardDetail::kInterestPayerFieldNumber, v.interest_payer);
  w.number(pb::CardDetail::kUsedPointFieldNumber, v.used_point);
  w.number(pb::CardDetail::kInstantDiscountFieldNumber, v.instant_discount);
  w.text(pb::CardDetail::kCardTokenFieldNumber, v.card_token);
  w.text(pb::CardDetail::kThreeDsFieldNumber, v.three_ds);
}

void fields(WireWriter& w, const VirtualAccountDetail& v) {
  w.text(pb::VirtualAccountDetail::kBankCodeFieldNumber, v.bank_code);
  w.text(pb::VirtualAccountDetail::kAccountNoTokenFieldNumber, v.account_no_token);
  w.code(pb::VirtualAccountDetail::kAccountTypeFieldNumber, v.account_type);
  w.text(pb::VirtualAccountDetail::kHolderFieldNumber, v.holder);
  w.text(pb::VirtualAccountDetail::kDepositorFieldNumber, v.depositor);
  w.instant(pb::VirtualAccountDetail::kDueAtFieldNumber, v.due_at);
  w.text(pb::VirtualAccountDetail::kRefundAccountTokenFieldNumber, v.refund_account_token);
}

void fields(WireWriter& w, const TransferDetail& v) {
  w.text(pb::TransferDetail::kBankCodeFieldNumber, v.bank_code);
  w.text(pb::TransferDetail::kAccountTokenFieldNumber, v.account_token);
  w.text(pb::TransferDetail::kTransferTypeFieldNumber, v.transfer_type);
}

void fields(WireWriter& w, const MobilePhoneDetail& v) {
  w.text(pb::MobilePhoneDetail::kCarrierFieldNumber, v.carrier);
  w.text(pb::MobilePhoneDetail::kPhoneTokenFieldNumber, v.phone_token);
  w.text(pb::MobilePhoneDetail::kBillingMonthFieldNumber, v.billing_month);
  w.flag(pb::MobilePhoneDetail::kCollectedFieldNumber, v.collected);
}

void fields(WireWriter& w, const GiftCertificateDetail& v) {
  w.code(pb::GiftCertificateDetail::kKindFieldNumber, v.kind);
}

void fields(WireWriter& w, const EasyPayDetail& v) {
  w.text(pb::EasyPayDetail::kProviderFieldNumber, v.provider);
  w.code(pb::EasyPayDetail::kFundedByFieldNumber, v.funded_by);
  w.number(pb::EasyPayDetail::kAmountFieldNumber, v.amount);
  w.number(pb::EasyPayDetail::kDiscountAmountFieldNumber, v.discount_amount);
  if (v.card) w.message(pb::EasyPayDetail::kCardFieldNumber, [&] { fields(w, *v.card); });
}

void fields(WireWriter& w, const PointDetail& v) { w.text(pb::PointDetail::kIssuerFieldNumber, v.issuer); }
void fields(WireWriter& w, const CouponDetail& v) { w.text(pb::CouponDetail::kIssuerFieldNumber, v.issuer); }
void fields(WireWriter& w, const DepositCupDetail& v) {
  w.text(pb::DepositCupDetail::kIssuerFieldNumber, v.issuer);
}

static_assert(static_cast<int>(Method::card) == pb::MethodDetail::kCardFieldNumber &&
              static_cast<int>(Method::virtual_account) == pb::MethodDetail::kVirtualAccountFieldNumber &&
              static_cast<int>(Method::transfer) == pb::MethodDetail::kTransferFieldNumber &&
              static_cast<int>(Method::mobile_phone) == pb::MethodDetail::kMobilePhoneFieldNumber &&
              static_cast<int>(Method::gift_certificate) == pb::MethodDetail::kGiftCertificateFieldNumber &&
              static_cast<int>(Method::easy_pay) == pb::MethodDetail::kEasyPayFieldNumber &&
              static_cast<int>(Method::point) == pb::MethodDetail::kPointFieldNumber &&
              static_cast<int>(Method::coupon) == pb::MethodDetail::kCouponFieldNumber &&
              static_cast<int>(Method::deposit_cup) == pb::MethodDetail::kDepositCupFieldNumber);

void write(WireWriter& w, int field, const MethodDetail& v) {
  w.message(field, [&] {
    w.message(static_cast<int>(method_of(v)),
              [&] { std::visit([&](const auto& detail) { fields(w, detail); }, v); });
  });
}

// ---- Terms ----

void write(WireWriter& w, int field, const ApprovalTerms& v) {
  w.message(field, [&] {
    w.id(pb::ApprovalTerms::kApprovalFieldNumber, v.approval);
    w.number(pb::ApprovalTerms::kSeqFieldNumber, v.seq);
    write(w, pb::ApprovalTerms::kMethodFieldNumber, v.method);
    write(w, pb::ApprovalTerms::kPartsFieldNumber, v.parts);
    w.text(pb::ApprovalTerms::kProviderFieldNumber, v.provider);
    w.text(pb::ApprovalTerms::kPgCodeFieldNumber, v.pg_code);
    w.text(pb::ApprovalTerms::kVanFieldNumber, v.van);
  });
}

void write(WireWriter& w, int field, const CancelTerms& v) {
  w.message(field, [&] {
    w.id(pb::CancelTerms::kCancelFieldNumber, v.cancel);
    w.id(pb::CancelTerms::kApprovalFieldNumber, v.approval);
    w.code(pb::CancelTerms::kKindFieldNumber, v.kind);
    write(w, pb::CancelTerms::kPartsFieldNumber, v.parts);
    w.number(pb::CancelTerms::kEasyPayDiscountAmountFieldNumber, v.easy_pay_discount_amount);
    w.text(pb::CancelTerms::kRefundAccountTokenFieldNumber, v.refund_account_token);
    w.code(pb::CancelTerms::kRequesterFieldNumber, v.requester);
    w.code(pb::CancelTerms::kPhaseFieldNumber, v.phase);
    w.instant(pb::CancelTerms::kRequestedAtFieldNumber, v.requested_at);
  });
}

// ---- Bodies: field_of() gives the number in Event, fields() the content ----

int field_of(const PaymentCreated&) { return pb::Event::kPaymentCreatedFieldNumber; }
void fields(WireWriter& w, const PaymentCreated& v) {
  using M = pb::PaymentCreated;
  w.text(M::kOrderNameFieldNumber, v.order_name);
  w.code(M::kTypeFieldNumber, v.type);
  w.code(M::kChannelFieldNumber, v.channel);
  w.text(M::kCountryFieldNumber, v.country);
  w.text(M::kSubMallIdFieldNumber, v.sub_mall_id);
  w.text(M::kStoreIdFieldNumber, v.store_id);
  write(w, M::kPartsFieldNumber, v.parts);
  w.flag(M::kUseEscrowFieldNumber, v.use_escrow);
  w.flag(M::kCultureExpenseFieldNumber, v.culture_expense);
  w.flag(M::kIsPartialCancelableFieldNumber, v.is_partial_cancelable);
  w.flag(M::kAuthenticatedFieldNumber, v.authenticated);
  w.text(M::kCustomerKeyFieldNumber, v.customer_key);
  write(w, M::kMetadataFieldNumber, v.metadata);
  w.instant(M::kRequestedAtFieldNumber, v.requested_at);
  w.instant(M::kExpiresAtFieldNumber, v.expires_at);
  write(w, M::kExternalFieldNumber, v.external);
  w.text(M::kApiVersionFieldNumber, v.api_version);
  write(w, M::kBuyerFieldNumber, v.buyer);
}

int field_of(const PaymentAuthenticated&) { return pb::Event::kPaymentAuthenticatedFieldNumber; }
void fields(WireWriter&, const PaymentAuthenticated&) {}

int field_of(const PaymentExpired&) { return pb::Event::kPaymentExpiredFieldNumber; }
void fields(WireWriter&, const PaymentExpired&) {}

int field_of(const PaymentFailed&) { return pb::Event::kPaymentFailedFieldNumber; }
void fields(WireWriter& w, const PaymentFailed& v) {
  w.text(pb::PaymentFailed::kFailureCodeFieldNumber, v.failure_code);
  w.text(pb::PaymentFailed::kFailureMessageFieldNumber, v.failure_message);
}

int field_of(const ApprovalRequested&) { return pb::Event::kApprovalRequestedFieldNumber; }
void fields(WireWriter& w, const ApprovalRequested& v) {
  write(w, pb::ApprovalRequested::kTermsFieldNumber, v.terms);
  w.instant(pb::ApprovalRequested::kDeadlineFieldNumber, v.deadline);
}

int field_of(const ApprovalApproved&) { return pb::Event::kApprovalApprovedFieldNumber; }
void fields(WireWriter& w, const ApprovalApproved& v) {
  write(w, pb::ApprovalApproved::kTermsFieldNumber, v.terms);
  w.text(pb::ApprovalApproved::kApproveNoFieldNumber, v.approve_no);
  w.text(pb::ApprovalApproved::kNetworkTxnIdFieldNumber, v.network_txn_id);
  w.instant(pb::ApprovalApproved::kApprovedAtFieldNumber, v.approved_at);
  w.bytes(pb::ApprovalApproved::kEvidenceFieldNumber, v.evidence);
}

int field_of(const ApprovalDeclined&) { return pb::Event::kApprovalDeclinedFieldNumber; }
void fields(WireWriter& w, const ApprovalDeclined& v) {
  write(w, pb::ApprovalDeclined::kTermsFieldNumber, v.terms);
  w.text(pb::ApprovalDeclined::kFailureCodeFieldNumber, v.failure_code);
  w.text(pb::ApprovalDeclined::kFailureMessageFieldNumber, v.failure_message);
  w.bytes(pb::ApprovalDeclined::kEvidenceFieldNumber, v.evidence);
}

int field_of(const ApprovalUnknown&) { return pb::Event::kApprovalUnknownFieldNumber; }
void fields(WireWriter& w, const ApprovalUnknown& v) {
  w.id(pb::ApprovalUnknown::kApprovalFieldNumber, v.approval);
  w.text(pb::ApprovalUnknown::kWhyFieldNumber, v.why);
}

int field_of(const VirtualAccountIssued&) { return pb::Event::kVirtualAccountIssuedFieldNumber; }
void fields(WireWriter& w, const VirtualAccountIssued& v) {
  write(w, pb::VirtualAccountIssued::kTermsFieldNumber, v.terms);
  w.instant(pb::VirtualAccountIssued::kIssuedAtFieldNumber, v.issued_at);
}

int field_of(const DepositConfirmed&) { return pb::Event::kDepositConfirmedFieldNumber; }
void fields(WireWriter& w, const DepositConfirmed& v) {
  w.id(pb::DepositConfirmed::kApprovalFieldNumber, v.approval);
  w.number(pb::DepositConfirmed::kAmountFieldNumber, v.amount);
  w.text(pb::DepositConfirmed::kDepositorFieldNumber, v.depositor);
  w.text(pb::DepositConfirmed::kBankNoticeIdFieldNumber, v.bank_notice_id);
  w.instant(pb::DepositConfirmed::kDepositedAtFieldNumber, v.deposited_at);
}

int field_of(const DepositReversed&) { return pb::Event::kDepositReversedFieldNumber; }
void fields(WireWriter& w, const DepositReversed& v) {
  w.id(pb::DepositReversed::kApprovalFieldNumber, v.approval);
  w.number(pb::DepositReversed::kAmountFieldNumber, v.amount);
  w.code(pb::DepositReversed::kEffectFieldNumber, v.effect);
  w.text(pb::DepositReversed::kBankNoticeIdFieldNumber, v.bank_notice_id);
  w.instant(pb::DepositReversed::kReversedAtFieldNumber, v.reversed_at);
}

int field_of(const CancelRequested&) { return pb::Event::kCancelRequestedFieldNumber; }
void fields(WireWriter& w, const CancelRequested& v) {
  write(w, pb::CancelRequested::kTermsFieldNumber, v.terms);
  w.instant(pb::CancelRequested::kDeadlineFieldNumber, v.deadline);
}

int field_of(const CancelSucceeded&) { return pb::Event::kCancelSucceededFieldNumber; }
void fields(WireWriter& w, const CancelSucceeded& v) {
  write(w, pb::CancelSucceeded::kTermsFieldNumber, v.terms);
  w.text(pb::CancelSucceeded::kTransactionKeyFieldNumber, v.transaction_key);
  w.instant(pb::CancelSucceeded::kCanceledAtFieldNumber, v.canceled_at);
  w.bytes(pb::CancelSucceeded::kEvidenceFieldNumber, v.evidence);
}

int field_of(const CancelFailed&) { return pb::Event::kCancelFailedFieldNumber; }
void fields(WireWriter& w, const CancelFailed& v) {
  write(w, pb::CancelFailed::kTermsFieldNumber, v.terms);
  w.text(pb::CancelFailed::kFailureCodeFieldNumber, v.failure_code);
  w.text(pb::CancelFailed::kFailureMessageFieldNumber, v.failure_message);
  w.bytes(pb::CancelFailed::kEvidenceFieldNumber, v.evidence);
}

int field_of(const CancelUnknown&) { return pb::Event::kCancelUnknownFieldNumber; }
void fields(WireWriter& w, const CancelUnknown& v) {
  w.id(pb::CancelUnknown::kCancelFieldNumber, v.cancel);
  w.id(pb::CancelUnknown::kApprovalFieldNumber, v.approval);
  w.text(pb::CancelUnknown::kWhyFieldNumber, v.why);
}

int field_of(const ProviderAsked&) { return pb::Event::kProviderAskedFieldNumber; }
void fields(WireWriter& w, const ProviderAsked& v) {
  w.id(pb::ProviderAsked::kApprovalFieldNumber, v.approval);
  w.id(pb::ProviderAsked::kCancelFieldNumber, v.cancel);
  w.code(pb::ProviderAsked::kQuestionFieldNumber, v.question);
  w.code(pb::ProviderAsked::kAnswerFieldNumber, v.answer);
  w.number(pb::ProviderAsked::kAttemptFieldNumber, v.attempt);
  w.instant(pb::ProviderAsked::kAskedAtFieldNumber, v.asked_at);
  w.instant(pb::ProviderAsked::kNextAttemptAtFieldNumber, v.next_attempt_at);
  w.bytes(pb::ProviderAsked::kEvidenceFieldNumber, v.evidence);
}

int field_of(const NetworkCancelRequested&) { return pb::Event::kNetworkCancelRequestedFieldNumber; }
void fields(WireWriter& w, const NetworkCancelRequested& v) {
  w.id(pb::NetworkCancelRequested::kApprovalFieldNumber, v.approval);
  w.text(pb::NetworkCancelRequested::kWhyFieldNumber, v.why);
}

int field_of(const NetworkCancelConfirmed&) { return pb::Event::kNetworkCancelConfirmedFieldNumber; }
void fields(WireWriter& w, const NetworkCancelConfirmed& v) {
  w.id(pb::NetworkCancelConfirmed::kApprovalFieldNumber, v.approval);
  w.code(pb::NetworkCancelConfirmed::kResultFieldNumber, v.result);
  w.bytes(pb::NetworkCancelConfirmed::kEvidenceFieldNumber, v.evidence);
}

int field_of(const AcquisitionUpdated&) { return pb::Event::kAcquisitionUpdatedFieldNumber; }
void fields(WireWriter& w, const AcquisitionUpdated& v) {
  w.id(pb::AcquisitionUpdated::kApprovalFieldNumber, v.approval);
  w.code(pb::AcquisitionUpdated::kStateFieldNumber, v.state);
  w.text(pb::AcquisitionUpdated::kBatchIdFieldNumber, v.batch_id);
  w.text(pb::AcquisitionUpdated::kSlipNoFieldNumber, v.slip_no);
  w.instant(pb::AcquisitionUpdated::kAtFieldNumber, v.at);
}

int field_of(const CommandRefused&) { return pb::Event::kCommandRefusedFieldNumber; }
void fields(WireWriter& w, const CommandRefused& v) {
  w.text(pb::CommandRefused::kOperationFieldNumber, v.operation);
  w.code(pb::CommandRefused::kCodeFieldNumber, v.code);
  w.text(pb::CommandRefused::kDetailFieldNumber, v.detail);
  w.id(pb::CommandRefused::kAboutFieldNumber, v.about);
}

int field_of(const CommandNoted&) { return pb::Event::kCommandNotedFieldNumber; }
void fields(WireWriter& w, const CommandNoted& v) {
  w.text(pb::CommandNoted::kOperationFieldNumber, v.operation);
  w.id(pb::CommandNoted::kAboutFieldNumber, v.about);
}

int field_of(const IncidentOpened&) { return pb::Event::kIncidentOpenedFieldNumber; }
void fields(WireWriter& w, const IncidentOpened& v) {
  w.id(pb::IncidentOpened::kApprovalFieldNumber, v.approval);
  w.text(pb::IncidentOpened::kCodeFieldNumber, v.code);
  w.text(pb::IncidentOpened::kDetailFieldNumber, v.detail);
  w.id(pb::IncidentOpened::kCancelFieldNumber, v.cancel);
}

int field_of(const MerchantRegistered&) { return pb::Event::kMerchantRegisteredFieldNumber; }
void fields(WireWriter& w, const MerchantRegistered& v) {
  w.text(pb::MerchantRegistered::kCodeFieldNumber, v.code);
  w.text(pb::MerchantRegistered::kNameFieldNumber, v.name);
  write(w, pb::MerchantRegistered::kMetadataFieldNumber, v.metadata);
  w.text(pb::MerchantRegistered::kOrganisationFieldNumber, v.organisation);
}

int field_of(const MerchantClosed&) { return pb::Event::kMerchantClosedFieldNumber; }
void fields(WireWriter&, const MerchantClosed&) {}

int field_of(const ApiKeyCreated&) { return pb::Event::kApiKeyCreatedFieldNumber; }
void fields(WireWriter& w, const ApiKeyCreated& v) {
  w.id(pb::ApiKeyCreated::kKeyFieldNumber, v.key);
  w.bytes(pb::ApiKeyCreated::kHashFieldNumber, v.hash);
  w.text(pb::ApiKeyCreated::kScopesFieldNumber, v.scopes);
  w.text(pb::ApiKeyCreated::kLabelFieldNumber, v.label);
  w.instant(pb::ApiKeyCreated::kExpiresAtFieldNumber, v.expires_at);
}

int field_of(const ApiKeyRevoked&) { return pb::Event::kApiKeyRevokedFieldNumber; }
void fields(WireWriter& w, const ApiKeyRevoked& v) { w.id(pb::ApiKeyRevoked::kKeyFieldNumber, v.key); }

}  // namespace

void ProtobufEventCodec::encode(const Event& event, std::string& out) const {
  WireWriter w(out);
  w.number(pb::Event::kFormatVersionFieldNumber, kFormatVersion);
  w.id(pb::Event::kIdFieldNumber, event.id);
  w.id(pb::Event::kStreamFieldNumber, event.stream);
  w.number(pb::Event::kVersionFieldNumber, event.version);
  w.id(pb::Event::kMerchantFieldNumber, event.merchant);
  w.text(pb::Event::kOrderIdFieldNumber, event.order_id);
  w.text(pb::Event::kCurrencyFieldNumber, event.currency.code());
  w.instant(pb::Event::kOccurredAtFieldNumber, event.occurred_at);
  w.instant(pb::Event::kRecordedAtFieldNumber, event.recorded_at);
  write(w, pb::Event::kActorFieldNumber, event.actor);
  w.text(pb::Event::kReasonFieldNumber, event.reason);
  w.id(pb::Event::kCauseFieldNumber, event.cause);
  w.text(pb::Event::kIdempotencyKeyFieldNumber, event.idempotency_key);
  w.code(pb::Event::kStatusAfterFieldNumber, event.status_after);
  w.number(pb::Event::kBalanceAfterFieldNumber, event.balance_after);
  std::visit([&](const auto& body) { w.message(field_of(body), [&] { fields(w, body); }); }, event.body);
  w.finish();
}

}  // namespace wonjang
