// The payment's transition table as data (reference: korean-payments.md 4.1): state x trigger -> state, or
// no. One table, tested exhaustively, rendered into docs/lifecycle.md. A status is a fold over events and may
// go backwards (deposit.reversed): never a monotone column.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wonjang {

// Numbers are stored and never change.
enum class PaymentStatus : std::uint8_t {
  none = 0,  // before payment.created
  ready = 1,
  in_progress = 2,
  waiting_for_deposit = 3,
  done = 4,
  partial_canceled = 5,
  canceled = 6,
  aborted = 7,
  expired = 8,
};
constexpr PaymentStatus kPaymentStatuses[] = {PaymentStatus::none,        PaymentStatus::ready,
                                              PaymentStatus::in_progress, PaymentStatus::waiting_for_deposit,
                                              PaymentStatus::done,        PaymentStatus::partial_canceled,
                                              PaymentStatus::canceled,    PaymentStatus::aborted,
                                              PaymentStatus::expired};

// What may move a status. An event gives exactly one trigger, or none when it doesn't concern the status.
enum class Trigger : std::uint8_t {
  created,                       // payment.created
  created_authenticated,         // payment.created with the customer already authenticated
  authenticated,                 // payment.authenticated
  virtual_account_issued,        // virtual_account.issued
  approved_in_part,              // approval.approved, live approvals below the total
  approved_in_full,              // approval.approved, live approvals cover the total
  deposit_confirmed,             // deposit.confirmed
  expired,                       // payment.expired
  failed,                        // payment.failed
  canceled_before_deposit,       // cancel.succeeded while waiting for the deposit
  canceled_in_part,              // cancel.succeeded, balance > 0
  canceled_in_full,              // cancel.succeeded, balance = 0
  deposit_reversed_to_waiting,   // deposit.reversed: the bank took it back, the account waits again
  deposit_reversed_to_canceled,  // deposit.reversed: the bank took it back, the payment is over
};
constexpr std::uint8_t kTriggers = 14;

// The state after, or nothing: that trigger is refused in that state.
std::optional<PaymentStatus> next_status(PaymentStatus from, Trigger trigger);

std::string_view code_of(PaymentStatus status);  // "WAITING_FOR_DEPOSIT"
std::string_view name_of(Trigger trigger);       // "deposit_confirmed"
std::optional<PaymentStatus> parse_payment_status(std::string_view code);

// The whole table as Markdown, as it stands in docs/lifecycle.md.
std::string lifecycle_markdown();

}  // namespace wonjang
