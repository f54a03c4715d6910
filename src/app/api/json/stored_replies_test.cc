// An answer that is kept follows from its events, or what is wrong is said: each byte of one is flipped.
#include "app/api/json/stored_replies.h"

#include <gtest/gtest.h>

#include "app/api/json/answers.h"
#include "app/api/json/money_contract_json.h"
#include "app/api/json/problem.h"
#include "domain/settlement/streams.h"
#include "testing/settlement_samples.h"

namespace wonjang {
namespace {

const Instant kWhen{1'790'000'000'000'000};
RawId raw_id(std::uint64_t n) { return {0x019A'0000'0001'1230ULL, n}; }

std::string fault(const Outcome& made_of, const Reply& stored, std::span<const Event> before = {}) {
  return api_stored_replies().fault_of(made_of, before, stored);
}

Reply flipped(Reply reply, std::size_t at) {
  reply.body[at] = static_cast<char>(reply.body[at] ^ 1);
  return reply;
}

// The positions at which a flipped bit isn't noticed.
std::string unnoticed(const Outcome& made_of, const Reply& stored, std::span<const Event> before = {}) {
  std::string out;
  for (std::size_t i = 0; i < stored.body.size(); ++i) {
    if (fault(made_of, flipped(stored, i), before).empty()) out.push_back(stored.body[i]);
  }
  return out;
}

// Is a flipped bit noticed at each position of `part`?
bool is_noticed_in(std::string_view part, const Outcome& made_of, const Reply& stored) {
  const auto at = stored.body.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  for (std::size_t i = at; i < at + part.size() && i < stored.body.size(); ++i) {
    if (fault(made_of, flipped(stored, i), {}).empty()) return false;
  }
  return true;
}

Payment paid() {
  Payment payment;
  payment.id = PaymentId(raw_id(8));
  payment.merchant = MerchantId(raw_id(7));
  payment.order_id = "order-1";
  payment.terms.order_name = "커피 \"2잔\"";
  payment.terms.metadata = {{"name", "value"}};
  payment.total = payment.balance = 11'000;
  payment.status = PaymentStatus::done;
  payment.version = 2;
  payment.created_at = payment.updated_at = kWhen;
  return payment;
}

Event with(EventBody body, RawId stream = raw_id(8)) {
  Event event;
  event.stream = stream;
  event.merchant = MerchantId(raw_id(7));
  event.recorded_at = kWhen;
  event.body = std::move(body);
  return event;
}

TEST(StoredReplies, of_a_payment_every_flipped_byte_is_noticed_whatever_route_it_came_by) {
  const auto payment = paid();
  const auto event = with(PaymentCreated{});
  const Outcome made_of{payment, {&event, 1}, nullptr, "", 0, 5};
  for (const auto* renderer : {&api_renderer(), &ingest_renderer()}) {
    auto stored = renderer->render(made_of);
    EXPECT_EQ(fault(made_of, stored), "");
    EXPECT_EQ(unnoticed(made_of, stored), "");
    stored.status = 200;
    EXPECT_EQ(fault(made_of, stored), "isn't the one that follows from its events");
  }
}

TEST(StoredReplies, a_provider_s_no_and_a_person_s_word_are_derived) {
  const auto payment = paid();
  auto event = with(ApprovalDeclined{{}, "51", "no", ""});
  event.actor.kind = ActorKind::admin;
  Outcome made_of{payment, {&event, 1}, nullptr, "", 0, 5};
  const auto declined = api_renderer().render(made_of);
  ASSERT_EQ(declined.status, 402);
  for (const auto* part : {"\"status\":402", "\"code\"", "order-1", "11000"})
    EXPECT_TRUE(is_noticed_in(part, made_of, declined)) << part;
  made_of.operation = "settle_by_person";
  const auto told = api_renderer().render(made_of);
  ASSERT_EQ(told.status, 200);
  made_of.operation = "";
  EXPECT_EQ(unnoticed(made_of, told), "");
}

// The pointer and the number are the request's: any bytes of theirs that still are a text and a number.
TEST(StoredReplies, of_a_refusal_what_it_means_is_derived) {
  const auto payment = paid();
  const auto event = with(CommandRefused{"cancel", RefusalCode::cancel_exceeds_balance, "too much", {}});
  const Refusal whole{RefusalCode::cancel_exceeds_balance, "too much", "/amount", 1234};
  const Refusal known{RefusalCode::cancel_exceeds_balance, "too much", {}, 0};
  const Outcome made_of{payment, {&event, 1}, &known, "cancel", 0, 5};
  const auto stored = refusal_reply(whole);
  EXPECT_EQ(fault(made_of, stored), "");
  for (const auto* part :
       {"\"status\":", "\"code\":\"CANCEL_EXCEEDS_BALANCE\"", "too much", "\"retryable\":"})
    EXPECT_TRUE(is_noticed_in(part, made_of, stored)) << part;
  const Refusal other{RefusalCode::nothing_to_cancel, "too much", "/amount", 1234};
  EXPECT_NE(fault(made_of, refusal_reply(other)), "");
}

// A ledger outlives the wording of many versions.
TEST(StoredReplies, a_no_that_an_older_version_worded_otherwise_is_the_same_no) {
  const auto payment = paid();
  const auto event = with(CommandRefused{"cancel", RefusalCode::cancel_exceeds_balance, "too much", {}});
  const Refusal known{RefusalCode::cancel_exceeds_balance, "too much", {}, 0};
  const Outcome made_of{payment, {&event, 1}, &known, "cancel", 0, 5};
  auto stored = refusal_reply({RefusalCode::cancel_exceeds_balance, "too much", "/amount", 1234});
  for (const std::string name : {"\"title\":\"", "\"hint\":\""}) {
    const auto at = stored.body.find(name);
    ASSERT_NE(at, std::string::npos);
    stored.body.insert(at + name.size(), "As it was said then. ");
  }
  EXPECT_EQ(fault(made_of, stored), "");
}

TEST(StoredReplies, of_merchants_and_keys_every_flipped_byte_is_noticed) {
  const Payment none;
  const Event events[] = {
      with(MerchantRegistered{"shop", "Shop", {}, {}}, raw_id(1)),
      with(MerchantClosed{}, raw_id(1)),
  };
  for (const auto& event : events) {
    const Outcome made_of{none, {&event, 1}, nullptr, "", 0, 5};
    const auto stored = api_renderer().render(made_of);
    EXPECT_EQ(fault(made_of, stored), "");
    EXPECT_EQ(unnoticed(made_of, stored), "");
  }
}

TEST(StoredReplies, a_decision_shows_who_proposed_which_is_an_earlier_event) {
  const Payment none;
  const auto stream = settlement::change_stream(raw_id(3));
  auto proposed = with(testing::full_body(std::type_identity<settlement::ChangeProposed>()), stream);
  proposed.actor = {ActorKind::admin, "key_one"};
  auto decided = with(testing::full_body(std::type_identity<settlement::ChangeDecided>()), stream);
  decided.actor = {ActorKind::admin, "key_two"};
  const Outcome proposal{none, {&proposed, 1}, nullptr, "", 0, 5};
  EXPECT_EQ(unnoticed(proposal, change_renderer().render(proposal)), "");

  money::ChangeNow known;
  known.proposed = std::get<settlement::ChangeProposed>(proposed.body);
  known.proposed_by = proposed.actor;
  known.proposed_at = proposed.recorded_at;
  const Outcome decision{none, {&decided, 1}, nullptr, "", 0, 6};
  const auto stored = DecisionRenderer(known).render(decision);
  EXPECT_NE(stored.body.find("key_one"), std::string::npos);
  EXPECT_EQ(unnoticed(decision, stored, {&proposed, 1}), "");
  EXPECT_NE(fault(decision, stored), "") << "without the proposal it doesn't follow";
}

TEST(StoredReplies, an_older_answer_may_lack_members_and_has_none_that_is_not_derived) {
  const auto payment = paid();
  const auto event = with(PaymentCreated{});
  const Outcome made_of{payment, {&event, 1}, nullptr, "", 0, 5};
  const auto now = api_renderer().render(made_of);
  const auto without = [&](std::string_view part) {
    auto older = now;
    const auto at = older.body.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    if (at != std::string::npos) older.body.erase(at, part.size());
    return older;
  };
  EXPECT_EQ(fault(made_of, without("\"orderId\":\"order-1\",")), "");
  EXPECT_NE(fault(made_of, without("11000")), "") << "no JSON";
  EXPECT_NE(fault(made_of, without("order-")), "") << "another value";
  EXPECT_NE(fault(made_of, without("Id")), "") << "a name that nothing has";
}

TEST(StoredReplies, a_job_s_answer_is_an_object_or_a_problem_of_its_status) {
  const Payment none;
  const auto event = with(CommandNoted{"run_payouts", kRegistryStream}, aside_stream(raw_id(9)));
  const Outcome made_of{none, {&event, 1}, nullptr, "run_payouts", 0, 5};
  EXPECT_EQ(fault(made_of, {200, R"({"payouts":3})"}), "");
  EXPECT_EQ(fault(made_of, {201, ""}), "") << "kept without its body";
  EXPECT_EQ(fault(made_of, problem_reply(ProblemKind::cannot_run)), "");
  EXPECT_EQ(fault(made_of, {200, R"({"payouts":3)"}), "isn't an object");
  EXPECT_EQ(fault(made_of, {0, "{}"}), "has the status 0, which no answer has");
  auto elsewhere = problem_reply(ProblemKind::cannot_run);
  elsewhere.status = 409;
  EXPECT_EQ(fault(made_of, elsewhere), "is no problem of status 409");
}

}  // namespace
}  // namespace wonjang
