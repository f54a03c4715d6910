#include <google/protobuf/arena.h>
#include <google/protobuf/stubs/logging.h>

#include <mutex>

#include "adapters/protobuf/event_codec.h"
#include "adapters/protobuf/message_reader.h"
#include "adapters/protobuf/plain_decode.h"
#include "adapters/protobuf/settlement_decode.h"
#include "wonjang/v1/event.pb.h"

namespace wonjang {
namespace {

namespace pb = wonjang::v1;

class EventReader : public MessageReader {
 public:
  Event event(const pb::Event& m);

 private:
  Actor actor(const pb::Actor& m);
  TaxParts parts(const pb::TaxParts& m);
  External external(const pb::External& m);
  Buyer buyer(const pb::Buyer& m);
  Metadata metadata(const google::protobuf::RepeatedPtrField<pb::Label>& labels);
  CardDetail card(const pb::CardDetail& m);
  VirtualAccountDetail virtual_account(const pb::VirtualAccountDetail& m);
  TransferDetail transfer(const pb::TransferDetail& m);
  MobilePhoneDetail mobile_phone(const pb::MobilePhoneDetail& m);
  GiftCertificateDetail gift_certificate(const pb::GiftCertificateDetail& m);
  EasyPayDetail easy_pay(const pb::EasyPayDetail& m);
  template <typename Detail, typename Message>
  Detail issuer_only(const Message& m) {
    all_known(m);
    return Detail{m.issuer()};
  }
  MethodDetail method(const pb::MethodDetail& m);
  ApprovalTerms terms(const pb::ApprovalTerms& m);
  CancelTerms terms(const pb::CancelTerms& m);

  PaymentCreated body(const pb::PaymentCreated& m);
  PaymentAuthenticated body(const pb::PaymentAuthenticated& m);
  PaymentExpired body(const pb::PaymentExpired& m);
  PaymentFailed body(const pb::PaymentFailed& m);
  ApprovalRequested body(const pb::ApprovalRequested& m);
  ApprovalApproved body(const pb::ApprovalApproved& m);
  ApprovalDeclined body(const pb::ApprovalDeclined& m);
  ApprovalUnknown body(const pb::ApprovalUnknown& m);
  VirtualAccountIssued body(const pb::VirtualAccountIssued& m);
  DepositConfirmed body(const pb::DepositConfirmed& m);
  DepositReversed body(const pb::DepositReversed& m);
  CancelRequested body(const pb::CancelRequested& m);
  CancelSucceeded body(const pb::CancelSucceeded& m);
  CancelFailed body(const pb::CancelFailed& m);
  CancelUnknown body(const pb::CancelUnknown& m);
  ProviderAsked body(const pb::ProviderAsked& m);
  NetworkCancelRequested body(const pb::NetworkCancelRequested& m);
  NetworkCancelConfirmed body(const pb::NetworkCancelConfirmed& m);
  AcquisitionUpdated body(const pb::AcquisitionUpdated& m);
  CommandRefused body(const pb::CommandRefused& m);
  CommandNoted body(const pb::CommandNoted& m);
  IncidentOpened body(const pb::IncidentOpened& m);
  MerchantRegistered body(const pb::MerchantRegistered& m);
  MerchantClosed body(const pb::MerchantClosed& m);
  ApiKeyCreated body(const pb::ApiKeyCreated& m);
  ApiKeyRevoked body(const pb::ApiKeyRevoked& m);
  EventBody body_of(const pb::Event& m);
};

Actor EventReader::actor(const pb::Actor& m) {
  all_known(m);
  return {code<ActorKind>(m.kind()), m.id()};
}

TaxParts EventReader::parts(const pb::TaxParts& m) {
  all_known(m);
  return {m.supply(), m.vat(), m.tax_free(), m.tax_exempt()};
}

External EventReader::external(const pb::External& m) {
  all_known(m);
  return {m.pg_name(), m.payment_key(), m.transaction_key()};
}

Buyer EventReader::buyer(const pb::Buyer& m) {
  all_known(m);
  return {m.name(), m.phone(), m.email()};
}

Metadata EventReader::metadata(const google::protobuf::RepeatedPtrField<pb::Label>& labels) {
  Metadata out;
  out.reserve(static_cast<std::size_t>(labels.size()));
  for (const pb::Label& label : labels) {
    all_known(label);
    out.emplace_back(label.key(), label.value());
  }
  return out;
}

// ---- Methods ----

CardDetail EventReader::card(const pb::CardDetail& m) {
  all_known(m);
  return {.issuer_code = m.issuer_code(),
          .acquirer_code = m.acquirer_code(),
          .bin = m.bin(),
          .last4 = m.last4(),
          .card_type = code<CardType>(m.card_type()),
          .owner_type = code<OwnerType>(m.owner_type()),
          .installment_months = m.installment_months(),
          .is_interest_free = m.is_interest_free(),
          .interest_payer = code<InterestPayer>(m.interest_payer()),
          .used_point = m.used_point(),
          .instant_discount = m.instant_discount(),
          .card_token = m.card_token(),
          .three_ds = m.three_ds()};
}

VirtualAccountDetail EventReader::virtual_account(const pb::VirtualAccountDetail& m) {
  all_known(m);
  return {.bank_code = m.bank_code(),
          .account_no_token = m.account_no_token(),
          .account_type = code<AccountType>(m.account_type()),
          .holder = m.holder(),
          .depositor = m.depositor(),
          .due_at = Instant{m.due_at()},
          .refund_account_token = m.refund_account_token()};
}

TransferDetail EventReader::transfer(const pb::TransferDetail& m) {
  all_known(m);
  return {m.bank_code(), m.account_token(), m.transfer_type()};
}

MobilePhoneDetail EventReader::mobile_phone(const pb::MobilePhoneDetail& m) {
  all_known(m);
  return {m.carrier(), m.phone_token(), m.billing_month(), m.collected()};
}

GiftCertificateDetail EventReader::gift_certificate(const pb::GiftCertificateDetail& m) {
  all_known(m);
  return {code<GiftKind>(m.kind())};
}

EasyPayDetail EventReader::easy_pay(const pb::EasyPayDetail& m) {
  all_known(m);
  EasyPayDetail out{.provider = m.provider(),
                    .funded_by = code<FundedBy>(m.funded_by()),
                    .amount = m.amount(),
                    .discount_amount = m.discount_amount(),
                    .card = std::nullopt};
  if (m.has_card()) out.card = card(m.card());
  return out;
}

MethodDetail EventReader::method(const pb::MethodDetail& m) {
  all_known(m);
  switch (m.detail_case()) {
    case pb::MethodDetail::kCard:
      return card(m.card());
    case pb::MethodDetail::kVirtualAccount:
      return virtual_account(m.virtual_account());
    case pb::MethodDetail::kTransfer:
      return transfer(m.transfer());
    case pb::MethodDetail::kMobilePhone:
      return mobile_phone(m.mobile_phone());
    case pb::MethodDetail::kGiftCertificate:
      return gift_certificate(m.gift_certificate());
    case pb::MethodDetail::kEasyPay:
      return easy_pay(m.easy_pay());
    case pb::MethodDetail::kPoint:
      return issuer_only<PointDetail>(m.point());
    case pb::MethodDetail::kCoupon:
      return issuer_only<CouponDetail>(m.coupon());
    case pb::MethodDetail::kDepositCup:
      return issuer_only<DepositCupDetail>(m.deposit_cup());
    case pb::MethodDetail::DETAIL_NOT_SET:
      break;
  }
  refuse("has a payment method that this program doesn't know");
  return {};
}

// ---- Terms ----

ApprovalTerms EventReader::terms(const pb::ApprovalTerms& m) {
  all_known(m);
  return {.approval = id<ApprovalId>(m.approval()),
          .seq = m.seq(),
          .method = method(m.method()),
          .parts = parts(m.parts()),
          .provider = m.provider(),
          .pg_code = m.pg_code(),
          .van = m.van()};
}

CancelTerms EventReader::terms(const pb::CancelTerms& m) {
  all_known(m);
  return {.cancel = id<CancelId>(m.cancel()),
          .approval = id<ApprovalId>(m.approval()),
          .kind = code<CancelKind>(m.kind()),
          .parts = parts(m.parts()),
          .easy_pay_discount_amount = m.easy_pay_discount_amount(),
          .refund_account_token = m.refund_account_token(),
          .requester = code<ActorKind>(m.requester()),
          .phase = code<CancelPhase>(m.phase()),
          .requested_at = Instant{m.requested_at()}};
}

// ---- Bodies ----

PaymentCreated EventReader::body(const pb::PaymentCreated& m) {
  all_known(m);
  return {.order_name = m.order_name(),
          .type = code<PaymentType>(m.type()),
          .channel = code<Channel>(m.channel()),
          .country = m.country(),
          .sub_mall_id = m.sub_mall_id(),
          .store_id = m.store_id(),
          .parts = parts(m.parts()),
          .use_escrow = m.use_escrow(),
          .culture_expense = m.culture_expense(),
          .is_partial_cancelable = m.is_partial_cancelable(),
          .authenticated = m.authenticated(),
          .customer_key = m.customer_key(),
          .metadata = metadata(m.metadata()),
          .requested_at = Instant{m.requested_at()},
          .expires_at = Instant{m.expires_at()},
          .external = external(m.external()),
          .api_version = m.api_version(),
          .buyer = buyer(m.buyer())};
}

PaymentAuthenticated EventReader::body(const pb::PaymentAuthenticated& m) {
  all_known(m);
  return {};
}

PaymentExpired EventReader::body(const pb::PaymentExpired& m) {
  all_known(m);
  return {};
}

PaymentFailed EventReader::body(const pb::PaymentFailed& m) {
  all_known(m);
  return {m.failure_code(), m.failure_message()};
}

ApprovalRequested EventReader::body(const pb::ApprovalRequested& m) {
  all_known(m);
  return {terms(m.terms()), Instant{m.deadline()}};
}

ApprovalApproved EventReader::body(const pb::ApprovalApproved& m) {
  all_known(m);
  return {.terms = terms(m.terms()),
          .approve_no = m.approve_no(),
          .network_txn_id = m.network_txn_id(),
          .approved_at = Instant{m.approved_at()},
          .evidence = m.evidence()};
}

ApprovalDeclined EventReader::body(const pb::ApprovalDeclined& m) {
  all_known(m);
  return {terms(m.terms()), m.failure_code(), m.failure_message(), m.evidence()};
}

ApprovalUnknown EventReader::body(const pb::ApprovalUnknown& m) {
  all_known(m);
  return {id<ApprovalId>(m.approval()), m.why()};
}

VirtualAccountIssued EventReader::body(const pb::VirtualAccountIssued& m) {
  all_known(m);
  return {terms(m.terms()), Instant{m.issued_at()}};
}

DepositConfirmed EventReader::body(const pb::DepositConfirmed& m) {
  all_known(m);
  return {.approval = id<ApprovalId>(m.approval()),
          .amount = m.amount(),
          .depositor = m.depositor(),
          .bank_notice_id = m.bank_notice_id(),
          .deposited_at = Instant{m.deposited_at()}};
}

DepositReversed EventReader::body(const pb::DepositReversed& m) {
  all_known(m);
  return {.approval = id<ApprovalId>(m.approval()),
          .amount = m.amount(),
          .effect = code<DepositReversal>(m.effect()),
          .bank_notice_id = m.bank_notice_id(),
          .reversed_at = Instant{m.reversed_at()}};
}

CancelRequested EventReader::body(const pb::CancelRequested& m) {
  all_known(m);
  return {terms(m.terms()), Instant{m.deadline()}};
}

CancelSucceeded EventReader::body(const pb::CancelSucceeded& m) {
  all_known(m);
  return {terms(m.terms()), m.transaction_key(), Instant{m.canceled_at()}, m.evidence()};
}

CancelFailed EventReader::body(const pb::CancelFailed& m) {
  all_known(m);
  return {terms(m.terms()), m.failure_code(), m.failure_message(), m.evidence()};
}

CancelUnknown EventReader::body(const pb::CancelUnknown& m) {
  all_known(m);
  return {id<CancelId>(m.cancel()), id<ApprovalId>(m.approval()), m.why()};
}

ProviderAsked EventReader::body(const pb::ProviderAsked& m) {
  all_known(m);
  return {.approval = id<ApprovalId>(m.approval()),
          .cancel = id<CancelId>(m.cancel()),
          .question = code<Question>(m.question()),
          .answer = code<ProviderAnswer>(m.answer()),
          .attempt = m.attempt(),
          .asked_at = Instant{m.asked_at()},
          .next_attempt_at = Instant{m.next_attempt_at()},
          .evidence = m.evidence()};
}

NetworkCancelRequested EventReader::body(const pb::NetworkCancelRequested& m) {
  all_known(m);
  return {id<ApprovalId>(m.approval()), m.why()};
}

NetworkCancelConfirmed EventReader::body(const pb::NetworkCancelConfirmed& m) {
  all_known(m);
  return {id<ApprovalId>(m.approval()), code<NetworkCancelResult>(m.result()), m.evidence()};
}

AcquisitionUpdated EventReader::body(const pb::AcquisitionUpdated& m) {
  all_known(m);
  return {.approval = id<ApprovalId>(m.approval()),
          .state = code<AcquisitionState>(m.state()),
          .batch_id = m.batch_id(),
          .slip_no = m.slip_no(),
          .at = Instant{m.at()}};
}

CommandRefused EventReader::body(const pb::CommandRefused& m) {
  all_known(m);
  return {m.operation(), code<RefusalCode>(m.code()), m.detail(), raw_id(m.about())};
}

CommandNoted EventReader::body(const pb::CommandNoted& m) {
  all_known(m);
  return {m.operation(), raw_id(m.about())};
}

IncidentOpened EventReader::body(const pb::IncidentOpened& m) {
  all_known(m);
  return {id<ApprovalId>(m.approval()), id<CancelId>(m.cancel()), m.code(), m.detail()};
}

MerchantRegistered EventReader::body(const pb::MerchantRegistered& m) {
  all_known(m);
  return {m.code(), m.name(), metadata(m.metadata()), m.organisation()};
}

MerchantClosed EventReader::body(const pb::MerchantClosed& m) {
  all_known(m);
  return {};
}

ApiKeyCreated EventReader::body(const pb::ApiKeyCreated& m) {
  all_known(m);
  return {.key = id<ApiKeyId>(m.key()),
          .hash = m.hash(),
          .scopes = m.scopes(),
          .label = m.label(),
          .expires_at = Instant{m.expires_at()}};
}

ApiKeyRevoked EventReader::body(const pb::ApiKeyRevoked& m) {
  all_known(m);
  return {id<ApiKeyId>(m.key())};
}

EventBody EventReader::body_of(const pb::Event& m) {
  switch (m.body_case()) {
    case pb::Event::kPaymentCreated:
      return body(m.payment_created());
    case pb::Event::kPaymentAuthenticated:
      return body(m.payment_authenticated());
    case pb::Event::kPaymentExpired:
      return body(m.payment_expired());
    case pb::Event::kPaymentFailed:
      return body(m.payment_failed());
    case pb::Event::kApprovalRequested:
      return body(m.approval_requested());
    case pb::Event::kApprovalApproved:
      return body(m.approval_approved());
    case pb::Event::kApprovalDeclined:
      return body(m.approval_declined());
    case pb::Event::kApprovalUnknown:
      return body(m.approval_unknown());
    case pb::Event::kVirtualAccountIssued:
      return body(m.virtual_account_issued());
    case pb::Event::kDepositConfirmed:
      return body(m.deposit_confirmed());
    case pb::Event::kDepositReversed:
      return body(m.deposit_reversed());
    case pb::Event::kCancelRequested:
      return body(m.cancel_requested());
    case pb::Event::kCancelSucceeded:
      return body(m.cancel_succeeded());
    case pb::Event::kCancelFailed:
      return body(m.cancel_failed());
    case pb::Event::kCancelUnknown:
      return body(m.cancel_unknown());
    case pb::Event::kProviderAsked:
      return body(m.provider_asked());
    case pb::Event::kNetworkCancelRequested:
      return body(m.network_cancel_requested());
    case pb::Event::kNetworkCancelConfirmed:
      return body(m.network_cancel_confirmed());
    case pb::Event::kAcquisitionUpdated:
      return body(m.acquisition_updated());
    case pb::Event::kCommandRefused:
      return body(m.command_refused());
    case pb::Event::kCommandNoted:
      return body(m.command_noted());
    case pb::Event::kIncidentOpened:
      return body(m.incident_opened());
    case pb::Event::kMerchantRegistered:
      return body(m.merchant_registered());
    case pb::Event::kMerchantClosed:
      return body(m.merchant_closed());
    case pb::Event::kApiKeyCreated:
      return body(m.api_key_created());
    case pb::Event::kApiKeyRevoked:
      return body(m.api_key_revoked());
    case pb::Event::kReferenceProposed:
      return read(*this, m.reference_proposed());
    case pb::Event::kReferenceDecided:
      return read(*this, m.reference_decided());
    case pb::Event::kSettlementRunStarted:
      return read(*this, m.settlement_run_started());
    case pb::Event::kSettlementRunEnded:
      return read(*this, m.settlement_run_ended());
    case pb::Event::kSettlementLinesRecorded:
      return read(*this, m.settlement_lines_recorded());
    case pb::Event::kSettlementLinesRedated:
      return read(*this, m.settlement_lines_redated());
    case pb::Event::kPayoutRequested:
      return read(*this, m.payout_requested());
    case pb::Event::kPayoutUpdated:
      return read(*this, m.payout_updated());
    case pb::Event::kFileImported:
      return read(*this, m.file_imported());
    case pb::Event::kFileMatched:
      return read(*this, m.file_matched());
    case pb::Event::kBreakResolved:
      return read(*this, m.break_resolved());
    case pb::Event::BODY_NOT_SET:
      break;
  }
  refuse("is of a kind that this program doesn't know");
  return {};
}

Event EventReader::event(const pb::Event& m) {
  if (m.format_version() != ProtobufEventCodec::kFormatVersion)
    refuse("is of a format version that this program doesn't know");
  Event out{.id = id<EventId>(m.id()),
            .stream = raw_id(m.stream()),
            .version = m.version(),
            .merchant = id<MerchantId>(m.merchant()),
            .order_id = m.order_id(),
            .currency = currency(m.currency()),
            .occurred_at = Instant{m.occurred_at()},
            .recorded_at = Instant{m.recorded_at()},
            .actor = actor(m.actor()),
            .reason = m.reason(),
            .cause = id<EventId>(m.cause()),
            .idempotency_key = m.idempotency_key(),
            .status_after = code<PaymentStatus>(m.status_after()),
            .balance_after = m.balance_after(),
            .body = body_of(m)};
  all_known(m);  // after the body: an unknown kind is named as that
  return out;
}

// The library writes to stderr what it can't parse; here that is an answer, and whoever asked reports it.
void silence_library() {
  static std::once_flag once;
  std::call_once(once, [] { google::protobuf::SetLogHandler(nullptr); });
}

}  // namespace

ProtobufEventCodec::ProtobufEventCodec() { silence_library(); }

Result<Event> read_any(std::string_view bytes) {
  alignas(8) char first_block[4096];
  google::protobuf::ArenaOptions options;
  options.initial_block = first_block;
  options.initial_block_size = sizeof first_block;
  google::protobuf::Arena arena(options);
  auto* const message = google::protobuf::Arena::CreateMessage<pb::Event>(&arena);
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return corrupt("the bytes are no event: not well-formed");
  }

  EventReader reader;
  Event event = reader.event(*message);
  if (!reader.why().empty()) return corrupt("the event " + reader.why());
  return event;
}

Result<Event> ProtobufEventCodec::decode(std::string_view bytes) const {
  Result<Event> out{Event()};
  if (bytes.size() > kEventBytesMax) {
    out = corrupt("the event is larger than an event can be");
  } else if (!read_plain(bytes, *out)) {
    out = read_any(bytes);
  }
  return out;
}

}  // namespace wonjang
