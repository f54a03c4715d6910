// Approvals through a provider: intents, outcomes, what is in doubt, network cancels, alarms.
#include <limits>

#include "testing/till.h"

namespace wonjang {
namespace {

constexpr Instant kDeadline = kNoon.plus_ms(10'000);

Till asked(std::int64_t amount = 10'000) {
  Till till;
  till.must(order(10'000));
  till.must(begin(amount, kDeadline));
  return till;
}
Till reversed() {
  Till till = asked();
  till.must(settle(till.approval(), OutcomeKind::unknown));
  till.must(BeginNetworkCancel{till.approval(), "policy"});
  till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, "raw"});
  return till;
}
std::string types_told(const std::vector<Decided>& events) {
  std::string out;
  for (const auto& event : events) out += (out.empty() ? "" : " ") + std::string(type_of(event.body));
  return out;
}

TEST(Approval, the_intent_is_durable_before_the_outcome) {
  Till till;
  till.must(order(10'000));
  EXPECT_EQ(types_told(till.must(begin(10'000))), "payment.authenticated approval.requested");
  EXPECT_TRUE(till.payment().in_doubt());
  ASSERT_TRUE(till.payment().approvals[0].pursuit);
  EXPECT_EQ(till.payment().approvals[0].pursuit->idempotency_key, "key-2");
  EXPECT_EQ(till.payment().approvals[0].pursuit->tenant, "key_1");
  EXPECT_EQ(types_told(till.must(settle(till.approval(), OutcomeKind::approved))), "approval.approved");
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_FALSE(till.payment().in_doubt());
  EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::approved)).empty());
}

TEST(Approval, without_a_provider_there_is_nobody_to_ask) {
  Till till;
  till.must(order(10'000));
  EXPECT_EQ(till.refused(BeginApproval{card(10'000), kDeadline}).code, RefusalCode::provider_unknown);
}

TEST(Approval, what_is_in_doubt_takes_its_room) {
  Till till = asked(6'000);
  const auto refusal = till.refused(begin(5'000));
  EXPECT_EQ(refusal.code, RefusalCode::approval_in_doubt);
  EXPECT_EQ(refusal.actual, 4'000);
  EXPECT_EQ(till.refused(RecordApproval{card(4'001)}).code, RefusalCode::approval_in_doubt);
  till.must(RecordApproval{card(4'000)});
  EXPECT_EQ(till.refused(cancel_all()).code, RefusalCode::approval_in_doubt);
  EXPECT_EQ(till.refused(cancel_one(till.approval(0))).code, RefusalCode::approval_in_doubt);
  till.must(cancel_one(till.approval(1)));
  till.must(settle(till.approval(0), OutcomeKind::approved));
  EXPECT_EQ(till.payment().status, PaymentStatus::in_progress);
  EXPECT_EQ(till.refused(RecordApproval{card(4'001)}).code, RefusalCode::approved_exceeds_total);
}

TEST(Approval, a_declined_one_leaves_room_for_another) {
  Till till = asked();
  till.must(settle(till.approval(), OutcomeKind::declined));
  EXPECT_EQ(till.payment().status, PaymentStatus::in_progress);
  EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::declined)).empty());
  till.must(RecordApproval{card(10'000)});
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
}

TEST(Approval, an_account_through_a_provider_waits) {
  Till till;
  till.must(order(10'000));
  BeginApproval command{account(10'000), kDeadline};
  command.input.provider = "sim";
  till.must(command);
  EXPECT_EQ(types_told(till.must(settle(till.approval(), OutcomeKind::approved))), "virtual_account.issued");
  EXPECT_EQ(till.payment().status, PaymentStatus::waiting_for_deposit);
}

TEST(Approval, not_after_the_payment_has_expired) {
  auto command = order(10'000);
  command.terms.expires_at = kNoon.plus_ms(kHourMs);
  Till till;
  till.must(command);
  till.pass_ms(kHourMs);
  EXPECT_EQ(till.refused(begin(10'000)).code, RefusalCode::payment_expired);
  auto recorded = RecordApproval{card(10'000)};  // happened in time, told late
  recorded.input.approved_at = kNoon;
  till.must(recorded);
}

// House rule for late news (reference: korean-payments.md 4.1).
TEST(LateNews, an_approval_of_a_payment_that_is_over_is_recorded_and_undone) {
  auto command = order(10'000);
  command.terms.expires_at = kNoon.plus_ms(kHourMs);
  Till till;
  till.must(command);
  till.must(begin(10'000));
  till.pass_ms(kHourMs);
  till.must(ExpirePayment{});
  EXPECT_EQ(types_told(till.must(settle(till.approval(), OutcomeKind::approved))),
            "network_cancel.requested approval.approved");
  EXPECT_EQ(till.payment().status, PaymentStatus::expired);
  EXPECT_EQ(till.payment().approvals[0].state, ApprovalState::reversing);
  EXPECT_EQ(till.payment().approvals[0].approve_no, "00012345");
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::in_doubt, till.now()}));
  till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, "raw"});
  EXPECT_EQ(till.payment().approvals[0].state, ApprovalState::reversed);
  EXPECT_EQ(till.payment().status, PaymentStatus::expired);
}

// Else its caller would hear a yes for money that goes back.
TEST(LateNews, an_approval_that_is_undone_at_once_still_owes_its_caller_an_answer) {
  for (const auto& input : {card(10'000), account(10'000)}) {
    auto command = order(10'000);
    command.terms.expires_at = kNoon.plus_ms(kHourMs);
    Till till;
    till.must(command);
    BeginApproval intent{input, kDeadline};
    intent.input.provider = "sim";
    till.must(intent);
    const auto asked_by = till.payment().approvals[0].pursuit;
    ASSERT_TRUE(asked_by);
    till.pass_ms(kHourMs);
    till.must(ExpirePayment{});
    const bool is_account = method_of(input.method) == Method::virtual_account;
    EXPECT_EQ(types_told(till.must(settle(till.approval(), OutcomeKind::approved))),
              is_account ? "network_cancel.requested virtual_account.issued"
                         : "network_cancel.requested approval.approved");
    const auto& approval = till.payment().approvals[0];
    ASSERT_TRUE(approval.pursuit);
    EXPECT_EQ(approval.pursuit->idempotency_key, asked_by->idempotency_key);
    EXPECT_EQ(approval.pursuit->tenant, asked_by->tenant);
    EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::approved)).empty());
    till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, "raw"});
    EXPECT_FALSE(till.payment().in_doubt());
  }
}

TEST(LateNews, a_success_after_a_confirmed_network_cancel_is_never_dropped) {
  Till till = reversed();
  EXPECT_EQ(types_told(till.must(settle(till.approval(), OutcomeKind::approved))),
            "incident.opened network_cancel.requested");
  EXPECT_EQ(till.payment().status, PaymentStatus::in_progress);
  EXPECT_TRUE(till.payment().in_doubt());
  till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, ""});
  EXPECT_EQ(till.payment().incidents, 1U);
}

TEST(LateNews, a_success_after_a_decline_is_never_dropped) {
  Till till = asked();
  till.must(settle(till.approval(), OutcomeKind::declined));
  EXPECT_EQ(types_told(till.must(settle(till.approval(), OutcomeKind::approved))),
            "incident.opened network_cancel.requested");
}

TEST(LateNews, more_in_doubt_than_there_are_numbers_is_refused_and_no_overflow) {
  constexpr auto kTries = std::numeric_limits<std::int64_t>::max();
  Till till;
  PaymentCreated created;  // of a log from before there was a greatest total
  created.parts.supply = kTries;
  till.fold({kNoon, created});
  for (std::size_t i = 0; i < 3; ++i) {
    till.must(begin(kTries, kDeadline));
    till.must(settle(till.approval(i), OutcomeKind::declined));
  }
  for (std::size_t i = 0; i < 3; ++i) till.must(settle(till.approval(i), OutcomeKind::approved));
  EXPECT_EQ(till.refused(begin(1)).code, RefusalCode::approval_in_doubt);
}

TEST(LateNews, a_success_while_it_is_being_undone_is_recorded_and_moves_nothing) {
  Till till = asked();
  till.must(BeginNetworkCancel{till.approval(), "policy"});
  EXPECT_EQ(types_told(till.must(settle(till.approval(), OutcomeKind::approved))), "approval.approved");
  EXPECT_EQ(till.payment().status, PaymentStatus::in_progress);
  EXPECT_EQ(till.payment().approvals[0].state, ApprovalState::reversing);
  EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::approved)).empty());
  EXPECT_EQ(
      types_told(till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::never_existed, ""})),
      "network_cancel.confirmed incident.opened");
}

TEST(LateNews, a_contradiction_is_told_once) {
  Till till = asked();
  till.must(settle(till.approval(), OutcomeKind::approved));
  EXPECT_EQ(till.must(settle(till.approval(), OutcomeKind::declined)).size(), 1U);
  EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::declined)).empty());
  EXPECT_EQ(till.must(settle(till.approval(), OutcomeKind::approved, "999")).size(), 1U);
  EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::approved, "999")).empty());
  EXPECT_EQ(till.must(settle(till.approval(), OutcomeKind::approved, "998")).size(), 1U);
  EXPECT_EQ(till.payment().incidents, 3U);
}

TEST(LateNews, an_account_that_was_issued_before_is_no_news) {
  Till till;
  till.must(order(10'000));
  BeginApproval command{account(10'000), kDeadline};
  command.input.provider = "sim";
  till.must(command);
  till.must(settle(till.approval(), OutcomeKind::approved));
  till.must(deposit(10'000));
  EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::approved)).empty());
  till.must(reverse(DepositReversal::to_canceled));
  EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::approved)).empty());
}

// Nobody paid into it: it comes to light, and goes, without any money.
TEST(LateNews, an_account_that_comes_to_light_while_it_is_undone_is_no_money) {
  Till till;
  till.must(order(10'000));
  BeginApproval command{account(10'000), kDeadline};
  command.input.provider = "sim";
  till.must(command);
  till.must(BeginNetworkCancel{till.approval(), "no answer"});
  EXPECT_EQ(types_told(till.must(settle(till.approval(), OutcomeKind::approved))), "virtual_account.issued");
  const auto& approval = till.payment().approvals[0];
  EXPECT_EQ(approval.state, ApprovalState::reversing);
  EXPECT_TRUE(approval.pursuit.has_value());
  EXPECT_EQ(approval.money_out, 0);
  EXPECT_EQ(till.payment().status, PaymentStatus::in_progress) << "what is undone isn't waited for";
  EXPECT_TRUE(till.must(settle(till.approval(), OutcomeKind::approved)).empty()) << "told twice";
  EXPECT_EQ(till.refused(deposit(10'000)).code, RefusalCode::approval_not_found);

  Till kept = till;  // a person lets it wait after all
  kept.must(OpenIncident{kept.approval(), {}, std::string(kAttemptsUsedUp), "20 attempts"});
  SettleByPerson word;
  word.approval = kept.approval();
  word.outcome = PersonOutcome::approved;
  word.expected_version = kept.payment().version;
  word.evidence = "line 7";
  kept.must(word);
  EXPECT_EQ(kept.payment().status, PaymentStatus::waiting_for_deposit);
  kept.must(deposit(10'000));
  EXPECT_EQ(kept.payment().approvals[0].money_out, 10'000);

  till.must(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, ""});
  EXPECT_EQ(till.payment().approvals[0].state, ApprovalState::reversed);
  EXPECT_EQ(till.payment().approvals[0].money_out, 0);
}

TEST(NetworkCancel, only_what_has_no_outcome_can_be_undone_this_way) {
  Till till = asked();
  EXPECT_EQ(till.refused(SettleNetworkCancel{till.approval(), NetworkCancelResult::canceled, ""}).code,
            RefusalCode::transition_not_allowed);
  till.must(settle(till.approval(), OutcomeKind::approved));
  EXPECT_EQ(till.refused(BeginNetworkCancel{till.approval(), "x"}).code, RefusalCode::transition_not_allowed);
  till.must(cancel_all());
  till.must(settle_cancel(till.last_cancel(), OutcomeKind::approved));
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
  EXPECT_EQ(till.refused(BeginNetworkCancel{till.approval(), "x"}).code, RefusalCode::transition_not_allowed);
}

TEST(NetworkCancel, after_it_another_approval_may_follow) {
  Till till = reversed();
  EXPECT_EQ(till.payment().status, PaymentStatus::in_progress);
  till.must(begin(10'000));
  till.must(settle(till.approval(1), OutcomeKind::approved, "777"));
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_EQ(types_told(till.must(settle(till.approval(0), OutcomeKind::approved))),
            "incident.opened network_cancel.requested");
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
}

TEST(Pursuit, every_question_is_kept_and_plans_the_next) {
  Till till = asked();
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::in_doubt, kDeadline}));
  till.pass_ms(20'000);
  till.must(settle(till.approval(), OutcomeKind::unknown));
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::in_doubt, till.now()}));
  ProviderAsked question;
  question.approval = till.approval();
  question.question = Question::inquire_approval;
  question.answer = ProviderAnswer::no_answer;
  question.attempt = 1;
  question.asked_at = till.now();
  question.next_attempt_at = till.now().plus_ms(60'000);
  till.must(RecordAnswer{question});
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::in_doubt, till.now().plus_ms(60'000)}));
  EXPECT_EQ(till.payment().approvals[0].pursuit->attempts, 1U);
  till.must(OpenIncident{till.approval(), CancelId(), std::string(kAttemptsUsedUp), "asked 12 times"});
  EXPECT_TRUE(till.payment().approvals[0].pursuit->gave_up);
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::person, question.asked_at}));  // people find it
  till.must(settle(till.approval(), OutcomeKind::approved));
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_EQ(till.must(RecordAnswer{question}).size(), 1U);  // evidence is kept also when it comes too late
}

TEST(Pursuit, a_cancel_in_doubt_has_its_alarm) {
  Till till = asked();
  till.must(settle(till.approval(), OutcomeKind::approved));
  auto cancel = cancel_part(1'000);
  cancel.deadline = kDeadline;
  till.must(cancel);
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::in_doubt, kDeadline}));
  till.must(settle_cancel(till.last_cancel(), OutcomeKind::declined));
  EXPECT_FALSE(next_alarm(till.payment()));
}

// The book's clock never goes back; after a step of ours it runs ahead, and nobody waits for it.
TEST(Pursuit, looks_now_by_our_clock_and_not_by_the_books) {
  Till till = asked();
  Payment payment = till.payment();
  Event event = till.history().back();
  event.version = payment.version;
  event.occurred_at = till.now();
  event.recorded_at = till.now().plus_ms(kHourMs);
  event.status_after = PaymentStatus::none;
  event.body = ApprovalUnknown{till.approval(), "lost"};
  evolve(payment, event);
  EXPECT_EQ(next_alarm(payment), (Alarm{AlarmKind::in_doubt, till.now()}));
}

TEST(Pursuit, a_delay_without_a_question_is_no_attempt) {
  Till till = asked();
  till.must(settle(till.approval(), OutcomeKind::unknown));
  ProviderAsked delay;
  delay.approval = till.approval();
  delay.answer = ProviderAnswer::no_answer;
  delay.next_attempt_at = till.now().plus_ms(kHourMs);
  for (int i = 0; i < 3; ++i) till.must(RecordAnswer{delay});
  EXPECT_EQ(till.payment().approvals[0].pursuit->attempts, 0U);
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::in_doubt, delay.next_attempt_at}));
}

// Handed over to people is what the incident names, and nothing beside it.
TEST(Pursuit, one_cancel_given_up_leaves_the_others_to_the_resolver) {
  Till till = asked();
  till.must(settle(till.approval(), OutcomeKind::approved));
  for (int i = 0; i < 2; ++i) {
    auto cancel = cancel_part(1'000);
    cancel.deadline = kDeadline;
    till.must(cancel);
  }
  const auto first = till.payment().cancels[0].terms.cancel;
  const std::string code(kAttemptsUsedUp);
  till.must(OpenIncident{till.approval(), first, code, "asked 12 times"});
  EXPECT_TRUE(till.payment().cancels[0].pursuit->gave_up);
  EXPECT_FALSE(till.payment().cancels[1].pursuit->gave_up);
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::in_doubt, kDeadline}));
  till.must(OpenIncident{till.approval(), CancelId(), code, "about the approval"});
  EXPECT_FALSE(till.payment().cancels[1].pursuit->gave_up);
  EXPECT_EQ(till.refused(OpenIncident{till.approval(), CancelId(RawId{9, 9}), code, "whose?"}).code,
            RefusalCode::cancel_not_found);
}

TEST(Deposit, only_the_exact_amount_in_time_and_once) {
  Till till;
  till.must(order(10'000, {account(10'000, kNoon.plus_ms(kHourMs))}));
  EXPECT_EQ(till.refused(deposit(9'999)).code, RefusalCode::deposit_amount_mismatch);
  EXPECT_EQ(till.refused(deposit(10'001)).code, RefusalCode::deposit_amount_mismatch);
  auto late = deposit(10'000);
  late.deposited_at = kNoon.plus_ms(kHourMs);
  EXPECT_EQ(till.refused(late).code, RefusalCode::deposit_too_late);
  late.deposited_at = kNoon.plus_ms(kHourMs - 1);
  till.must(late);
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_TRUE(till.must(deposit(10'000)).empty());
  EXPECT_EQ(till.refused(deposit(10'000, "n2")).code, RefusalCode::transition_not_allowed);
}

// The money is there and the order is given up: who told of it hears what to do with it.
TEST(Deposit, of_an_expired_payment_is_too_late_whenever_it_was_paid) {
  Till till;
  till.must(order(10'000, {account(10'000, kNoon.plus_ms(kHourMs))}));
  till.pass_ms(2 * kHourMs);
  till.must(ExpirePayment{});
  auto in_time = deposit(10'000);
  in_time.deposited_at = kNoon;
  const auto refusal = till.refused(in_time);
  EXPECT_EQ(refusal.code, RefusalCode::deposit_too_late);
  EXPECT_NE(refusal.detail.find("Send it back"), std::string::npos) << refusal.detail;
}

// Found by an audit: one list of ids for both sorts, so the reversal was taken for the deposit told again,
// and the money that the bank had taken back stayed in the book.
TEST(Deposit, a_reversal_may_bear_the_id_of_its_deposit) {
  Till till;
  till.must(order(10'000, {account(10'000)}));
  till.must(deposit(10'000, "n1"));
  till.must(reverse(DepositReversal::to_waiting, "n1"));
  EXPECT_EQ(till.payment().status, PaymentStatus::waiting_for_deposit);
  EXPECT_TRUE(till.must(reverse(DepositReversal::to_waiting, "n1")).empty()) << "told twice";
  till.must(deposit(10'000, "n2"));
  till.must(reverse(DepositReversal::to_waiting, "r2"));
  till.must(deposit(10'000, "r2"));
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
}

// Found by an audit: 8,000 rounds made a payment whose life took seconds to tell.
TEST(Deposit, rounds_of_deposits_and_reversals_come_to_an_end) {
  Till till;
  till.must(order(10'000, {account(10'000)}));
  std::size_t notices = 0;
  for (; notices + 2 <= kBankNoticesMax; notices += 2) {
    till.must(deposit(10'000, "d" + std::to_string(notices)));
    till.must(reverse(DepositReversal::to_waiting, "r" + std::to_string(notices)));
  }
  EXPECT_EQ(till.refused(deposit(10'000, "one more")).code, RefusalCode::transition_not_allowed);
  EXPECT_TRUE(till.must(deposit(10'000, "d0")).empty()) << "a repeat is still known";
}

// Found by an audit: it was answered 200 and forgotten.
TEST(Deposit, a_notice_told_again_with_other_content_is_refused) {
  Till till;
  till.must(order(10'000, {account(10'000)}));
  auto first = deposit(10'000, "n1");
  first.deposited_at = kNoon;
  till.must(first);
  const auto told_again = [&](std::int64_t amount, Instant at) {
    auto again = deposit(amount, "n1");
    again.deposited_at = at;
    return again;
  };
  EXPECT_TRUE(till.must(told_again(10'000, kNoon)).empty());
  EXPECT_TRUE(till.must(told_again(10'000, {})).empty());
  const auto other_amount = till.refused(told_again(9'000, kNoon));
  EXPECT_EQ(other_amount.code, RefusalCode::bank_notice_contradicts);
  EXPECT_EQ(other_amount.pointer, "/amount");
  EXPECT_NE(other_amount.detail.find("n1"), std::string::npos) << other_amount.detail;
  EXPECT_EQ(till.refused(told_again(10'000, kNoon.plus_us(-1))).pointer, "/depositedAt");

  auto back = reverse(DepositReversal::to_waiting, "r1");
  back.reversed_at = kNoon.plus_us(5);
  till.must(back);
  EXPECT_TRUE(till.must(back).empty());
  back.effect = DepositReversal::to_canceled;
  EXPECT_EQ(till.refused(back).pointer, "/effect");
  back.effect = DepositReversal::to_waiting;
  back.reversed_at = kNoon.plus_us(6);
  EXPECT_EQ(till.refused(back).code, RefusalCode::bank_notice_contradicts);
  EXPECT_EQ(till.payment().status, PaymentStatus::waiting_for_deposit);
}

TEST(Deposit, the_bank_may_take_it_back_and_bring_it_again) {
  Till till;
  till.must(order(10'000, {account(10'000)}));
  till.must(deposit(10'000, "n1"));
  till.must(reverse(DepositReversal::to_waiting, "r1"));
  EXPECT_EQ(till.payment().status, PaymentStatus::waiting_for_deposit);
  EXPECT_EQ(till.payment().balance, 10'000);
  EXPECT_TRUE(till.must(deposit(10'000, "n1")).empty())
      << "the first notice, told again, isn't a second deposit";
  EXPECT_TRUE(till.must(reverse(DepositReversal::to_waiting, "r1")).empty());
  till.must(deposit(10'000, "n2"));
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  till.must(reverse(DepositReversal::to_canceled, "r2"));
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
  EXPECT_EQ(till.payment().balance, 0);
  EXPECT_EQ(till.payment().approvals[0].state, ApprovalState::reversed);
}

TEST(Deposit, a_reversal_after_a_partial_cancel_is_refused) {
  Till till;
  till.must(order(10'000, {account(10'000)}));
  till.must(deposit(10'000));
  auto cancel = cancel_part(1'000);
  cancel.refund_account_token = "tok";
  till.must(cancel);
  EXPECT_EQ(till.refused(reverse(DepositReversal::to_waiting)).code, RefusalCode::transition_not_allowed);
}

TEST(Expiry, the_alarm_rings_when_it_becomes_possible_and_not_while_something_is_live) {
  auto command = order(10'000, {account(10'000, kNoon.plus_ms(kHourMs))});
  command.terms.expires_at = kNoon.plus_ms(2 * kHourMs);
  Till till;
  till.must(command);
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::expiry, kNoon.plus_ms(kHourMs)}));
  EXPECT_EQ(till.refused(ExpirePayment{}).code, RefusalCode::transition_not_allowed);
  till.pass_ms(kHourMs);
  till.must(ExpirePayment{});
  EXPECT_FALSE(next_alarm(till.payment()));

  auto part = order(10'000, {card(6'000)});
  part.terms.expires_at = kNoon.plus_ms(kHourMs);
  Till live;
  live.must(part);
  EXPECT_FALSE(next_alarm(live.payment()));
  live.pass_ms(kHourMs);
  EXPECT_EQ(live.refused(ExpirePayment{}).code, RefusalCode::transition_not_allowed);
  live.must(cancel_all());
  EXPECT_EQ(next_alarm(live.payment()), (Alarm{AlarmKind::expiry, kNoon.plus_ms(kHourMs)}));
  live.must(ExpirePayment{});
}

TEST(Expiry, at_a_tie_what_is_in_doubt_comes_first) {
  auto command = order(10'000);
  command.terms.expires_at = kDeadline;
  Till till;
  till.must(command);
  till.must(begin(10'000, kDeadline));
  EXPECT_EQ(next_alarm(till.payment()), (Alarm{AlarmKind::in_doubt, kDeadline}));
}

TEST(Acquisition, a_slip_goes_step_by_step) {
  Till till;
  till.must(order(10'000, {card(10'000)}));
  const auto step = [&](AcquisitionState state) {
    return RecordAcquisition{till.approval(), state, "b1", "s1", kNoon};
  };
  EXPECT_EQ(till.refused(step(AcquisitionState::completed)).code, RefusalCode::acquisition_not_allowed);
  till.must(step(AcquisitionState::requested));
  EXPECT_TRUE(till.must(step(AcquisitionState::requested)).empty());
  till.must(step(AcquisitionState::completed));
  EXPECT_EQ(till.payment().approvals[0].acquired_at, kNoon);
  EXPECT_EQ(till.refused(step(AcquisitionState::requested)).code, RefusalCode::acquisition_not_allowed);
  till.must(cancel_all());
  till.must(step(AcquisitionState::cancel_requested));
  till.must(step(AcquisitionState::canceled));
}

TEST(Acquisition, only_live_cards_have_a_slip) {
  Till points;
  points.must(order(10'000, {by_method(PointDetail{}, 10'000)}));
  EXPECT_EQ(
      points.refused(RecordAcquisition{points.approval(), AcquisitionState::requested, "", "", {}}).code,
      RefusalCode::acquisition_not_allowed);
  Till easy;
  easy.must(order(10'000, {by_method(easy_pay(FundedBy::card), 10'000)}));
  easy.must(cancel_all());
  EXPECT_EQ(easy.refused(RecordAcquisition{easy.approval(), AcquisitionState::requested, "", "", {}}).code,
            RefusalCode::approval_not_live);
}

}  // namespace
}  // namespace wonjang
