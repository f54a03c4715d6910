#include <algorithm>

#include "domain/decide_parts.h"

namespace wonjang {
namespace {

// The account that a bank's notice is about: the named one, or the only one.
const Approval* account_of(const Payment& payment, ApprovalId id) {
  if (!id.is_zero()) {
    const Approval* approval = payment.find(id);
    return approval != nullptr && is_account(*approval) ? approval : nullptr;
  }
  const Approval* only = nullptr;
  for (const auto& approval : payment.approvals) {
    const bool counts =
        is_account(approval) && (approval.is_held() || approval.state == ApprovalState::reversed);
    if (!counts) continue;
    if (only == nullptr || !only->is_held()) only = &approval;
  }
  return only;
}

Refusal refuse_no_account(ApprovalId id) {
  return refuse(RefusalCode::approval_not_found,
                id.is_zero() ? "This payment has no virtual account."
                             : "This payment has no virtual account " + id.text() + ".",
                "/approvalId");
}

// Banks tell the same thing twice.
const BankNotice* known_notice(const Approval& approval, bool is_reversal, const std::string& id) {
  if (id.empty()) return nullptr;
  const auto& known = approval.bank_notices;
  const auto found = std::find_if(known.begin(), known.end(), [&](const BankNotice& notice) {
    return notice.is_reversal == is_reversal && notice.id == id;
  });
  return found == known.end() ? nullptr : &*found;
}

bool is_other_time(Instant told, Instant known) { return !told.is_zero() && told != known; }

// The bank's number stands for something else here: one of the two is wrong, and nobody but the bank knows
// which. Taking it for a repeat would drop it.
Refusal refuse_contradiction(const BankNotice& known, const std::string& what, std::string pointer) {
  return refuse(RefusalCode::bank_notice_contradicts,
                "The bank's notice " + known.id + " was taken before as " + what + " of " +
                    to_rfc3339(known.at) +
                    ", and this one under the same id says something else. Ask the bank which is right; "
                    "another movement needs a notice id of its own.",
                std::move(pointer));
}

Decision repeated(const Payment& payment, const BankNotice& known, const ConfirmDeposit& command) {
  const auto what = [&] { return "a deposit of " + money_text(payment, known.amount); };
  if (command.amount != known.amount) return refuse_contradiction(known, what(), "/amount");
  if (is_other_time(command.deposited_at, known.at)) {
    return refuse_contradiction(known, what(), "/depositedAt");
  }
  return nothing_to_do();
}

Decision repeated(const BankNotice& known, const ReverseDeposit& command) {
  const bool waits = known.effect == DepositReversal::to_waiting;
  const auto what =
      std::string("a reversal after which the ") + (waits ? "account waits" : "payment is over");
  if (command.effect != known.effect) return refuse_contradiction(known, what, "/effect");
  if (is_other_time(command.reversed_at, known.at)) return refuse_contradiction(known, what, "/reversedAt");
  return nothing_to_do();
}

std::optional<Refusal> check_room_for_notice(const Payment& payment, const Approval& account) {
  if (account.bank_notices.size() < kBankNoticesMax) return std::nullopt;
  return refuse_in_status(payment,
                          "A further notice of a bank, after " + std::to_string(kBankNoticesMax) +
                              " of deposits and reversals to one account,",
                          "Cancel the payment and make another one.");
}

std::optional<Refusal> check_no_cancel_in_doubt(const Payment& payment) {
  const bool in_doubt = std::any_of(payment.cancels.begin(), payment.cancels.end(),
                                    [](const Cancel& c) { return c.is_in_doubt(); });
  if (!in_doubt) return std::nullopt;
  return refuse(
      RefusalCode::cancel_in_doubt,
      "The outcome of a cancel of this payment isn't known yet. Send the notice again once it is settled.");
}

// Over because nobody paid in time: whenever the money was paid, the order is given up.
std::optional<Refusal> check_not_given_up(const Payment& payment) {
  if (payment.status != PaymentStatus::expired) return std::nullopt;
  return refuse(RefusalCode::deposit_too_late,
                "The payment expired before this deposit was told of. Send it back to the depositor.");
}

std::optional<Refusal> check_deposit_status(const Payment& payment, const Approval& account) {
  const bool waits = account.state == ApprovalState::waiting;
  if (!waits || !next_status(payment.status, Trigger::deposit_confirmed))
    return refuse_in_status(payment, "A deposit", "Send it back to the depositor.");
  if (payment.live_approved() + account.amount() == payment.total) return std::nullopt;
  return refuse_in_status(
      payment, "A deposit",
      "Another approval of it was cancelled, so the deposit can't complete it. Cancel the payment.");
}

std::optional<Refusal> check_due(const Approval& account, Instant deposited_at) {
  const auto* detail = std::get_if<VirtualAccountDetail>(&account.terms.method);
  if (detail == nullptr || detail->due_at.is_zero() || deposited_at < detail->due_at) return std::nullopt;
  return refuse(RefusalCode::deposit_too_late,
                "The account could be paid into before " + to_rfc3339(detail->due_at) +
                    ", but the deposit is of " + to_rfc3339(deposited_at) +
                    ". Send it back to the depositor.",
                "/depositedAt");
}

}  // namespace

Decision decide_one(const Payment& payment, const ConfirmDeposit& command, DecideContext context) {
  if (auto refusal = check_not_future(command.deposited_at, context, "/depositedAt"))
    return std::move(*refusal);
  const Approval* account = account_of(payment, command.approval);
  if (account == nullptr) return refuse_no_account(command.approval);
  if (const auto* known = known_notice(*account, /*is_reversal=*/false, command.bank_notice_id)) {
    return repeated(payment, *known, command);
  }
  if (auto refusal = check_room_for_notice(payment, *account)) return std::move(*refusal);
  if (auto refusal = check_not_given_up(payment)) return std::move(*refusal);
  if (auto refusal = check_deposit_status(payment, *account)) return std::move(*refusal);
  if (auto refusal = check_no_cancel_in_doubt(payment)) return std::move(*refusal);
  if (command.amount != account->amount()) {
    return refuse(RefusalCode::deposit_amount_mismatch,
                  "The account waits for exactly " + money_text(payment, account->amount()) +
                      ", the deposit is " + money_text(payment, command.amount) +
                      ". Send it back to the depositor.",
                  "/amount", account->amount());
  }
  const Instant at = or_now(command.deposited_at, context);
  if (auto refusal = check_due(*account, at)) return std::move(*refusal);
  return just(at, DepositConfirmed{account->terms.approval, command.amount, command.depositor,
                                   command.bank_notice_id, at});
}

Decision decide_one(const Payment& payment, const ReverseDeposit& command, DecideContext context) {
  if (command.effect == DepositReversal::unknown) {
    return refuse(
        RefusalCode::method_detail_invalid,
        "A deposit reversal has to say whether the account waits again (TO_WAITING) or the payment is over "
        "(TO_CANCELED).",
        "/effect");
  }
  if (auto refusal = check_not_future(command.reversed_at, context, "/reversedAt"))
    return std::move(*refusal);
  const Approval* account = account_of(payment, command.approval);
  if (account == nullptr) return refuse_no_account(command.approval);
  if (const auto* known = known_notice(*account, /*is_reversal=*/true, command.bank_notice_id)) {
    return repeated(*known, command);
  }
  const bool to_waiting = command.effect == DepositReversal::to_waiting;
  const auto trigger =
      to_waiting ? Trigger::deposit_reversed_to_waiting : Trigger::deposit_reversed_to_canceled;
  if (!next_status(payment.status, trigger) || !account->is_live()) {
    return refuse_in_status(payment, "A reversal of the deposit");
  }
  if (!to_waiting && payment.live_approved() > account->amount()) {
    return refuse_in_status(payment, "A reversal that ends it",
                            "Another approval is live. Reverse to TO_WAITING, then cancel the payment.");
  }
  if (auto refusal = check_no_cancel_in_doubt(payment)) return std::move(*refusal);
  const Instant at = or_now(command.reversed_at, context);
  return just(at, DepositReversed{account->terms.approval, account->amount(), command.effect,
                                  command.bank_notice_id, at});
}

}  // namespace wonjang
