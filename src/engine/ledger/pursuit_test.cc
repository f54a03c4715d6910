// Unknown outcomes, from the lost answer to the confirmed end. The provider is the seeded one; what it really
// captured is compared with what the book says.
#include "engine/ledger/pursuit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/provider_rig.h"

namespace wonjang {
namespace {

using testing::cancel_command;
using testing::create_command;
using testing::merchant_of;
using testing::ProviderRig;

class Pursuits : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  ProviderRig rig_{GetParam()};
  // Whatever happened on the way: in the end both sides hold the same money, and everything stored follows
  // from the events.
  void TearDown() override {
    rig_.settle_everything();
    EXPECT_EQ(rig_.mismatch(), "");
    EXPECT_EQ(rig_.difference(), "");
  }
};
INSTANTIATE_TEST_SUITE_P(Books, Pursuits, ::testing::Values(1U, 4U));

TEST_P(Pursuits, a_provider_that_answers_pays_at_once) {
  const auto payment = rig_.ready("order-plain-1", 10'000);
  const auto answer = rig_.approve(payment, 10'000, "a1");
  EXPECT_EQ(answer.reply.status, 201);
  EXPECT_EQ(rig_.state(payment).status, PaymentStatus::done);
  // The intent stands before the outcome in the history.
  const auto events = rig_.events_of(payment);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<ApprovalRequested>(events[2].event.body));
  EXPECT_TRUE(std::holds_alternative<ApprovalApproved>(events[3].event.body));
  // A repeat is answered from the stored outcome, and nobody is called again.
  const auto again = rig_.approve(payment, 10'000, "a1");
  EXPECT_EQ(again.kind, AnswerKind::replayed);
  EXPECT_EQ(again.reply.body, answer.reply.body);
}

TEST_P(Pursuits, a_decline_is_final_and_another_try_needs_another_key) {
  const auto payment = rig_.ready("order-sim-decline-1", 10'000);
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 402);
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").kind, AnswerKind::replayed);
  EXPECT_EQ(rig_.state(payment).status, PaymentStatus::in_progress);
}

TEST_P(Pursuits, an_unreachable_provider_did_not_happen) {
  rig_.acquirer.set_reachable(false);
  const auto payment = rig_.ready("order-plain-1", 10'000);
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 402);
  const auto state = rig_.state(payment);
  ASSERT_EQ(state.approvals.size(), 1U);
  EXPECT_EQ(state.approvals[0].state, ApprovalState::declined);
  EXPECT_EQ(state.approvals[0].failure_code, "PROVIDER_UNAVAILABLE");
  rig_.acquirer.set_reachable(true);
}

TEST_P(Pursuits, an_answer_lost_after_it_took_effect_is_found_and_counts) {
  const auto payment = rig_.ready("order-sim-lost-after-1", 10'000);
  const auto unknown = rig_.approve(payment, 10'000, "a1");
  EXPECT_EQ(unknown.reply.status, 504);
  EXPECT_EQ(rig_.state(payment).approvals[0].state, ApprovalState::unknown);
  // In doubt isn't an answer that is stored: a repeat is told the present state.
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").kind, AnswerKind::open);
  rig_.settle_everything();
  EXPECT_EQ(rig_.state(payment).status, PaymentStatus::done);
  // Now it is, and frozen under the key of the request that began it.
  const auto known = rig_.approve(payment, 10'000, "a1");
  EXPECT_EQ(known.kind, AnswerKind::replayed);
  EXPECT_EQ(known.reply.status, 201);
}

TEST_P(Pursuits, a_request_lost_before_it_arrived_is_network_cancelled) {
  const auto payment = rig_.ready("order-sim-lost-before-1", 10'000);
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 504);
  rig_.settle_everything();
  const auto state = rig_.state(payment);
  EXPECT_EQ(state.approvals[0].state, ApprovalState::reversed);
  EXPECT_EQ(state.status, PaymentStatus::in_progress);
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 402);
  // Every question and every answer is in the history.
  std::size_t asked = 0;
  for (const auto& stored : rig_.events_of(payment)) {
    if (std::holds_alternative<ProviderAsked>(stored.event.body)) ++asked;
  }
  EXPECT_GE(asked, 4U);  // three inquiries, one network cancel
}

TEST_P(Pursuits, a_request_that_arrives_late_never_captures_after_its_network_cancel) {
  const auto payment = rig_.ready("order-sim-straggler-1", 10'000);
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 504);
  rig_.settle_everything();
  EXPECT_EQ(rig_.captured(), rig_.booked());
}

TEST_P(Pursuits, a_lost_cancel_uses_up_the_amount_until_it_is_known) {
  const auto payment = rig_.ready("order-sim-cancel-lost-after-1", 10'000);
  ASSERT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 201);
  EXPECT_EQ(rig_.submit(payment, cancel_command(6'000), "c1").reply.status, 504);
  const auto second = rig_.submit(payment, cancel_command(6'000), "c2");
  EXPECT_EQ(second.kind, AnswerKind::refused);
  rig_.settle_everything();
  EXPECT_EQ(rig_.state(payment).balance, 4'000);
  EXPECT_EQ(rig_.submit(payment, cancel_command(6'000), "c1").reply.status, 201);
}

TEST_P(Pursuits, a_cancel_lost_before_it_arrived_is_sent_again_under_its_reference) {
  const auto payment = rig_.ready("order-sim-cancel-lost-before-1", 10'000);
  ASSERT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 201);
  EXPECT_EQ(rig_.submit(payment, cancel_command(), "c1").reply.status, 504);
  rig_.settle_everything();
  EXPECT_EQ(rig_.state(payment).status, PaymentStatus::canceled);
}

// Found by an audit: what the clock of before had put off waited until the new one got there.
TEST_P(Pursuits, a_clock_that_is_set_back_keeps_nobody_in_doubt) {
  const auto payment = rig_.ready("order-sim-lost-after-3", 10'000);
  ASSERT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 504);
  rig_.clock.advance_ms(-20 * 3'600'000LL);  // a provider's time a day ahead of ours wouldn't be believed
  const auto books = rig_.ledger->status();
  EXPECT_TRUE(std::ranges::any_of(
      books, [&](const BookStatus& book) { return rig_.clock.now() < book.recorded_until; }));
  const auto before = rig_.state(payment).version;
  EXPECT_EQ(rig_.resolver->step(), 1U);
  EXPECT_GT(rig_.state(payment).version, before) << "the provider was asked";
  EXPECT_EQ(rig_.resolver->step(), 0U) << "what is put off by the new clock waits for it";
}

// The money came, the payment was over, and it goes back: the caller never hears a yes.
TEST_P(Pursuits, an_approval_of_an_expired_payment_is_answered_when_it_is_undone) {
  auto create = create_command(merchant_of(1), "order-sim-lost-after-expired", 10'000);
  create.terms.expires_at = rig_.clock.now().plus_ms(60'000);
  const auto payment = rig_.create(create, "k1").payment_id;
  ASSERT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 504);
  rig_.clock.advance_ms(61'000);
  ASSERT_EQ(rig_.submit(payment, ExpirePayment{}, "e1").kind, AnswerKind::done);
  rig_.resolver->step();  // finds the approval
  EXPECT_EQ(rig_.state(payment).approvals[0].state, ApprovalState::reversing);
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").kind, AnswerKind::open);
  rig_.settle_everything();
  EXPECT_EQ(rig_.state(payment).approvals[0].state, ApprovalState::reversed);
  const auto known = rig_.approve(payment, 10'000, "a1");
  EXPECT_EQ(known.kind, AnswerKind::replayed);
  EXPECT_EQ(known.reply.status, 402);
}

// killbill#338, #342, #2062: a user's cancel beside the resolver's reversal.
TEST_P(Pursuits, the_resolver_never_races_a_users_cancel_into_a_double_reversal) {
  const auto payment = rig_.ready("order-sim-lost-after-2", 10'000);
  ASSERT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 504);
  const auto early = rig_.submit(payment, cancel_command(), "c1");
  EXPECT_EQ(early.kind, AnswerKind::refused);
  EXPECT_EQ(early.refusal, RefusalCode::approval_in_doubt);
  rig_.settle_everything();
  ASSERT_EQ(rig_.state(payment).status, PaymentStatus::done);
  EXPECT_EQ(rig_.submit(payment, cancel_command(), "c2").reply.status, 201);
  EXPECT_EQ(rig_.state(payment).balance, 0);
}

// killbill#643: a retry after unknown made a second transaction.
TEST_P(Pursuits, a_retry_after_unknown_makes_no_second_transaction) {
  const auto payment = rig_.ready("order-sim-lost-after-3", 10'000);
  ASSERT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 504);
  EXPECT_EQ(rig_.approve(payment, 10'000, "a1").kind, AnswerKind::open);
  const auto other_key = rig_.approve(payment, 10'000, "a2");
  EXPECT_EQ(other_key.refusal, RefusalCode::approval_in_doubt);
  rig_.settle_everything();
  EXPECT_EQ(rig_.provider.truth(rig_.clock.now()).size(), 1U);
}

TEST_P(Pursuits, an_intent_survives_a_crash_before_its_call) {
  const auto payment = rig_.ready("order-plain-9", 10'000);
  // The process dies between the intent and the call: only the ledger sees the command.
  ASSERT_EQ(rig_.run(payment, rig_.begin(10'000), "a1").kind, AnswerKind::done);
  rig_.restart_all();
  EXPECT_EQ(rig_.state(payment).approvals[0].state, ApprovalState::requested);
  rig_.settle_everything();
  EXPECT_EQ(rig_.state(payment).approvals[0].state, ApprovalState::reversed);
}

TEST_P(Pursuits, a_pursuit_goes_on_after_a_restart) {
  const auto payment = rig_.ready("order-sim-lost-after-4", 10'000);
  ASSERT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 504);
  rig_.restart_all();
  rig_.settle_everything();
  EXPECT_EQ(rig_.state(payment).status, PaymentStatus::done);
}

TEST_P(Pursuits, a_provider_that_never_confirms_ends_in_a_persons_queue_with_its_evidence) {
  const auto payment = rig_.ready("order-sim-lost-before-5", 10'000);
  ASSERT_EQ(rig_.approve(payment, 10'000, "a1").reply.status, 504);
  rig_.acquirer.set_reachable(false);
  rig_.settle_everything();
  const auto state = rig_.state(payment);
  EXPECT_TRUE(state.in_doubt());
  ASSERT_TRUE(state.approvals[0].pursuit);
  EXPECT_TRUE(state.approvals[0].pursuit->gave_up);
  EXPECT_EQ(state.incidents, 1U);
  rig_.acquirer.set_reachable(true);
}

TEST_P(Pursuits, a_virtual_account_expires_by_itself) {
  auto create = create_command(merchant_of(1), "order-va-1", 10'000);
  ApprovalInput account;
  VirtualAccountDetail detail;
  detail.bank_code = "20";
  detail.due_at = rig_.clock.now().plus_ms(60'000);
  account.method = detail;
  account.amount = 10'000;
  create.approvals.push_back(account);
  const auto payment = rig_.create(create, "k1").payment_id;
  ASSERT_EQ(rig_.state(payment).status, PaymentStatus::waiting_for_deposit);
  rig_.settle_everything();
  EXPECT_EQ(rig_.state(payment).status, PaymentStatus::expired);
}

class Storm : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Storm, ::testing::Values(1U, 4U));

TEST_P(Storm, ends_with_both_sides_holding_the_same_money) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("provider seed " + std::to_string(seed));
    ProviderRig rig(/*books=*/GetParam(), "stormy", seed);
    for (int i = 0; i < 60; ++i) {
      const auto name = std::to_string(i);
      const auto payment = rig.ready("order-storm-" + name, 1'000 + i);
      (void)rig.approve(payment, 1'000 + i, "a" + name);
      if (i % 3 == 0) (void)rig.submit(payment, cancel_command(500), "c" + name);
      if (i % 5 == 0) (void)rig.resolver->step();
    }
    rig.settle_everything();
    EXPECT_EQ(rig.mismatch(), "");
    EXPECT_EQ(rig.difference(), "");
  }
}

class Unconfigured : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Unconfigured, ::testing::Values(1U, 4U));

TEST_P(Unconfigured, a_provider_that_is_gone_holds_up_nobody) {
  ProviderRig rig(GetParam());
  auto gone = rig.begin(10'000);
  gone.input.provider = "gone";
  const auto stuck = rig.ready("order-plain-1", 10'000);
  ASSERT_EQ(rig.run(stuck, gone, "a1").kind, AnswerKind::done);
  rig.clock.advance_ms(10);
  const auto other = rig.ready("order-plain-2", 10'000);
  ASSERT_EQ(rig.run(other, rig.begin(10'000), "a2").kind, AnswerKind::done);

  ResolverOptions one_by_one;
  one_by_one.alarms_max = 1;
  one_by_one.policy.attempts_max = 3;
  Resolver resolver(one_by_one, *rig.ledger, Acquirers{{"sim", &rig.acquirer}}, testing::line_renderer());
  for (int round = 0; round < 60 && rig.state(other).in_doubt(); ++round) {
    rig.clock.advance_ms(4'000);
    resolver.step();
  }
  EXPECT_FALSE(rig.state(other).in_doubt());

  for (int day = 0; day < 10; ++day) {
    rig.clock.advance_ms(24 * 3'600'000LL);
    resolver.step();
  }
  const auto state = rig.state(stuck);
  ASSERT_TRUE(state.approvals[0].pursuit);
  EXPECT_FALSE(state.approvals[0].pursuit->gave_up);
  EXPECT_EQ(state.approvals[0].pursuit->attempts, 0U);
  EXPECT_EQ(state.approvals[0].state, ApprovalState::unknown);
  const auto events = rig.events_of(stuck);
  const auto* asked = std::get_if<ProviderAsked>(&events.back().event.body);
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->evidence, "provider gone isn't configured");
}

// Says nothing for as long as it is given, or at once what it was told to say. Asked too late it is never
// asked, as over a real socket.
class OneAnswer final : public Acquirer {
 public:
  OneAnswer(ManualClock& clock, bool is_silent) : clock_(clock), is_silent_(is_silent) {}
  Result<ApproveAnswer> approve(const ApproveRequest&) override { return unavailable("not asked for"); }
  Result<CancelAnswer> cancel(const CancelRequest&) override { return unavailable("not asked for"); }
  Result<InquiryAnswer> inquire(const std::string&, Instant deadline) override {
    WJ_CHECK(listen(deadline));
    InquiryAnswer out;
    out.answer = ProviderAnswer::approved;
    out.approve_no = "12345678";
    out.at = clock_.now();
    return out;
  }
  Result<NetworkCancelAnswer> network_cancel(const std::string&, Instant deadline) override {
    WJ_CHECK(listen(deadline));
    ++network_cancels;
    return NetworkCancelAnswer{};
  }

  int questions = 0;
  int network_cancels = 0;

 private:
  Result<void> listen(Instant deadline) {
    if (deadline <= clock_.now()) return unavailable("the deadline had passed before the request was sent");
    ++questions;
    if (!is_silent_) return {};
    clock_.set(deadline);
    return in_doubt("no answer in time");
  }

  ManualClock& clock_;
  const bool is_silent_;
};

class Silent : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Silent, ::testing::Values(1U, 4U));

TEST_P(Silent, a_provider_that_says_nothing_takes_no_time_from_another) {
  ProviderRig rig(GetParam());
  const auto payment = rig.ready("order-plain-1", 20'000);
  for (const std::string provider : {"silent", "well"}) {
    auto begin = rig.begin(10'000);
    begin.input.provider = provider;
    ASSERT_EQ(rig.run(payment, begin, "approve-" + provider).kind, AnswerKind::done);
  }
  OneAnswer silent(rig.clock, true);
  OneAnswer well(rig.clock, false);
  Resolver resolver(ResolverOptions{}, *rig.ledger, Acquirers{{"silent", &silent}, {"well", &well}},
                    testing::line_renderer());
  const auto state_of = [&](std::string_view provider) {
    for (const auto& approval : rig.state(payment).approvals)
      if (approval.terms.provider == provider) return approval.state;
    return ApprovalState::waiting;
  };
  for (int round = 0; round < 40 && state_of("well") != ApprovalState::approved; ++round) {
    rig.clock.advance_ms(1'000);
    resolver.step();
  }
  EXPECT_EQ(state_of("well"), ApprovalState::approved);
  EXPECT_EQ(well.questions, 1);
  EXPECT_EQ(well.network_cancels, 0);
  EXPECT_GT(silent.questions, 0);
}

TEST(PursuitPolicy, delays_grow_and_are_bounded) {
  Rng rng(3);
  PursuitPolicy policy;
  Instant last;
  for (std::uint32_t attempt = 1; attempt < 40; ++attempt) {
    const auto at = next_attempt(Instant{0}, attempt, policy, rng);
    EXPECT_LE(at.us / 1000, policy.delay_ms_max + policy.delay_ms_max / 4);
    EXPECT_GE(at.us / 1000,
              std::min(policy.delay_ms_max, policy.delay_ms_first << std::min(attempt - 1, 30U)));
    last = at;
  }
}

}  // namespace
}  // namespace wonjang
