// For tests: a payment that is sent random commands, by seed. Its history (till().history()) is one that the
// ledger could hold; runs of 60 steps reach every lasting status within a few thousand seeds.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "testing/till.h"

namespace wonjang {

class RandomLife {
 public:
  explicit RandomLife(std::uint64_t seed) : rng_(seed), till_(seed + 1) {}

  void run(int steps) {
    create();
    for (int i = 0; i < steps; ++i) {
      till_.pass_ms(static_cast<std::int64_t>(rng_.below(600'000)));
      check_alarm();
      const auto command = next_command();
      const auto decision = till_.send(command);
      if (const auto* refusal = std::get_if<Refusal>(&decision)) {
        ASSERT_FALSE(refusal->detail.empty());
      } else {
        ++accepted_;
      }
      check_sums();
      if (::testing::Test::HasFailure()) return;
    }
  }
  int accepted() const { return accepted_; }
  const Till& till() const { return till_; }

 private:
  template <typename T>
  static const T& one_of(Rng& rng, const std::vector<T>& all) {
    return all[static_cast<std::size_t>(rng.below(all.size()))];
  }

  void create() {
    std::vector<ApprovalInput> approvals;
    if (rng_.chance(40)) approvals.push_back(input(amount(10'000)));
    auto command = order(10'000, approvals);
    command.tax_free = static_cast<std::int64_t>(rng_.below(3)) * 2'000;
    command.terms.is_partial_cancelable = rng_.chance(90);
    if (rng_.chance(50)) command.terms.expires_at = kNoon.plus_ms(kHourMs);
    auto decision = till_.send(command);
    if (std::holds_alternative<Refusal>(decision)) {  // an account for less than the total
      command.approvals.clear();
      till_.must(command);
    }
  }

  std::int64_t amount(std::int64_t usual) {
    return rng_.chance(70) ? usual : static_cast<std::int64_t>(1 + rng_.below(10'000));
  }
  ApprovalInput input(std::int64_t amount) {
    switch (rng_.below(4)) {
      case 0:
        return account(amount, till_.now().plus_ms(kHourMs));
      case 1:
        return by_method(PointDetail{}, amount);
      default:
        return card(amount);
    }
  }
  std::int64_t rest() {
    return std::max<std::int64_t>(till_.payment().total - till_.payment().live_approved(), 1);
  }
  ApprovalId some_approval() {
    const auto& approvals = till_.payment().approvals;
    return approvals.empty() || rng_.chance(3) ? ApprovalId(RawId{3, 3})
                                               : one_of(rng_, approvals).terms.approval;
  }
  CancelId some_cancel() {
    const auto& cancels = till_.payment().cancels;
    return cancels.empty() || rng_.chance(3) ? CancelId(RawId{3, 3}) : one_of(rng_, cancels).terms.cancel;
  }
  OutcomeKind some_outcome() { return static_cast<OutcomeKind>(rng_.below(3)); }
  std::string some_notice() { return "n" + std::to_string(rng_.below(6)); }

  CancelPayment some_cancel_wish() {
    CancelPayment command;
    if (rng_.chance(60)) command.approval = some_approval();
    if (rng_.chance(70)) command.amount = static_cast<std::int64_t>(rng_.below(5'000));
    if (rng_.chance(30)) command.tax_free = static_cast<std::int64_t>(rng_.below(2'000));
    if (rng_.chance(20)) command.expected_cancellable = till_.payment().cancellable();
    if (rng_.chance(70)) command.refund_account_token = "tok";
    command.deadline = till_.now().plus_ms(10'000);
    return command;
  }

  // Of what is in doubt, where there is such a thing: a person says nothing of the rest.
  SettleByPerson some_word_of_a_person() {
    SettleByPerson command;
    for (const auto& approval : till_.payment().approvals) {
      if (approval.is_in_doubt()) command.approval = approval.terms.approval;
    }
    if (command.approval.is_zero()) command.cancel = some_cancel();
    command.outcome = static_cast<PersonOutcome>(rng_.below(5));
    command.expected_version = till_.payment().version;
    command.approve_no = std::to_string(rng_.below(3));
    command.evidence = "line 7 of the provider's file";
    return command;
  }

  PaymentCommand next_command() {
    switch (rng_.below(18)) {
      case 0:
        return AuthenticatePayment{};
      case 1:
        return rng_.chance(10) ? PaymentCommand(FailPayment{"X", "no"}) : PaymentCommand(cancel_part(100));
      case 2:
        return ExpirePayment{};
      case 3:
        return RecordApproval{input(amount(rest()))};
      case 4: {
        BeginApproval command{input(amount(rest())), till_.now().plus_ms(10'000)};
        command.input.provider = "sim";
        return command;
      }
      case 5:
      case 6:
        return settle(some_approval(), some_outcome(), std::to_string(rng_.below(3)));
      case 7:
        return deposit(rng_.chance(80) ? rest() : amount(1), some_notice());
      case 8:
        return reverse(static_cast<DepositReversal>(rng_.below(3)), some_notice());
      case 9:
      case 10:
        return some_cancel_wish();
      case 11:
      case 12:
        return settle_cancel(some_cancel(), some_outcome());
      case 13:
        return RecordAcquisition{some_approval(), static_cast<AcquisitionState>(rng_.below(6)), "b", "s", {}};
      case 14:
        return BeginNetworkCancel{some_approval(), "policy"};
      case 15:
        return SettleNetworkCancel{some_approval(), static_cast<NetworkCancelResult>(rng_.below(3)), ""};
      case 16:
        return some_word_of_a_person();
      default:
        break;
    }
    if (rng_.chance(20)) {
      const auto cancel = rng_.chance(50) ? some_cancel() : CancelId();
      return OpenIncident{some_approval(), cancel, std::string(kAttemptsUsedUp), "test"};
    }
    ProviderAsked asked;
    asked.approval = some_approval();
    if (rng_.chance(50)) asked.cancel = some_cancel();
    asked.next_attempt_at = till_.now().plus_ms(30'000);
    return RecordAnswer{asked};
  }

  // An expiry alarm that rings must be able to do its work, else it would ring for ever.
  void check_alarm() {
    const auto alarm = next_alarm(till_.payment());
    if (!alarm || alarm->kind != AlarmKind::expiry || alarm->at > till_.now()) return;
    ASSERT_TRUE(std::holds_alternative<std::vector<Decided>>(till_.ask(ExpirePayment{})))
        << code_of(till_.payment().status);
  }

  void check_sums() {
    for (const auto& approval : till_.payment().approvals) {
      TaxParts taken;
      for (const auto& cancel : till_.payment().cancels) {
        const bool counts =
            cancel.terms.approval == approval.terms.approval && cancel.state != CancelState::failed;
        if (counts) taken = *add(taken, cancel.terms.parts);
      }
      ASSERT_FALSE(sub(approval.terms.parts, taken)->any_negative());
    }
  }

  Rng rng_;
  Till till_;
  int accepted_ = 0;
};

}  // namespace wonjang
