#include <algorithm>

#include "domain/payment.h"

namespace wonjang {
namespace {

using Names = std::vector<std::string>;

void require(Names& names, bool holds, const char* name) {
  if (!holds && std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

struct CancelSums {
  TaxParts succeeded;
  TaxParts in_doubt;
};

bool add_to(TaxParts& sum, const TaxParts& parts) {
  const auto next = add(sum, parts);
  if (next) sum = *next;
  return next.has_value();
}

// What a history of ours can have left of the approval's money.
bool money_fits_the_state(const Approval& approval) {
  const std::int64_t taken = approval.amount();
  switch (approval.state) {
    case ApprovalState::approved:
      return approval.money_out == taken - approval.canceled.total().value_or(0);
    case ApprovalState::reversing:  // it may have been told meanwhile
      return approval.money_out == 0 || approval.money_out == taken;
    case ApprovalState::requested:
    case ApprovalState::unknown:
    case ApprovalState::waiting:
    case ApprovalState::declined:
    case ApprovalState::reversed:
      break;
  }
  return approval.money_out == 0;
}

void check_approval(Names& names, const Payment& payment, const Approval& approval) {
  CancelSums sums;
  bool in_range = true;
  for (const auto& cancel : payment.cancels) {
    if (cancel.terms.approval != approval.terms.approval) continue;
    require(names, !cancel.terms.parts.any_negative(), "cancel_parts_not_negative");
    if (cancel.state == CancelState::succeeded)
      in_range = add_to(sums.succeeded, cancel.terms.parts) && in_range;
    if (cancel.is_in_doubt()) in_range = add_to(sums.in_doubt, cancel.terms.parts) && in_range;
  }
  const auto used = add(approval.canceled, approval.canceling);
  const auto left = used ? sub(approval.terms.parts, *used) : std::nullopt;
  require(names, !approval.terms.parts.any_negative(), "approval_parts_not_negative");
  require(names, left && !left->any_negative(), "cancels_within_the_approval");
  require(names, in_range && approval.canceled == sums.succeeded, "canceled_is_the_sum_of_cancels");
  require(names, in_range && approval.canceling == sums.in_doubt, "canceling_is_the_sum_of_cancels_in_doubt");
  require(names, money_fits_the_state(approval), "money_out_fits_the_state");
  require(names, approval.is_in_doubt() == approval.pursuit.has_value(), "what_is_in_doubt_is_pursued");
}

// total minus the cancels of approvals that counted.
std::optional<std::int64_t> balance_by_cancels(const Payment& payment) {
  std::int64_t balance = payment.total;
  for (const auto& approval : payment.approvals) {
    if (!approval.is_live()) continue;
    const auto canceled = approval.canceled.total();
    if (!canceled || __builtin_sub_overflow(balance, *canceled, &balance)) return std::nullopt;
  }
  return balance;
}

void check_balance(Names& names, const Payment& payment) {
  if (payment.status == PaymentStatus::canceled) {
    require(names, payment.balance == 0, "balance_is_total_minus_cancels");
    return;
  }
  require(names, payment.balance == balance_by_cancels(payment), "balance_is_total_minus_cancels");
  if (payment.status == PaymentStatus::partial_canceled) {
    require(names, payment.balance > 0 && payment.balance < payment.total, "status_fits_the_balance");
  } else {
    require(names, payment.balance == payment.total, "status_fits_the_balance");
  }
}

void check_status(Names& names, const Payment& payment) {
  const bool paid =
      payment.status == PaymentStatus::done || payment.status == PaymentStatus::partial_canceled;
  if (paid) require(names, payment.live_approved() == payment.total, "live_approvals_cover_the_total");
  if (payment.status == PaymentStatus::waiting_for_deposit) {
    const bool held = std::any_of(payment.approvals.begin(), payment.approvals.end(),
                                  [](const Approval& a) { return a.is_held() || a.is_in_doubt(); });
    require(names, held, "a_waiting_payment_has_an_account");
  }
  require(names, payment.live_approved() <= payment.total, "live_approvals_within_the_total");
}

}  // namespace

std::vector<std::string> violations_of(const Payment& payment) {
  Names names;
  if (!payment.exists()) return names;
  require(names, payment.contradictions == 0, "the_table_allows_every_event");
  require(names, payment.total > 0 && payment.terms.parts.total() == payment.total,
          "parts_add_up_to_the_total");
  require(names, !payment.terms.parts.any_negative(), "parts_not_negative");
  for (const auto& approval : payment.approvals) check_approval(names, payment, approval);
  for (const auto& cancel : payment.cancels) {
    require(names, payment.find(cancel.terms.approval) != nullptr, "every_cancel_has_its_approval");
    require(names, cancel.is_in_doubt() == cancel.pursuit.has_value(), "what_is_in_doubt_is_pursued");
  }
  check_balance(names, payment);
  check_status(names, payment);
  return names;
}

}  // namespace wonjang
