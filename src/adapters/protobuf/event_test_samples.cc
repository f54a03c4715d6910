#include "adapters/protobuf/event_test_samples.h"

#include <type_traits>

#include "testing/settlement_samples.h"

namespace wonjang {
namespace {

constexpr std::uint64_t kBirth = 0x0193'4F2A'1B00'0000ULL;

// Different for every use, so that no two fields can be swapped unseen.
RawId sample_id(std::uint64_t n) { return {kBirth + (n << 4U), 0xA000'0000'0000'0000ULL + n}; }
Instant sample_time(std::int64_t n) { return {1'732'240'000'000'000 + n * 1'001}; }

constexpr TaxParts kParts{.supply = 45'455, .vat = 4'545, .tax_free = 10'000, .tax_exempt = 300};

CardDetail full_card() {
  return {.issuer_code = "31",
          .acquirer_code = "61",
          .bin = "94901234",
          .last4 = "1234",
          .card_type = CardType::credit,
          .owner_type = OwnerType::corporate,
          .installment_months = 3,
          .is_interest_free = true,
          .interest_payer = InterestPayer::merchant,
          .used_point = 500,
          .instant_discount = 250,
          .card_token = "tok_card_7f3a9c",
          .three_ds = "05"};
}

// One for each method, in the order of Method.
std::vector<MethodDetail> full_methods() {
  return {full_card(),
          VirtualAccountDetail{.bank_code = "20",
                               .account_no_token = "tok_acct_11",
                               .account_type = AccountType::fixed,
                               .holder = "원장상점",
                               .depositor = "홍길동",
                               .due_at = sample_time(90),
                               .refund_account_token = "tok_acct_12"},
          TransferDetail{"88", "tok_acct_13", "OPEN_BANKING"},
          MobilePhoneDetail{"SKT", "tok_phone_14", "2026-11", true},
          GiftCertificateDetail{GiftKind::book},
          EasyPayDetail{.provider = "TOSSPAY",
                        .funded_by = FundedBy::card,
                        .amount = 40'000,
                        .discount_amount = 1'500,
                        .card = full_card()},
          PointDetail{"MYPOINT"},
          CouponDetail{"SPRING26"},
          DepositCupDetail{"COSMO"}};
}

ApprovalTerms full_terms(MethodDetail method = full_card()) {
  return {.approval = ApprovalId(sample_id(11)),
          .seq = 2,
          .method = std::move(method),
          .parts = kParts,
          .provider = "sim",
          .pg_code = "PG1",
          .van = "NICE"};
}

CancelTerms full_cancel() {
  return {.cancel = CancelId(sample_id(21)),
          .approval = ApprovalId(sample_id(11)),
          .kind = CancelKind::partial,
          .parts = kParts,
          .easy_pay_discount_amount = 700,
          .refund_account_token = "tok_acct_22",
          .requester = ActorKind::merchant,
          .phase = CancelPhase::after_acquire,
          .requested_at = sample_time(23)};
}

template <typename Body>
using Kind = std::type_identity<Body>;

constexpr const char* kEvidence = "{\"code\":\"0000\",\"raw\":\"\xB0\xED\"}";  // not UTF-8, as it came
const Metadata kMetadata = {{"cart", "c-1"}, {"cart", "c-2"}, {"메모", "문 앞"}};

EventBody full(Kind<PaymentCreated>) {
  return PaymentCreated{.order_name = "사과 3kg 외 2건",
                        .type = PaymentType::brandpay,
                        .channel = Channel::key_in,
                        .country = "KR",
                        .sub_mall_id = "mall-7",
                        .store_id = "store-42",
                        .parts = kParts,
                        .use_escrow = true,
                        .culture_expense = true,
                        .is_partial_cancelable = true,
                        .authenticated = true,
                        .customer_key = "customer-0001",
                        .metadata = kMetadata,
                        .requested_at = sample_time(1),
                        .expires_at = sample_time(2),
                        .external = {"otherpg", "pk_20261122_000001", "tk_000001"},
                        .api_version = "2026-11-22",
                        .buyer = {"김민수", "01012345678", "minsu@example.kr"}};
}
EventBody full(Kind<PaymentAuthenticated>) { return PaymentAuthenticated{}; }
EventBody full(Kind<PaymentExpired>) { return PaymentExpired{}; }
EventBody full(Kind<PaymentFailed>) { return PaymentFailed{"PAY_PROCESS_ABORTED", "고객이 그만두었습니다"}; }
EventBody full(Kind<ApprovalRequested>) { return ApprovalRequested{full_terms(), sample_time(3)}; }
EventBody full(Kind<ApprovalApproved>) {
  return ApprovalApproved{full_terms(), "00123456", "net-778899", sample_time(4), kEvidence};
}
EventBody full(Kind<ApprovalDeclined>) {
  return ApprovalDeclined{full_terms(), "EXCEED_MAX_AMOUNT", "한도 초과", kEvidence};
}
EventBody full(Kind<ApprovalUnknown>) { return ApprovalUnknown{ApprovalId(sample_id(11)), "timeout"}; }
EventBody full(Kind<VirtualAccountIssued>) {
  return VirtualAccountIssued{full_terms(full_methods().at(1)), sample_time(5)};
}
EventBody full(Kind<DepositConfirmed>) {
  return DepositConfirmed{ApprovalId(sample_id(11)), 60'300, "홍길동", "bn-1", sample_time(6)};
}
EventBody full(Kind<DepositReversed>) {
  return DepositReversed{ApprovalId(sample_id(11)), 60'300, DepositReversal::to_canceled, "bn-2",
                         sample_time(7)};
}
EventBody full(Kind<CancelRequested>) { return CancelRequested{full_cancel(), sample_time(8)}; }
EventBody full(Kind<CancelSucceeded>) {
  return CancelSucceeded{full_cancel(), "tx-000009", sample_time(9), kEvidence};
}
EventBody full(Kind<CancelFailed>) {
  return CancelFailed{full_cancel(), "NOT_CANCELABLE", "취소할 수 없습니다", kEvidence};
}
EventBody full(Kind<CancelUnknown>) {
  return CancelUnknown{CancelId(sample_id(21)), ApprovalId(sample_id(11)), "connection reset"};
}
EventBody full(Kind<ProviderAsked>) {
  return ProviderAsked{.approval = ApprovalId(sample_id(11)),
                       .cancel = CancelId(sample_id(21)),
                       .question = Question::inquire_cancel,
                       .answer = ProviderAnswer::pending,
                       .attempt = 4,
                       .asked_at = sample_time(10),
                       .next_attempt_at = sample_time(11),
                       .evidence = kEvidence};
}
EventBody full(Kind<NetworkCancelRequested>) {
  return NetworkCancelRequested{ApprovalId(sample_id(11)), "no answer after 5 questions"};
}
EventBody full(Kind<NetworkCancelConfirmed>) {
  return NetworkCancelConfirmed{ApprovalId(sample_id(11)), NetworkCancelResult::never_existed, kEvidence};
}
EventBody full(Kind<AcquisitionUpdated>) {
  return AcquisitionUpdated{ApprovalId(sample_id(11)), AcquisitionState::completed, "b-20261123", "slip-9",
                            sample_time(12)};
}
EventBody full(Kind<CommandRefused>) {
  return CommandRefused{"cancel", RefusalCode::cancel_exceeds_balance, "60300 is more than 50000",
                        sample_id(13)};
}
EventBody full(Kind<CommandNoted>) { return CommandNoted{"record_acquisition", sample_id(13)}; }
EventBody full(Kind<IncidentOpened>) {
  return IncidentOpened{ApprovalId(sample_id(11)), CancelId(sample_id(12)), "LATE_SUCCESS",
                        "approved after the network cancel"};
}
EventBody full(Kind<MerchantRegistered>) {
  return MerchantRegistered{"shop-1", "원장상점", kMetadata, "wonjang-mall"};
}
EventBody full(Kind<MerchantClosed>) { return MerchantClosed{}; }
EventBody full(Kind<ApiKeyCreated>) {
  return ApiKeyCreated{.key = ApiKeyId(sample_id(31)),
                       .hash = std::string("\x00\xFF\x80", 3) + std::string(29, '\x7E'),
                       .scopes = "merchant,ingest",
                       .label = "till 3",
                       .expires_at = sample_time(13)};
}
EventBody full(Kind<ApiKeyRevoked>) { return ApiKeyRevoked{ApiKeyId(sample_id(31))}; }

template <HouseEvent Body>
EventBody full(Kind<Body> kind) {
  return testing::full_body(kind);
}

Event full_event(EventBody body) {
  return {.id = EventId(sample_id(1)),
          .stream = sample_id(2),
          .version = 300,
          .merchant = MerchantId(sample_id(3)),
          .order_id = "order-2026-11-22-0001",
          .currency = *Currency::parse("USD"),
          .occurred_at = sample_time(100),
          .recorded_at = sample_time(200),
          .actor = {ActorKind::admin, "key_live_1"},
          .reason = "고객 요청",
          .cause = EventId(sample_id(4)),
          .idempotency_key = "idem-3f9a",
          .status_after = PaymentStatus::partial_canceled,
          .balance_after = 60'300,
          .body = std::move(body)};
}

template <typename... Bodies>
void add_each_kind(std::vector<EventSample>& out, std::type_identity<std::variant<Bodies...>>) {
  const auto add = [&out](EventBody whole, EventBody empty) {
    const std::string type(type_of(whole));
    out.push_back({type + ".full", full_event(std::move(whole))});
    Event least;
    least.body = std::move(empty);
    out.push_back({type + ".minimal", std::move(least)});
  };
  (add(full(Kind<Bodies>()), Bodies{}), ...);
}

void add_each_method(std::vector<EventSample>& out) {
  for (MethodDetail& method : full_methods()) {
    const std::string name(code_of(method_of(method)));
    out.push_back({"approval.requested.method." + name,
                   full_event(ApprovalRequested{full_terms(std::move(method)), sample_time(3)})});
  }
}

void add_each_reference(std::vector<EventSample>& out) {
  for (settlement::Reference& reference : testing::full_references()) {
    const std::string name(settlement::kind_of(reference));
    out.push_back({"reference.proposed." + name + ".full",
                   full_event(settlement::ChangeProposed{settlement::ChangeId(sample_id(70)),
                                                         std::move(reference), "note"})});
  }
}

// Written before a field was there: the same bytes must come out, and be read, for ever.
void add_earlier(std::vector<EventSample>& out) {
  auto created = std::get<PaymentCreated>(full(Kind<PaymentCreated>()));
  created.buyer = {};
  out.push_back({"payment.created.before_buyer", full_event(std::move(created))});
  auto merchant = std::get<MerchantRegistered>(full(Kind<MerchantRegistered>()));
  merchant.organisation.clear();
  auto refused = std::get<CommandRefused>(full(Kind<CommandRefused>()));
  refused.about = {};
  out.push_back({"command.refused.before_about", full_event(std::move(refused))});
  out.push_back({"merchant.registered.before_organisation", full_event(std::move(merchant))});
  auto held = std::get<settlement::FundsHeld>(testing::full_references().at(4));
  held.merchant = {};
  out.push_back(
      {"reference.proposed.FUNDS_HELD.before_merchant",
       full_event(settlement::ChangeProposed{settlement::ChangeId(sample_id(70)), std::move(held), "note"})});
  auto contract = std::get<settlement::Contract>(testing::full_references().front());
  contract.fees.by_method.clear();
  contract.cycle_by_method.clear();
  out.push_back({"reference.proposed.CONTRACT.before_by_method",
                 full_event(settlement::ChangeProposed{settlement::ChangeId(sample_id(70)),
                                                       std::move(contract), "note"})});
}

// Where a mistake in width or sign would show.
void add_edges(std::vector<EventSample>& out) {
  Event event = full_event(DepositConfirmed{ApprovalId(sample_id(11)), INT64_MIN, "", "", {INT64_MAX}});
  event.version = UINT32_MAX;
  event.balance_after = -1;
  event.status_after = static_cast<PaymentStatus>(255);  // a code of a later program
  event.stream = {0, 1};
  event.order_id = std::string("\x00 zero byte", 11);
  event.reason = std::string(200, 'r');  // two length bytes
  out.push_back({"deposit.confirmed.edges", event});
}

}  // namespace

std::vector<EventSample> event_samples() {
  std::vector<EventSample> out;
  add_each_kind(out, std::type_identity<EventAlternatives>());
  add_each_method(out);
  add_each_reference(out);
  add_edges(out);
  add_earlier(out);
  return out;
}

}  // namespace wonjang
