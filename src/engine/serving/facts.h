// Facts: what totals count. A payment gives one PaymentFacts for as long as it exists, which changes with its
// state (totals subtract the old and add the new); each movement of money gives one TransactionFacts, which
// never changes.
//
//   gross      what live approvals took: Payment::live_approved()
//   canceled   what succeeded cancels of them gave back
//   net        gross - canceled
//
// The day and month of a payment are those of its requested time, of a transaction those of its own time
// (both business time, Seoul). Keys hold only what never changes; status and method live in values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/event.h"
#include "domain/money_move.h"
#include "domain/payment.h"
#include "domain/time.h"

namespace wonjang::serving {

// A merchant's place in the order of registration: dense, stable for ever, short in keys.
using MerchantNo = std::uint32_t;

struct PaymentFacts {
  MerchantNo merchant = 0;
  std::string organisation;  // of the merchant, or empty
  std::uint8_t method = 0;   // of the leading approval (see leading_approval), 0: none yet
  std::string issuer;        // of the leading approval: card issuer, bank, easy-pay provider; or empty
  PaymentStatus status = PaymentStatus::none;
  Channel channel = Channel::unknown;
  std::string currency;
  Instant at;               // requested
  std::int64_t amount = 0;  // the payment's total, fixed for ever
  std::int64_t gross = 0;
  std::int64_t canceled = 0;
  friend bool operator==(const PaymentFacts&, const PaymentFacts&) = default;
};

enum class TransactionKind : std::uint8_t {
  approval = 1,  // approved, or a virtual account's deposit
  cancel = 2,    // a succeeded cancel of something approved
  reversal = 3,  // a deposit taken back by the bank, an approval undone by network cancel
};
std::string_view code_of(TransactionKind kind);

struct TransactionFacts {
  MerchantNo merchant = 0;
  std::string organisation;
  TransactionKind kind = TransactionKind::approval;
  std::uint8_t method = 0;
  std::string issuer;
  Channel channel = Channel::unknown;
  std::string currency;
  Instant at;
  std::int64_t amount = 0;  // >= 0 in every kind; approvals are gross, the other two are canceled
  friend bool operator==(const TransactionFacts&, const TransactionFacts&) = default;
};

// The first approval that is held, else the newest one, else null. Its method and issuer stand for the
// payment.
const Approval* leading_approval(const Payment& payment);
// Card issuer, bank or provider code of a method's detail; empty where there is none.
std::string_view issuer_of(const MethodDetail& detail);
// terms.requested_at; the recorded time of creation when the sender gave none.
Instant time_of(const Payment& payment);
PaymentFacts facts_of(const Payment& payment, MerchantNo merchant, std::string_view organisation);

// One movement of money, as it is stored and listed.
struct Transaction {
  PaymentId payment;
  std::uint32_t version = 0;  // of the event that made it: unique with the payment
  TransactionKind kind = TransactionKind::approval;
  ApprovalId approval;
  CancelId cancel;  // zero but for a cancel
  Method method{};
  std::string issuer;
  Channel channel = Channel::unknown;
  std::string currency;
  std::string order_id;
  std::string number;  // approval number, or the cancel's transaction key
  Instant at;
  std::int64_t amount = 0;
  std::int64_t balance_after = 0;  // of the payment
  Instant payment_at;              // the payment's own time: where its row stands
  friend bool operator==(const Transaction&, const Transaction&) = default;
};
// The transaction of an event that moved money: `move` is money_move() of the payment before it.
Transaction transaction_of(const Event& event, const MoneyMove& move, const Payment& after);
TransactionFacts facts_of(const Transaction& transaction, MerchantNo merchant, std::string_view organisation);

}  // namespace wonjang::serving
