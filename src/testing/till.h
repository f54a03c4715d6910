// For tests: a till keeps one payment, sends it commands and folds what is decided, as the ledger's writer
// does, with a clock and ids of its own. Every decision is checked: the table allows each event, and no
// invariant breaks.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "domain/decide.h"

namespace wonjang {

constexpr Instant kNoon{1'795'316'645'000'000};  // 2026-11-22T03:04:05Z, past noon in Seoul
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

class Till {
 public:
  explicit Till(std::uint64_t seed = 1) : ids_(Rng(seed)) { stream_ = ids_.next(now_, kSlot); }

  const Payment& payment() const { return payment_; }
  const std::vector<Event>& history() const { return history_; }
  Instant now() const { return now_; }
  void pass_ms(std::int64_t ms) { now_ = now_.plus_ms(ms); }
  void go_to(Instant at) { now_ = at; }
  void act_as(ActorKind kind) { actor_.kind = kind; }

  Decision ask(const PaymentCommand& command) {
    return decide(payment_, command, {now_, actor_, ids_, kSlot});
  }
  // Decides and folds.
  Decision send(const PaymentCommand& command) {
    auto decision = ask(command);
    if (const auto* events = std::get_if<std::vector<Decided>>(&decision)) {
      for (const auto& event : *events) fold(event);
    }
    const auto broken = violations_of(payment_);
    EXPECT_TRUE(broken.empty()) << operation_of(command) << " broke " << broken.front();
    return decision;
  }
  // Sends what must be accepted.
  std::vector<Decided> must(const PaymentCommand& command) {
    auto decision = send(command);
    const auto* refusal = std::get_if<Refusal>(&decision);
    EXPECT_EQ(refusal, nullptr) << operation_of(command) << ": " << refusal->detail;
    return refusal != nullptr ? std::vector<Decided>() : std::get<std::vector<Decided>>(std::move(decision));
  }
  // Sends what must be refused.
  Refusal refused(const PaymentCommand& command) {
    auto decision = send(command);
    const auto* refusal = std::get_if<Refusal>(&decision);
    EXPECT_NE(refusal, nullptr) << operation_of(command) << " was accepted";
    return refusal == nullptr ? Refusal{} : *refusal;
  }

  void fold(const Decided& decided) {
    const auto trigger = trigger_of(payment_, decided.body);
    if (trigger) {
      EXPECT_TRUE(next_status(payment_.status, *trigger).has_value())
          << type_of(decided.body) << " in " << code_of(payment_.status) << " is not in the table";
    }
    Event event;
    event.id = EventId(ids_.next(now_, kSlot));
    event.stream = stream_;
    event.version = payment_.version;
    event.merchant = MerchantId(RawId{1, 1});
    event.order_id = "order-1";
    event.occurred_at = decided.occurred_at;
    event.recorded_at = now_;
    event.actor = actor_;
    event.idempotency_key = "key-" + std::to_string(history_.size());
    event.body = decided.body;
    Payment before = payment_;
    evolve(payment_, event);
    event.status_after = payment_.status;
    event.balance_after = payment_.balance;
    evolve(before, event);  // as read back from the book
    EXPECT_EQ(before, payment_) << "replay of " << type_of(decided.body);
    history_.push_back(std::move(event));
  }

  ApprovalId approval(std::size_t index = 0) const { return payment_.approvals.at(index).terms.approval; }
  CancelId last_cancel() const {
    return payment_.cancels.empty() ? CancelId() : payment_.cancels.back().terms.cancel;
  }

 private:
  static constexpr std::uint32_t kSlot = 7;
  Instant now_ = kNoon;
  Actor actor_{ActorKind::merchant, "key_1"};
  IdMaker ids_;
  RawId stream_;
  Payment payment_;
  std::vector<Event> history_;
};

inline ApprovalInput card(std::int64_t amount) {
  ApprovalInput input;
  CardDetail detail;
  detail.issuer_code = "61";
  detail.bin = "433012";
  detail.last4 = "1234";
  detail.card_type = CardType::credit;
  input.method = std::move(detail);
  input.amount = amount;
  input.approve_no = "00012345";
  return input;
}
inline ApprovalInput by_method(MethodDetail method, std::int64_t amount) {
  ApprovalInput input;
  input.method = std::move(method);
  input.amount = amount;
  return input;
}
inline ApprovalInput account(std::int64_t amount, Instant due_at = kNoon.plus_ms(kDayMs)) {
  VirtualAccountDetail detail;
  detail.bank_code = "88";
  detail.account_no_token = "tok_1";
  detail.due_at = due_at;
  return by_method(std::move(detail), amount);
}
inline EasyPayDetail easy_pay(FundedBy funded_by, std::int64_t amount = 0, std::int64_t discount_amount = 0) {
  EasyPayDetail detail;
  detail.funded_by = funded_by;
  detail.amount = amount;
  detail.discount_amount = discount_amount;
  return detail;
}
inline CreatePayment order(std::int64_t total, std::vector<ApprovalInput> approvals = {}) {
  CreatePayment command;
  command.merchant = MerchantId(RawId{1, 1});
  command.order_id = "order-1";
  command.total = total;
  command.terms.order_name = "coffee";
  command.approvals = std::move(approvals);
  return command;
}
inline BeginApproval begin(std::int64_t amount, Instant deadline = kNoon.plus_ms(10'000)) {
  BeginApproval command{card(amount), deadline};
  command.input.provider = "sim";
  return command;
}
inline SettleApproval settle(ApprovalId approval, OutcomeKind outcome, std::string approve_no = "00012345") {
  SettleApproval command;
  command.approval = approval;
  command.outcome = outcome;
  command.approve_no = std::move(approve_no);
  command.why = "no answer in time";
  return command;
}
inline CancelPayment cancel_all() { return {}; }
inline CancelPayment cancel_part(std::int64_t amount) {
  CancelPayment command;
  command.amount = amount;
  return command;
}
inline CancelPayment cancel_one(ApprovalId approval, std::optional<std::int64_t> amount = {}) {
  CancelPayment command;
  command.approval = approval;
  command.amount = amount;
  return command;
}
inline ConfirmDeposit deposit(std::int64_t amount, std::string notice = "n1") {
  ConfirmDeposit command;
  command.amount = amount;
  command.bank_notice_id = std::move(notice);
  return command;
}
inline ReverseDeposit reverse(DepositReversal effect, std::string notice = "r1") {
  ReverseDeposit command;
  command.effect = effect;
  command.bank_notice_id = std::move(notice);
  return command;
}
inline SettleCancel settle_cancel(CancelId cancel, OutcomeKind outcome) {
  SettleCancel command;
  command.cancel = cancel;
  command.outcome = outcome;
  command.transaction_key = "tx-1";
  return command;
}

// testdata/NAME holds lines; WJ_UPDATE=1 rewrites it with what was computed, and the reviewer reads the diff.
std::string testdata_path(const std::string& name);
std::string file_text(const std::string& path);
void expect_same_as_file(const std::string& path, const std::string& computed);

}  // namespace wonjang
