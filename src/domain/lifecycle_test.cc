#include "domain/lifecycle.h"

#include <functional>
#include <set>

#include "testing/till.h"

namespace wonjang {
namespace {

// The table of korean-payments.md 4.1, written a second time, by hand: every other pair is refused.
TEST(Lifecycle, every_status_and_every_trigger) {
  using S = PaymentStatus;
  using T = Trigger;
  const std::set<std::tuple<S, T, S>> allowed = {
      {S::none, T::created, S::ready},
      {S::none, T::created_authenticated, S::in_progress},
      {S::ready, T::authenticated, S::in_progress},
      {S::ready, T::virtual_account_issued, S::waiting_for_deposit},
      {S::in_progress, T::virtual_account_issued, S::waiting_for_deposit},
      {S::in_progress, T::approved_in_part, S::in_progress},
      {S::in_progress, T::approved_in_full, S::done},
      {S::waiting_for_deposit, T::deposit_confirmed, S::done},
      {S::ready, T::expired, S::expired},
      {S::in_progress, T::expired, S::expired},
      {S::waiting_for_deposit, T::expired, S::expired},
      {S::in_progress, T::failed, S::aborted},
      {S::waiting_for_deposit, T::canceled_before_deposit, S::canceled},
      {S::done, T::canceled_in_part, S::partial_canceled},
      {S::partial_canceled, T::canceled_in_part, S::partial_canceled},
      {S::done, T::canceled_in_full, S::canceled},
      {S::partial_canceled, T::canceled_in_full, S::canceled},
      {S::done, T::deposit_reversed_to_waiting, S::waiting_for_deposit},
      {S::done, T::deposit_reversed_to_canceled, S::canceled},
  };
  std::set<std::tuple<S, T, S>> found;
  for (const S from : kPaymentStatuses) {
    for (std::uint8_t t = 0; t < kTriggers; ++t) {
      const auto trigger = static_cast<T>(t);
      if (const auto to = next_status(from, trigger)) found.insert({from, trigger, *to});
    }
  }
  EXPECT_EQ(found, allowed);
  EXPECT_FALSE(next_status(static_cast<S>(9), T::created));
  EXPECT_FALSE(next_status(S::none, static_cast<T>(kTriggers)));
}

TEST(Lifecycle, status_codes_and_back) {
  for (const auto status : kPaymentStatuses) EXPECT_EQ(parse_payment_status(code_of(status)), status);
  EXPECT_FALSE(parse_payment_status("done"));
}

TEST(Lifecycle, the_document_is_the_table) {
  expect_same_as_file(std::string(WJ_DOCS_DIR) + "/lifecycle.md", lifecycle_markdown());
}

struct NamedState {
  const char* name;
  std::function<void(Till&)> build;
};
struct NamedCommand {
  const char* name;
  std::function<PaymentCommand(Till&)> make;
};

const std::vector<NamedState>& states() {
  static const auto born = [](Till& till, std::vector<ApprovalInput> approvals) {
    auto command = order(10'000, std::move(approvals));
    command.terms.expires_at = kNoon.plus_ms(kHourMs);
    till.must(command);
  };
  static const auto asked = [](Till& till) {
    born(till, {});
    till.must(begin(10'000));
  };
  static const std::vector<NamedState> all = {
      {"READY", [](Till& t) { born(t, {}); }},
      {"IN_PROGRESS",
       [](Till& t) {
         born(t, {});
         t.must(AuthenticatePayment{});
       }},
      {"IN_PROGRESS/part-approved", [](Till& t) { born(t, {card(6'000)}); }},
      {"IN_PROGRESS/requested", [](Till& t) { asked(t); }},
      {"IN_PROGRESS/unknown",
       [](Till& t) {
         asked(t);
         t.must(settle(t.approval(), OutcomeKind::unknown));
       }},
      {"IN_PROGRESS/reversing",
       [](Till& t) {
         asked(t);
         t.must(BeginNetworkCancel{t.approval(), "policy"});
       }},
      {"IN_PROGRESS/reversed",
       [](Till& t) {
         asked(t);
         t.must(BeginNetworkCancel{t.approval(), "policy"});
         t.must(SettleNetworkCancel{t.approval(), NetworkCancelResult::canceled, ""});
       }},
      {"IN_PROGRESS/declined",
       [](Till& t) {
         asked(t);
         t.must(settle(t.approval(), OutcomeKind::declined));
       }},
      {"WAITING_FOR_DEPOSIT", [](Till& t) { born(t, {account(10'000)}); }},
      {"WAITING_FOR_DEPOSIT/beside-a-card",
       [](Till& t) {
         born(t, {card(6'000), account(4'000)});
       }},
      {"DONE/recorded", [](Till& t) { born(t, {card(10'000)}); }},
      {"DONE/two-methods",
       [](Till& t) {
         born(t, {card(6'000), by_method(PointDetail{"shop"}, 4'000)});
       }},
      {"DONE/provider",
       [](Till& t) {
         asked(t);
         t.must(settle(t.approval(), OutcomeKind::approved));
       }},
      {"DONE/cancel-requested",
       [](Till& t) {
         asked(t);
         t.must(settle(t.approval(), OutcomeKind::approved));
         t.must(cancel_part(4'000));
       }},
      {"DONE/deposited",
       [](Till& t) {
         born(t, {account(10'000)});
         t.must(deposit(10'000));
       }},
      {"DONE/acquired",
       [](Till& t) {
         born(t, {card(10'000)});
         t.must(RecordAcquisition{t.approval(), AcquisitionState::requested, "b1", "s1", {}});
         t.must(RecordAcquisition{t.approval(), AcquisitionState::completed, "b1", "s1", {}});
       }},
      {"PARTIAL_CANCELED",
       [](Till& t) {
         born(t, {card(10'000)});
         t.must(cancel_part(4'000));
       }},
      {"CANCELED",
       [](Till& t) {
         born(t, {card(10'000)});
         t.must(cancel_all());
       }},
      {"CANCELED/by-the-bank",
       [](Till& t) {
         born(t, {account(10'000)});
         t.must(deposit(10'000));
         t.must(reverse(DepositReversal::to_canceled));
       }},
      {"ABORTED",
       [](Till& t) {
         born(t, {});
         t.must(AuthenticatePayment{});
         t.must(FailPayment{"X", "no"});
       }},
      {"EXPIRED",
       [](Till& t) {
         born(t, {});
         t.pass_ms(kHourMs);
         t.must(ExpirePayment{});
       }},
      {"EXPIRED/in-doubt",
       [](Till& t) {
         asked(t);
         t.pass_ms(kHourMs);
         t.must(ExpirePayment{});
       }},
  };
  return all;
}

ApprovalId first_approval(const Till& till) {
  return till.payment().approvals.empty() ? ApprovalId(RawId{9, 9}) : till.approval();
}

const std::vector<NamedCommand>& commands() {
  static const auto constant = [](PaymentCommand command) {
    return [command](const Till&) { return command; };
  };
  static const auto with_approval = [](auto make) {
    return [make](const Till& till) -> PaymentCommand { return make(first_approval(till)); };
  };
  // After the resolver gave up, where there is something to give up on.
  const auto by_person = [](PersonOutcome outcome) {
    return [outcome](Till& till) -> PaymentCommand {
      SettleByPerson command;
      command.approval = first_approval(till);
      command.outcome = outcome;
      command.evidence = "file, line 7";
      const auto* approval = till.payment().find(command.approval);
      if (approval != nullptr && approval->is_in_doubt())
        till.must(OpenIncident{command.approval, CancelId(), std::string(kAttemptsUsedUp), "why"});
      command.expected_version = till.payment().version;
      return command;
    };
  };
  static const std::vector<NamedCommand> all = {
      {"authenticate", constant(AuthenticatePayment{})},
      {"fail", constant(FailPayment{"CODE", "why"})},
      {"expire", constant(ExpirePayment{})},
      {"expire when due",
       [](Till& t) -> PaymentCommand {
         t.pass_ms(2 * kDayMs);
         return ExpirePayment{};
       }},
      {"record_approval 4000", constant(RecordApproval{card(4'000)})},
      {"record_approval 10000", constant(RecordApproval{card(10'000)})},
      {"record_approval account 10000", constant(RecordApproval{account(10'000)})},
      {"begin_approval 4000", constant(begin(4'000))},
      {"settle_approval approved",
       with_approval([](ApprovalId a) { return settle(a, OutcomeKind::approved); })},
      {"settle_approval approved other-number",
       with_approval([](ApprovalId a) { return settle(a, OutcomeKind::approved, "999"); })},
      {"settle_approval declined",
       with_approval([](ApprovalId a) { return settle(a, OutcomeKind::declined); })},
      {"settle_approval unknown",
       with_approval([](ApprovalId a) { return settle(a, OutcomeKind::unknown); })},
      {"confirm_deposit", constant(deposit(10'000, "n2"))},
      {"confirm_deposit same notice", constant(deposit(10'000, "n1"))},
      {"reverse_deposit to_waiting", constant(reverse(DepositReversal::to_waiting, "r2"))},
      {"reverse_deposit to_canceled", constant(reverse(DepositReversal::to_canceled, "r2"))},
      {"cancel", constant(cancel_all())},
      {"cancel 1000", constant(cancel_part(1'000))},
      {"cancel first approval", with_approval([](ApprovalId a) { return cancel_one(a); })},
      {"settle_cancel approved",
       [](const Till& t) -> PaymentCommand { return settle_cancel(t.last_cancel(), OutcomeKind::approved); }},
      {"settle_cancel declined",
       [](const Till& t) -> PaymentCommand { return settle_cancel(t.last_cancel(), OutcomeKind::declined); }},
      {"settle_cancel unknown",
       [](const Till& t) -> PaymentCommand { return settle_cancel(t.last_cancel(), OutcomeKind::unknown); }},
      {"record_acquisition REQUESTED", with_approval([](ApprovalId a) {
         return RecordAcquisition{a, AcquisitionState::requested, "b1", "s1", {}};
       })},
      {"record_acquisition CANCEL_REQUESTED", with_approval([](ApprovalId a) {
         return RecordAcquisition{a, AcquisitionState::cancel_requested, "b1", "s1", {}};
       })},
      {"record_answer", with_approval([](ApprovalId a) {
         ProviderAsked asked;
         asked.approval = a;
         asked.question = Question::inquire_approval;
         return RecordAnswer{asked};
       })},
      {"begin_network_cancel", with_approval([](ApprovalId a) {
         return BeginNetworkCancel{a, "policy"};
       })},
      {"settle_network_cancel", with_approval([](ApprovalId a) {
         return SettleNetworkCancel{a, NetworkCancelResult::canceled, ""};
       })},
      {"open_incident", with_approval([](ApprovalId a) {
         return OpenIncident{a, CancelId(), "attempts_used_up", "why"};
       })},
      {"settle_by_person approved", by_person(PersonOutcome::approved)},
      {"settle_by_person declined", by_person(PersonOutcome::declined)},
      {"settle_by_person canceled", by_person(PersonOutcome::canceled)},
      {"settle_by_person never existed", by_person(PersonOutcome::never_existed)},
  };
  return all;
}

std::string outcome_of(Till& till, const PaymentCommand& command) {
  const auto decision = till.send(command);
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    EXPECT_FALSE(refusal->detail.empty());
    return "refused " + std::string(code_of(refusal->code));
  }
  const auto& events = std::get<std::vector<Decided>>(decision);
  if (events.empty()) return "nothing to do";
  std::string out(code_of(till.payment().status));
  for (const auto& event : events)
    out += (&event == &events.front() ? ": " : ", ") + std::string(type_of(event.body));
  return out;
}

TEST(Lifecycle, every_state_and_every_command) {
  std::set<std::size_t> command_kinds;
  std::set<PaymentStatus> statuses = {PaymentStatus::none};
  std::string computed =
      "# Each state, built by commands, and what each command does to it. WJ_UPDATE=1 rewrites this file.\n";
  for (const auto& state : states()) {
    computed += "\n" + std::string(state.name) + "\n";
    for (const auto& command : commands()) {
      Till till;
      state.build(till);
      ASSERT_TRUE(std::string_view(state.name).starts_with(code_of(till.payment().status))) << state.name;
      statuses.insert(till.payment().status);
      till.pass_ms(60'000);
      const auto made = command.make(till);
      command_kinds.insert(made.index());
      computed += "  " + std::string(command.name) + " | " + outcome_of(till, made) + "\n";
    }
  }
  EXPECT_EQ(statuses.size(), std::size(kPaymentStatuses));
  EXPECT_EQ(command_kinds.size() + 1, std::variant_size_v<PaymentCommandAlternatives>)
      << "all but create, which has its own tests";
  expect_same_as_file(testdata_path("lifecycle.txt"), computed);
}

}  // namespace
}  // namespace wonjang
