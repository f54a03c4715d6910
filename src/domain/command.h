// Commands: wishes about one payment, parsed and syntactically right. decide() answers with events or a
// refusal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/event.h"
#include "domain/payment.h"

namespace wonjang {

// One method wished for, or one that was executed elsewhere (approved_at set by the caller).
struct ApprovalInput {
  MethodDetail method;
  std::int64_t amount = 0;
  std::optional<TaxParts> parts;  // explicit; else derived from amount, tax_free, tax_exempt
  std::int64_t tax_free = 0;
  std::int64_t tax_exempt = 0;
  std::string provider;  // approval through a provider; empty when recorded
  std::string pg_code;
  std::string van;
  std::string approve_no;
  std::string network_txn_id;
  Instant approved_at;
};

// Approvals: recorded ones, each becomes approval.approved; a VIRTUAL_ACCOUNT becomes virtual_account.issued
// (waiting) unless `approved_at` says that it was deposited. None: the payment starts READY. All approvals
// with provider empty.
struct CreatePayment {
  MerchantId merchant;
  std::string order_id;
  Currency currency;
  std::int64_t total = 0;
  std::optional<TaxParts> parts;
  std::int64_t tax_free = 0;
  std::int64_t tax_exempt = 0;
  PaymentCreated terms;  // everything but parts and authenticated
  std::vector<ApprovalInput> approvals;
};
struct AuthenticatePayment {};
struct FailPayment {
  std::string failure_code;
  std::string failure_message;
};
struct ExpirePayment {};  // from the alarm: refused unless something is due at `now`
struct RecordApproval {
  ApprovalInput input;
};
// Intent of an approval through input.provider.
struct BeginApproval {
  ApprovalInput input;
  Instant deadline;
};
enum class OutcomeKind : std::uint8_t { approved, declined, unknown };
struct SettleApproval {
  ApprovalId approval;
  OutcomeKind outcome = OutcomeKind::unknown;
  std::string approve_no;
  std::string network_txn_id;
  Instant approved_at;
  std::string failure_code;
  std::string failure_message;
  std::string why;       // unknown: what happened
  std::string evidence;  // masked raw answer
};
struct ConfirmDeposit {
  ApprovalId approval;  // zero: the only virtual account
  std::int64_t amount = 0;
  std::string depositor;
  std::string bank_notice_id;
  Instant deposited_at;
};
struct ReverseDeposit {
  ApprovalId approval;  // zero: the only virtual account
  DepositReversal effect = DepositReversal::to_waiting;
  std::string bank_notice_id;
  Instant reversed_at;
};
struct CancelPayment {
  ApprovalId approval;                 // zero: the whole payment
  std::optional<std::int64_t> amount;  // absent: everything that is left of it
  std::optional<TaxParts> parts;       // explicit parts
  std::int64_t tax_free = 0;
  std::int64_t tax_exempt = 0;
  std::optional<std::int64_t> expected_cancellable;
  CancelKind kind = CancelKind::unknown;  // unknown: FULL or PARTIAL is derived
  ActorKind requester = ActorKind::unknown;
  std::int64_t easy_pay_discount_amount = 0;
  std::string refund_account_token;
  Instant requested_at;
  Instant canceled_at;  // recorded from elsewhere; zero = now
  Instant deadline;     // of the provider calls, where the approval went through one
};
struct SettleCancel {
  CancelId cancel;
  OutcomeKind outcome = OutcomeKind::unknown;  // approved = the provider cancelled it
  bool never_sent = false;  // declined because nothing left the house: says nothing once somebody else asked
  std::string transaction_key;
  Instant canceled_at;
  std::string failure_code;
  std::string failure_message;
  std::string why;
  std::string evidence;
};
struct RecordAcquisition {
  ApprovalId approval;
  AcquisitionState state = AcquisitionState::none;
  std::string batch_id;
  std::string slip_no;
  Instant at;
};
struct RecordAnswer {  // evidence of one question to the provider
  ProviderAsked asked;
};
struct BeginNetworkCancel {
  ApprovalId approval;
  std::string why;
};
struct SettleNetworkCancel {
  ApprovalId approval;
  NetworkCancelResult result = NetworkCancelResult::unknown;
  std::string evidence;
};
struct OpenIncident {  // attempts used up, contradictions
  ApprovalId approval;
  CancelId cancel;  // zero when it is about the approval
  std::string code;
  std::string detail;
};

// A person's word on what the resolver gave up on (Pursuit::gave_up), with the version of the payment that
// the person looked at. `approval` or `cancel`, the other is zero.
struct SettleByPerson {
  ApprovalId approval;
  CancelId cancel;
  PersonOutcome outcome = PersonOutcome::unknown;
  std::uint32_t expected_version = 0;
  std::string evidence;  // what the person saw: a line of the provider's file, a ticket
  std::string approve_no;
  std::string network_txn_id;
  std::string transaction_key;  // of a cancel
  Instant at;                   // the provider's clock; zero: now
  std::string failure_code;
  std::string failure_message;
};

using PaymentCommandAlternatives =
    std::variant<CreatePayment, AuthenticatePayment, FailPayment, ExpirePayment, RecordApproval,
                 BeginApproval, SettleApproval, ConfirmDeposit, ReverseDeposit, CancelPayment, SettleCancel,
                 RecordAcquisition, RecordAnswer, BeginNetworkCancel, SettleNetworkCancel, OpenIncident,
                 SettleByPerson>;

// One of the above; its copies, moves and end stand in decide.cc, for the reason EventBody's stand in
// event.cc.
struct PaymentCommand : PaymentCommandAlternatives {
  using PaymentCommandAlternatives::PaymentCommandAlternatives;
  PaymentCommand();
  PaymentCommand(const PaymentCommand&);
  PaymentCommand(PaymentCommand&&) noexcept;
  PaymentCommand& operator=(const PaymentCommand&);
  PaymentCommand& operator=(PaymentCommand&&) noexcept;
  ~PaymentCommand();
};

// "create_payment", "cancel" ...: CommandRefused::operation.
std::string_view operation_of(const PaymentCommand& command);

}  // namespace wonjang
