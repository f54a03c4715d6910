// Golden files pin what payments, events, answers and problems look like.
#include <boost/json.hpp>

#include "app/api/json/answers.h"
#include "app/api/json/event_json.h"
#include "app/api/json/json_writer.h"
#include "app/api/json/payment_json.h"
#include "app/api/json/problem.h"
#include "app/api/json/table_for_tests.h"
#include "domain/settlement/streams.h"
#include "testing/settlement_samples.h"

namespace wonjang {
namespace {

using testing::full_body;

const Instant kAt = *parse_rfc3339("2026-11-22T10:30:02.123456+09:00");
RawId raw(std::uint64_t n) { return {0x019A'0000'0001'1230ULL, n}; }

ApprovalTerms card_terms() {
  CardDetail card;
  card.issuer_code = "11";
  card.bin = "457972";
  card.last4 = "1234";
  card.card_type = CardType::credit;
  card.installment_months = 3;
  return {ApprovalId(raw(9)), 1, card, {909, 91, 10000, 0}, "", "PG1", ""};
}

Payment sample() {
  Payment payment;
  payment.id = PaymentId(raw(8));
  payment.merchant = MerchantId(raw(7));
  payment.order_id = "order-1";
  payment.terms.order_name = "커피 \"2잔\"\\";
  payment.terms.parts = {909, 91, 10000, 0};
  payment.terms.buyer = {"김민수", "01012345678", ""};
  payment.terms.metadata = {{"na\"me", "va\nlue"}};
  payment.terms.requested_at = kAt;
  payment.terms.external.pg_name = "PG1";
  payment.terms.api_version = "2026-11-22";
  payment.total = 11000;
  payment.balance = 7000;
  payment.status = PaymentStatus::partial_canceled;
  payment.version = 3;
  payment.created_at = payment.updated_at = payment.approved_at = kAt;
  Approval approval;
  approval.terms = card_terms();
  approval.state = ApprovalState::approved;
  approval.approve_no = "30012345";
  approval.approved_at = approval.received_at = kAt;
  approval.canceled = {364, 36, 3600, 0};
  approval.acquisition = AcquisitionState::requested;
  payment.approvals.push_back(approval);
  Cancel cancel;
  cancel.terms = {CancelId(raw(10)),
                  ApprovalId(raw(9)),
                  CancelKind::partial,
                  {364, 36, 3600, 0},
                  0,
                  "",
                  ActorKind::customer,
                  CancelPhase::after_acquire,
                  kAt};
  cancel.state = CancelState::succeeded;
  cancel.reason = "one item";
  cancel.canceled_at = kAt;
  cancel.balance_after = 7000;
  payment.cancels.push_back(cancel);
  return payment;
}

// One event of every kind, in the order of the variant.
std::vector<EventBody> all_bodies() {
  const CancelTerms cancel = sample().cancels[0].terms;
  const ApprovalId approval(raw(9));
  ApprovalTerms account = card_terms();
  account.method = VirtualAccountDetail{"20", "van_1", AccountType::normal, "홍*동", "", kAt, ""};
  ProviderAsked asked;
  asked.approval = approval;
  asked.question = Question::inquire_approval;
  asked.answer = ProviderAnswer::no_answer;
  asked.attempt = 2;
  asked.asked_at = kAt;
  return {sample().terms,
          PaymentAuthenticated{},
          ApprovalRequested{card_terms(), kAt},
          ApprovalApproved{card_terms(), "30012345", "txn-1", kAt, ""},
          ApprovalDeclined{card_terms(), "LIMIT", "over the limit", "raw"},
          ApprovalUnknown{approval, "no answer in time"},
          VirtualAccountIssued{account, kAt},
          DepositConfirmed{approval, 11000, "홍길동", "n-1", kAt},
          DepositReversed{approval, 11000, DepositReversal::to_waiting, "n-2", kAt},
          PaymentExpired{},
          PaymentFailed{"LEFT", "closed"},
          CancelRequested{cancel, kAt},
          CancelSucceeded{cancel, "tk-1", kAt, ""},
          CancelFailed{cancel, "CLOSED", "window closed", ""},
          CancelUnknown{CancelId(raw(10)), approval, "no answer in time"},
          asked,
          NetworkCancelRequested{approval, "no answer"},
          NetworkCancelConfirmed{approval, NetworkCancelResult::canceled, "raw"},
          AcquisitionUpdated{approval, AcquisitionState::completed, "b-1", "s-1", kAt},
          CommandRefused{"cancel", RefusalCode::cancel_exceeds_balance, "too much"},
          CommandNoted{"record_acquisition"},
          IncidentOpened{approval, cancel.cancel, "LATE_SUCCESS", "look"},
          MerchantRegistered{"shop-1", "가게", {{"a", "1"}}, "mall-7"},
          MerchantClosed{},
          ApiKeyCreated{ApiKeyId(raw(11)), "hash-not-shown", "merchant,operator", "till", kAt},
          ApiKeyRevoked{ApiKeyId(raw(11))},
          full_body(std::type_identity<settlement::ChangeProposed>()),
          full_body(std::type_identity<settlement::ChangeDecided>()),
          full_body(std::type_identity<settlement::RunStarted>()),
          full_body(std::type_identity<settlement::RunEnded>()),
          full_body(std::type_identity<settlement::LinesRecorded>()),
          full_body(std::type_identity<settlement::LinesRedated>()),
          full_body(std::type_identity<settlement::PayoutRequested>()),
          full_body(std::type_identity<settlement::PayoutUpdated>()),
          full_body(std::type_identity<settlement::FileImported>()),
          full_body(std::type_identity<settlement::FileMatched>()),
          full_body(std::type_identity<settlement::BreakResolved>())};
}

RawId house_stream_for(const EventBody& body) {
  const std::string_view type = type_of(body);
  if (type.starts_with("reference.")) return settlement::change_stream(raw(12));
  if (type.starts_with("payout.")) {
    return *settlement::payout_stream(MerchantId(raw(7)), 3, {20'779}, Currency());
  }
  if (type.starts_with("settlement.run_")) return *settlement::run_stream({20'779});
  if (type.starts_with("settlement.")) {
    return *settlement::lines_stream(MerchantId(raw(7)), 3, {20'779}, 1);
  }
  return settlement::file_stream(raw(12));
}

Event event_with(EventBody body) {
  Event event;
  event.id = EventId(raw(20));
  event.stream = raw(8);
  event.version = 2;
  event.merchant = MerchantId(raw(7));
  event.order_id = "order-1";
  event.occurred_at = kAt;
  event.recorded_at = kAt.plus_us(7);
  event.actor = {ActorKind::merchant, "key_1"};
  event.reason = "because";
  event.idempotency_key = "k-1";
  event.status_after = PaymentStatus::done;
  event.balance_after = 11000;
  event.body = std::move(body);
  if (!is_house_event(event.body)) return event;
  event.stream = house_stream_for(event.body);
  event.order_id.clear();
  event.status_after = PaymentStatus::none;
  event.balance_after = 0;
  return event;
}

void expect_json(const std::string& text) {
  boost::json::error_code error;
  const auto parsed = boost::json::parse(text, error);
  EXPECT_FALSE(error) << error.message() << "\n" << text;
}

std::string golden(const std::string& name, const std::string& text) {
  return differs_from_file(std::string(WJ_API_JSON_TESTDATA "/") + name, text);
}

TEST(PaymentJson, a_payment_looks_like_its_golden_file) {
  std::string out;
  append_payment_json(out, sample());
  expect_json(out);
  EXPECT_EQ(golden("payment.json", out + "\n"), "");
}

TEST(PaymentJson, every_method_has_its_block) {
  std::string all;
  const std::vector<MethodDetail> details = {CardDetail{},
                                             VirtualAccountDetail{},
                                             TransferDetail{"20", "tok", "T"},
                                             MobilePhoneDetail{"SKT", "tok", "2026-11", true},
                                             GiftCertificateDetail{GiftKind::book},
                                             EasyPayDetail{"SOMEPAY", FundedBy::card, 900, 100, CardDetail{}},
                                             PointDetail{"SHOP"},
                                             CouponDetail{},
                                             DepositCupDetail{"CUP"}};
  ASSERT_EQ(details.size(), std::size(kMethods));
  for (const auto& detail : details) {
    auto payment = sample();
    payment.approvals[0].terms.method = detail;
    std::string out;
    append_payment_json(out, payment);
    expect_json(out);
    const auto from = out.find("\"method\"");
    all += out.substr(from, out.find(",\"amount\":11000", from) - from) + "\n";
  }
  EXPECT_EQ(golden("methods.txt", all), "");
}

TEST(EventJson, every_kind_of_event_looks_like_its_golden_line) {
  const auto bodies = all_bodies();
  ASSERT_EQ(bodies.size(), std::variant_size_v<EventAlternatives>);
  std::string all;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    ASSERT_EQ(bodies[i].index(), i);
    std::string out;
    append_event_json(out, event_with(bodies[i]), "s1");
    expect_json(out);
    EXPECT_EQ(out.find("hash-not-shown"), std::string::npos);
    all += out + "\n";
  }
  EXPECT_EQ(golden("events.txt", all), "");
}

TEST(EventJson, every_kind_of_reference_data_looks_like_its_golden_line) {
  std::string all;
  for (const auto& reference : testing::full_references()) {
    std::string out;
    append_event_json(
        out, event_with(settlement::ChangeProposed{settlement::ChangeId(raw(12)), reference, "note"}), "s1");
    expect_json(out);
    all += out + "\n";
  }
  EXPECT_EQ(golden("references.txt", all), "");
}

TEST(EventJson, an_aside_about_a_house_stream_names_it) {
  Event event = event_with(
      CommandRefused{"record_facts", RefusalCode::version_mismatch, "", *settlement::run_stream({20'779})});
  event.stream = aside_stream(raw(13));
  event.status_after = PaymentStatus::none;
  std::string out;
  append_event_json(out, event, "s1");
  EXPECT_NE(out.find(R"("subject":"run_)"), std::string::npos) << out;
  EXPECT_NE(out.find(R"("aside":true)"), std::string::npos) << out;
  EXPECT_EQ(out.find("paymentId"), std::string::npos) << out;
}

TEST(JsonWriter, escapes_what_must_be_escaped) {
  std::string out;
  JsonWriter w(out);
  w.begin_object();
  w.text("a", std::string_view("\"\\\n\r\t\x01\x1f\0é", 10)).number("b", INT64_MIN).flag("c", true);
  w.begin_array("d").element("x").element("y").end_array();
  w.begin_object("e").end_object();
  w.end_object();
  EXPECT_EQ(
      out, R"({"a":"\"\\\n\r\t\u0001\u001f\u0000é","b":-9223372036854775808,"c":true,"d":["x","y"],"e":{}})");
}

Outcome outcome_of(const Payment& payment, std::span<const Event> events, const Refusal* refusal = nullptr) {
  return {payment, events, refusal, "any", 0, 0};
}

TEST(Answers, the_status_follows_from_what_happened) {
  const auto payment = sample();
  const std::pair<EventBody, int> rows[] = {
      {sample().terms, 201},      {ApprovalApproved{}, 201},       {VirtualAccountIssued{}, 201},
      {CancelSucceeded{}, 201},   {PaymentAuthenticated{}, 200},   {DepositConfirmed{}, 200},
      {DepositReversed{}, 200},   {AcquisitionUpdated{}, 200},     {PaymentFailed{}, 200},
      {ApprovalRequested{}, 202}, {CancelRequested{}, 202},        {ApprovalDeclined{}, 402},
      {CancelFailed{}, 402},      {NetworkCancelConfirmed{}, 402},
  };
  for (const auto& [body, status] : rows) {
    const Event event = event_with(body);
    const auto reply = api_renderer().render(outcome_of(payment, {&event, 1}));
    EXPECT_EQ(reply.status, status) << type_of(body);
    expect_json(reply.body);
    EXPECT_EQ(reply.body.find("requestId"), std::string::npos);
  }
  EXPECT_EQ(api_renderer().render(outcome_of(payment, {})).status, 200);
}

TEST(Answers, the_same_outcome_gives_the_same_bytes) {
  const auto payment = sample();
  const Event event = event_with(CancelSucceeded{});
  EXPECT_EQ(api_renderer().render(outcome_of(payment, {&event, 1})).body,
            api_renderer().render(outcome_of(payment, {&event, 1})).body);
}

TEST(Answers, a_declined_approval_brings_the_payment_along) {
  const auto payment = sample();
  const Event event = event_with(ApprovalDeclined{card_terms(), "LIMIT", "over the limit", ""});
  const auto reply = api_renderer().render(outcome_of(payment, {&event, 1}));
  EXPECT_NE(reply.body.find(R"("code":"PROVIDER_DECLINED")"), std::string::npos);
  EXPECT_NE(reply.body.find(R"("detail":"over the limit")"), std::string::npos);
  EXPECT_NE(reply.body.find(R"("payment":{"id":"pay_)"), std::string::npos);
}

TEST(Answers, a_refusal_is_a_problem_with_its_pointer_and_number) {
  const Refusal refusal{RefusalCode::cancel_exceeds_balance, "cancel 5,000 exceeds balance 3,000", "/amount",
                        3000};
  const auto reply = api_renderer().render(outcome_of(sample(), {}, &refusal));
  EXPECT_EQ(reply.status, 422);
  expect_json(reply.body);
  EXPECT_EQ(golden("refusal.json", reply.body + "\n"), "");
}

TEST(Answers, a_new_key_shows_its_secret_beside_the_stored_reply) {
  const Event event =
      event_with(ApiKeyCreated{ApiKeyId(raw(11)), "hash-not-shown", "merchant,operator", "till", {}});
  const auto reply = api_renderer().render(outcome_of(Payment{}, {&event, 1}));
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body.find("hash-not-shown"), std::string::npos);
  const auto first = with_secret(reply.body, "s3cret");
  expect_json(first);
  EXPECT_TRUE(first.starts_with(R"({"secret":"s3cret","id":"key_)"));
  EXPECT_NE(first.find(R"("scopes":["merchant","operator"])"), std::string::npos);
}

TEST(Answers, registry_answers_are_json) {
  for (const EventBody& body : {EventBody(MerchantRegistered{"shop-1", "가게", {}}),
                                EventBody(MerchantClosed{}), EventBody(ApiKeyRevoked{ApiKeyId(raw(11))})}) {
    const Event event = event_with(body);
    expect_json(api_renderer().render(outcome_of(Payment{}, {&event, 1})).body);
  }
}

}  // namespace
}  // namespace wonjang
