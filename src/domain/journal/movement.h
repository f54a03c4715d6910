// Movement: what one event of a payment moved, as settlement and the journal see it; and PaymentMoney, the
// little that must be remembered of a payment to tell. A smaller fold than domain/payment.h, of the same
// events; when money moves is the one rule of domain/money_move.h.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/event.h"
#include "domain/settlement/line.h"

namespace wonjang::journal {

struct ApprovalMoney {
  ApprovalId approval;
  bool is_live = false;  // its money is out (domain/money_move.h); what is being reversed still counts
  std::uint32_t live_version = 0;  // of the event that made it live, newest
  std::int64_t amount = 0;         // of the approval
  std::int64_t canceled = 0;       // succeeded cancels since it is live
  std::uint8_t method = 0;
  std::string issuer;    // card issuer, bank, easy-pay provider; as issuer_of of the serving views
  std::string acquirer;  // card acquirer code
  CardType card_type = CardType::unknown;
  std::uint32_t months = 0;
  InterestPayer interest_payer = InterestPayer::none;
  std::int64_t used_point = 0;
  bool has_acquisition = false;
  // Of the newest REQUESTED (or COMPLETED without one). Of what was given back whole before any: the day of
  // that, for there is no slip to wait for. Zero: none.
  BusinessDate acquired;
  std::string approve_no;  // what acquirers' files name it by
  std::string slip_no;
  std::string card_tail;

  std::int64_t out() const { return is_live ? amount - canceled : 0; }
  friend bool operator==(const ApprovalMoney&, const ApprovalMoney&) = default;
};

struct PaymentMoney {
  MerchantId merchant;
  std::string order_id;
  std::string sub_mall;
  Currency currency;
  std::uint32_t version = 0;  // events folded
  std::vector<ApprovalMoney> approvals;
  // Those whose network cancel was requested and neither confirmed nor given up; perhaps not told yet. Their
  // money counts in the journal and isn't settled: whether it ever was a sale isn't known.
  std::vector<ApprovalId> undoing;

  bool is_undoing(ApprovalId approval) const;
  const ApprovalMoney* find(ApprovalId approval) const;
  friend bool operator==(const PaymentMoney&, const PaymentMoney&) = default;
};

struct Movement {
  settlement::LineKind kind = settlement::LineKind::approval;  // approval, cancel or reversal
  ApprovalId approval;
  std::uint32_t version = 0;     // of the event
  std::uint32_t of_version = 0;  // cancel, reversal: of the approval's movement
  std::int64_t amount = 0;       // > 0
  Instant at;                    // business time
  friend bool operator==(const Movement&, const Movement&) = default;
};

// Folds one event of a payment. REQUIRES: event.version == money.version
std::optional<Movement> fold(PaymentMoney& money, const Event& event);

// `after` is what fold() left.
settlement::Item item_of(const PaymentMoney& after, const PaymentId& payment, const Movement& movement);

}  // namespace wonjang::journal
