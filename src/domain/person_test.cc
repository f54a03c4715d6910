// A person settles what the resolver gave up on.
#include <gtest/gtest.h>

#include "testing/till.h"

namespace wonjang {
namespace {

enum class Stage : std::uint8_t { unknown, reversing, reversing_approved };

RecordAnswer asked(const Till& till, CancelId cancel = {}) {
  RecordAnswer command;
  command.asked.approval = till.approval();
  command.asked.cancel = cancel;
  command.asked.question = Question::inquire_approval;
  command.asked.answer = ProviderAnswer::no_answer;
  command.asked.attempt = 20;
  command.asked.asked_at = till.now();
  return command;
}

// A payment whose approval nobody could clear up.
void give_up_approval(Till& till, Stage stage) {
  till.must(order(10'000));
  till.must(begin(10'000));
  till.must(settle(till.approval(), OutcomeKind::unknown));
  if (stage != Stage::unknown) till.must(BeginNetworkCancel{till.approval(), "no answer"});
  if (stage == Stage::reversing_approved) till.must(settle(till.approval(), OutcomeKind::approved));
  till.must(asked(till));
  till.must(OpenIncident{till.approval(), {}, std::string(kAttemptsUsedUp), "20 attempts"});
}

CancelId give_up_cancel(Till& till) {
  till.must(order(10'000));
  till.must(begin(10'000));
  till.must(settle(till.approval(), OutcomeKind::approved));
  till.must(cancel_part(4'000));
  till.must(settle_cancel(till.last_cancel(), OutcomeKind::unknown));
  till.must(asked(till, till.last_cancel()));
  till.must(OpenIncident{till.approval(), till.last_cancel(), std::string(kAttemptsUsedUp), "20 attempts"});
  return till.last_cancel();
}

SettleByPerson word(const Till& till, PersonOutcome outcome, CancelId cancel = {}) {
  SettleByPerson command;
  if (cancel.is_zero()) command.approval = till.approval();
  command.cancel = cancel;
  command.outcome = outcome;
  command.expected_version = till.payment().version;
  command.evidence = "line 7 of the provider's file of 2026-11-22";
  command.approve_no = "00012345";
  return command;
}

struct ApprovalRow {
  Stage stage;
  PersonOutcome outcome;
  bool taken;
  ApprovalState state;  // afterwards
  std::size_t events;
};

// Every stage x every word of a person.
TEST(Person, the_table_of_what_an_approval_becomes_holds) {
  const ApprovalRow rows[] = {
      {Stage::unknown, PersonOutcome::approved, true, ApprovalState::approved, 1},
      {Stage::unknown, PersonOutcome::declined, true, ApprovalState::declined, 1},
      {Stage::unknown, PersonOutcome::canceled, true, ApprovalState::reversed, 2},
      {Stage::unknown, PersonOutcome::never_existed, true, ApprovalState::reversed, 2},
      {Stage::reversing, PersonOutcome::approved, true, ApprovalState::approved, 2},
      {Stage::reversing, PersonOutcome::declined, true, ApprovalState::declined, 1},
      {Stage::reversing, PersonOutcome::canceled, true, ApprovalState::reversed, 1},
      {Stage::reversing, PersonOutcome::never_existed, true, ApprovalState::reversed, 1},
      {Stage::reversing_approved, PersonOutcome::approved, true, ApprovalState::approved, 2},
      {Stage::reversing_approved, PersonOutcome::declined, false, ApprovalState::reversing, 0},
      {Stage::reversing_approved, PersonOutcome::canceled, true, ApprovalState::reversed, 1},
      {Stage::reversing_approved, PersonOutcome::never_existed, false, ApprovalState::reversing, 0},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(code_of(row.outcome)) + " in stage " +
                 std::to_string(static_cast<int>(row.stage)));
    Till till;
    give_up_approval(till, row.stage);
    const auto before = till.payment().status;
    if (row.taken) {
      EXPECT_EQ(till.must(word(till, row.outcome)).size(), row.events);
    } else {
      EXPECT_EQ(till.refused(word(till, row.outcome)).code, RefusalCode::transition_not_allowed);
    }
    const auto& approval = till.payment().approvals.front();
    EXPECT_EQ(approval.state, row.state);
    EXPECT_EQ(till.payment().status,
              row.outcome == PersonOutcome::approved && row.taken ? PaymentStatus::done : before);
    EXPECT_EQ(approval.pursuit.has_value(), !row.taken) << "the pursuit ends with the word, and only with it";
    EXPECT_EQ(till.payment().in_doubt(), !row.taken);
  }
}

TEST(Person, a_cancel_is_settled_either_way) {
  const struct {
    PersonOutcome outcome;
    bool taken;
    CancelState state;
    std::int64_t balance;
  } rows[] = {
      {PersonOutcome::canceled, true, CancelState::succeeded, 6'000},
      {PersonOutcome::declined, true, CancelState::failed, 10'000},
      {PersonOutcome::never_existed, true, CancelState::failed, 10'000},
      {PersonOutcome::approved, false, CancelState::unknown, 10'000},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(code_of(row.outcome));
    Till till;
    const auto cancel = give_up_cancel(till);
    if (row.taken) {
      till.must(word(till, row.outcome, cancel));
    } else {
      EXPECT_EQ(till.refused(word(till, row.outcome, cancel)).code, RefusalCode::transition_not_allowed);
    }
    EXPECT_EQ(till.payment().find(cancel)->state, row.state);
    EXPECT_EQ(till.payment().balance, row.balance);
    EXPECT_EQ(till.payment().cancellable(), row.taken ? row.balance : 6'000);
  }
}

TEST(Person, the_evidence_stands_in_the_event) {
  for (const auto outcome : {PersonOutcome::approved, PersonOutcome::declined, PersonOutcome::canceled}) {
    Till till;
    give_up_approval(till, Stage::unknown);
    const auto command = word(till, outcome);
    const auto events = till.must(command);
    const auto evidence = std::visit(
        [](const auto& body) -> std::string {
          if constexpr (requires { body.evidence; }) return body.evidence;
          return "";
        },
        events.back().body);
    EXPECT_EQ(evidence, command.evidence) << code_of(outcome);
  }
}

TEST(Person, who_looked_at_an_older_version_is_refused) {
  Till till;
  give_up_approval(till, Stage::unknown);
  auto command = word(till, PersonOutcome::approved);
  --command.expected_version;
  const auto refusal = till.refused(command);
  EXPECT_EQ(refusal.code, RefusalCode::version_mismatch);
  EXPECT_EQ(refusal.actual, till.payment().version);
  EXPECT_EQ(refusal.pointer, "/expectedVersion");
}

TEST(Person, what_the_resolver_still_pursues_is_not_a_persons) {
  Till till;
  till.must(order(10'000));
  till.must(begin(10'000));
  EXPECT_EQ(till.refused(word(till, PersonOutcome::declined)).code, RefusalCode::still_pursued);
  till.must(settle(till.approval(), OutcomeKind::unknown));
  EXPECT_EQ(till.refused(word(till, PersonOutcome::declined)).code, RefusalCode::still_pursued);
}

TEST(Person, the_same_word_again_changes_nothing_and_another_one_is_refused) {
  Till till;
  give_up_approval(till, Stage::unknown);
  till.must(word(till, PersonOutcome::declined));
  EXPECT_TRUE(till.must(word(till, PersonOutcome::declined)).empty());
  EXPECT_EQ(till.refused(word(till, PersonOutcome::approved)).code, RefusalCode::not_in_doubt);

  Till other;
  const auto cancel = give_up_cancel(other);
  other.must(word(other, PersonOutcome::canceled, cancel));
  EXPECT_TRUE(other.must(word(other, PersonOutcome::canceled, cancel)).empty());
  EXPECT_EQ(other.refused(word(other, PersonOutcome::declined, cancel)).code, RefusalCode::not_in_doubt);
}

TEST(Person, what_is_not_there_is_not_found) {
  Till till;
  give_up_approval(till, Stage::unknown);
  auto command = word(till, PersonOutcome::approved);
  command.approval = ApprovalId(RawId{1, 99});
  EXPECT_EQ(till.refused(command).code, RefusalCode::approval_not_found);
  EXPECT_EQ(till.refused(word(till, PersonOutcome::canceled, CancelId(RawId{1, 99}))).code,
            RefusalCode::cancel_not_found);
}

// An approval that comes to light in a payment that ended meanwhile is undone, as any late success is.
TEST(Person, what_was_cancelled_or_undone_was_approved_before) {
  const auto refuses = [](Till& till, SettleByPerson command) {
    command.at = till.payment().approvals.front().approved_at.plus_ms(-1'000);
    const auto refusal = till.refused(command);
    EXPECT_EQ(code_of(refusal.code), "CANCEL_BEFORE_APPROVAL");
    EXPECT_EQ(refusal.pointer, "/at");
    command.at = till.payment().approvals.front().approved_at;
    till.must(command);
  };
  Till cancelled;
  const auto cancel = give_up_cancel(cancelled);
  refuses(cancelled, word(cancelled, PersonOutcome::canceled, cancel));
  Till undone;
  give_up_approval(undone, Stage::reversing_approved);
  refuses(undone, word(undone, PersonOutcome::canceled));
  // Nobody knows since when it was approved: any time will do.
  Till unknown;
  give_up_approval(unknown, Stage::reversing);
  auto command = word(unknown, PersonOutcome::canceled);
  command.at = unknown.now().plus_ms(-kDayMs);
  unknown.must(command);
}

TEST(Person, an_approval_of_an_ended_payment_goes_back_to_the_resolver) {
  Till till;
  auto create = order(10'000);
  create.terms.expires_at = kNoon.plus_ms(kHourMs);
  till.must(create);
  till.must(begin(10'000));
  till.must(settle(till.approval(), OutcomeKind::unknown));
  till.must(OpenIncident{till.approval(), {}, std::string(kAttemptsUsedUp), "20 attempts"});
  till.go_to(kNoon.plus_ms(kDayMs));
  till.must(ExpirePayment{});
  till.must(word(till, PersonOutcome::approved));
  const auto& approval = till.payment().approvals.front();
  EXPECT_EQ(approval.state, ApprovalState::reversing);
  ASSERT_TRUE(approval.pursuit.has_value());
  EXPECT_FALSE(approval.pursuit->gave_up);
}

TEST(Person, a_reversal_of_an_ended_payment_is_not_given_up) {
  Till till;
  auto create = order(10'000);
  create.terms.expires_at = kNoon.plus_ms(kHourMs);
  till.must(create);
  till.must(begin(10'000));
  till.must(settle(till.approval(), OutcomeKind::unknown));
  till.must(BeginNetworkCancel{till.approval(), "no answer"});
  till.must(OpenIncident{till.approval(), {}, std::string(kAttemptsUsedUp), "20 attempts"});
  till.go_to(kNoon.plus_ms(kDayMs));
  till.must(ExpirePayment{});
  EXPECT_EQ(till.refused(word(till, PersonOutcome::approved)).code, RefusalCode::transition_not_allowed);
  till.must(word(till, PersonOutcome::canceled));
  EXPECT_EQ(till.payment().approvals.front().state, ApprovalState::reversed);
}

TEST(Person, what_waits_for_a_person_has_an_alarm_of_its_own_kind) {
  Till till;
  give_up_approval(till, Stage::unknown);
  ASSERT_TRUE(next_alarm(till.payment()).has_value());
  EXPECT_EQ(next_alarm(till.payment())->kind, AlarmKind::person);
  till.must(word(till, PersonOutcome::approved));
  EXPECT_EQ(next_alarm(till.payment()), std::nullopt);
}

}  // namespace
}  // namespace wonjang
