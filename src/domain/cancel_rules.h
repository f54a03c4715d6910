// Cancel rules by method as data (reference: korean-payments.md 5). One table now; later per contract.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/payment.h"

namespace wonjang {

enum class PartialCancel : std::uint8_t { yes, no, unless_tax_exempt };  // the last: a cup deposit forbids it

struct CancelRule {
  Method method;
  PartialCancel partial;
  std::int32_t window_days;   // since the approval, in business dates; 0 = no limit
  bool same_month;            // only within the calendar month (Seoul) of the approval
  bool needs_refund_account;  // there is nothing to give the money back to otherwise
};

constexpr CancelRule kCancelRules[] = {
    {Method::card, PartialCancel::unless_tax_exempt, 365, false, false},
    {Method::virtual_account, PartialCancel::yes, 0, false, true},
    {Method::transfer, PartialCancel::yes, 180, false, false},
    {Method::mobile_phone, PartialCancel::no, 0, true, false},
    {Method::gift_certificate, PartialCancel::no, 0, false, false},
    {Method::easy_pay, PartialCancel::unless_tax_exempt, 0, false,
     false},  // not funded by a card or an account
    {Method::point, PartialCancel::yes, 0, false, false},
    {Method::coupon, PartialCancel::yes, 0, false, false},
    {Method::deposit_cup, PartialCancel::yes, 0, false, false},
};

// An easy payment follows its funding source: a card's rule, a transfer's, or its own.
const CancelRule& cancel_rule_of(const MethodDetail& method);

// What the rule says against cancelling `amount` of this approval at `at`, which has what it takes of it
// left.
struct CancelAttempt {
  std::int64_t amount = 0;
  Instant at;
  bool has_refund_account = false;
};
std::optional<Refusal> check_cancel_rule(const Payment& payment, const Approval& approval,
                                         const CancelAttempt& attempt);

}  // namespace wonjang
