#include "app/api/json/parse_parts.h"

namespace wonjang {
namespace {

using CancelReader = ObjectReader<kCancelShape>;

// FULL and PARTIAL follow from the amount; the network's and the bank's kinds are the ledger's own.
CancelKind read_kind(CancelReader& r) {
  const auto word = r.text("kind", kCodeRule);
  if (word.empty()) return CancelKind::unknown;
  if (word == code_of(CancelKind::chargeback)) return CancelKind::chargeback;
  r.add("kind", "UNKNOWN_CODE",
        "must be CHARGEBACK, or leave it out: FULL and PARTIAL follow from the amount");
  return CancelKind::unknown;
}

}  // namespace

ParsedCommand read_cancel(const JsonNode& node, Violations& violations, const CanonicalTarget& target) {
  CancelReader r(node, violations);
  CancelPayment command;
  command.approval = r.id<ApprovalId>("approvalId");
  command.amount = r.integer("amount");
  const auto taxes = read_taxes(r);
  command.parts = taxes.parts;
  command.tax_free = taxes.tax_free;
  command.tax_exempt = taxes.tax_exempt;
  command.expected_cancellable = r.integer("expectedCancellableAmount", 0);
  r.require("reason");
  auto reason = r.text("reason", kReasonRule);
  command.requester = r.code("requester", ActorKind::merchant);
  command.kind = read_kind(r);
  command.easy_pay_discount_amount = r.integer("easyPayDiscountAmount", 0).value_or(0);
  command.refund_account_token = r.text("refundAccountToken", kTokenRule);
  command.requested_at = r.instant("requestedAt");
  command.canceled_at = r.instant("canceledAt");
  if (!command.amount && (taxes.parts || r.has("taxFreeAmount") || r.has("taxExemptionAmount"))) {
    r.require("amount");  // parts of everything that is left are everything that is left of each part
  }

  auto c = canonical_for("cancel", target);
  add_id(c, command.approval);
  command.amount ? c.number(*command.amount) : c.absent();
  add_taxes(c, command.parts, command.tax_free, command.tax_exempt);
  command.expected_cancellable ? c.number(*command.expected_cancellable) : c.absent();
  add_text(c, reason);
  c.number(static_cast<int>(command.requester)).number(static_cast<int>(command.kind));
  c.number(command.easy_pay_discount_amount);
  add_text(c, command.refund_account_token);
  add_instant(c, command.requested_at);
  add_instant(c, command.canceled_at);
  return {std::move(command), std::move(reason), std::move(c)};
}

Parsed parse_cancel(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(
      body, [&](const auto& root, auto& v) { return read_cancel(root, v, {.payment = payment}); });
}

}  // namespace wonjang
