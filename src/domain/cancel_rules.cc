#include "domain/cancel_rules.h"

#include "base/assert.h"
#include "domain/decide_parts.h"

namespace wonjang {
namespace {

Method rule_key(const MethodDetail& method) {
  const auto* easy_pay = std::get_if<EasyPayDetail>(&method);
  if (easy_pay == nullptr) return method_of(method);
  switch (easy_pay->funded_by) {
    case FundedBy::card:
      return Method::card;
    case FundedBy::account:
      return Method::transfer;
    case FundedBy::unknown:
    case FundedBy::money:
    case FundedBy::points:
      break;
  }
  return Method::easy_pay;
}

std::string name_of(const Approval& approval) {
  return std::string(code_of(method_of(approval.terms.method))) + " approval " +
         approval.terms.approval.text();
}

bool allows_partial(const CancelRule& rule, const Approval& approval) {
  switch (rule.partial) {
    case PartialCancel::yes:
      return true;
    case PartialCancel::no:
      return false;
    case PartialCancel::unless_tax_exempt:
      return approval.terms.parts.tax_exempt == 0;
  }
  return false;
}

std::string month_of(BusinessDate date) { return to_text(date).substr(0, 7); }

std::optional<Refusal> check_window(const CancelRule& rule, const Approval& approval, Instant at) {
  const BusinessDate approved = business_date_of(approval.approved_at);
  const BusinessDate today = business_date_of(at);
  if (rule.same_month && month_of(approved) != month_of(today)) {
    return refuse(
        RefusalCode::cancel_window_closed,
        "The " + name_of(approval) + " is of " + to_text(approved) +
            " and could be cancelled within that calendar month only. Refund the buyer by transfer.");
  }
  if (rule.window_days == 0 || today.days - approved.days <= rule.window_days) return std::nullopt;
  return refuse(RefusalCode::cancel_window_closed,
                "The " + name_of(approval) + " is of " + to_text(approved) + " and could be cancelled for " +
                    std::to_string(rule.window_days) + " days. Refund the buyer by transfer.",
                {}, rule.window_days);
}

}  // namespace

const CancelRule& cancel_rule_of(const MethodDetail& method) {
  const Method key = rule_key(method);
  for (const auto& rule : kCancelRules) {
    if (rule.method == key) return rule;
  }
  WJ_ASSERT(false && "every method has a rule");
  return kCancelRules[0];
}

std::optional<Refusal> check_cancel_rule(const Payment& payment, const Approval& approval,
                                         const CancelAttempt& attempt) {
  const CancelRule& rule = cancel_rule_of(approval.terms.method);
  const std::int64_t left = approval.cancellable().total().value_or(0);
  if (attempt.amount < left && !allows_partial(rule, approval)) {
    const bool cup = rule.partial == PartialCancel::unless_tax_exempt;
    return refuse(RefusalCode::partial_cancel_not_allowed,
                  "The " + name_of(approval) + " can't be cancelled in part" +
                      (cup ? ", because it holds a part outside tax (a cup deposit)"
                           : ", its method doesn't allow it") +
                      ". Cancel all of it, " + money_text(payment, left) + ".",
                  "/amount", left);
  }
  if (!approval.is_live()) return std::nullopt;  // no money came in: no window, nothing to give back
  if (auto refusal = check_window(rule, approval, attempt.at)) return refusal;
  if (!rule.needs_refund_account || attempt.has_refund_account) return std::nullopt;
  return refuse(RefusalCode::refund_account_required,
                "The deposit of the " + name_of(approval) +
                    " has to be refunded to an account. Send refundAccountToken with the cancel.",
                "/refundAccountToken");
}

}  // namespace wonjang
