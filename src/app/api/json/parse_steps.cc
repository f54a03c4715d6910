// Authenticate, fail, deposits and their reversals, acquisitions: the small bodies.
#include "app/api/json/parse_parts.h"

namespace wonjang {
namespace {

// TO_WAITING is WAITING outside: what the payment becomes.
DepositReversal read_effect(ObjectReader<kDepositReversalShape>& r) {
  if (!r.require("effect")) return DepositReversal::unknown;
  const auto word = r.text("effect", kCodeRule);
  if (word == "WAITING") return DepositReversal::to_waiting;
  if (word == "CANCELED") return DepositReversal::to_canceled;
  if (!word.empty()) r.add("effect", "UNKNOWN_CODE", "must be one of WAITING, CANCELED");
  return DepositReversal::unknown;
}

constexpr std::string_view or_empty_object(std::string_view body) { return body.empty() ? "{}" : body; }

}  // namespace

ParsedCommand read_authenticate(const JsonNode& node, Violations& violations, const CanonicalTarget& target) {
  ObjectReader<kEmptyShape> r(node, violations);
  return {AuthenticatePayment{}, {}, canonical_for("authenticate", target)};
}

ParsedCommand read_fail(const JsonNode& node, Violations& violations, const CanonicalTarget& target) {
  ObjectReader<kFailShape> r(node, violations);
  r.require("failureCode");
  FailPayment command{r.text("failureCode", kCodeRule), r.text("failureMessage", kReasonRule)};
  auto c = canonical_for("fail", target);
  add_text(c, command.failure_code);
  add_text(c, command.failure_message);
  return {std::move(command), {}, std::move(c)};
}

ParsedCommand read_deposit(const JsonNode& node, Violations& violations, const CanonicalTarget& target) {
  ObjectReader<kDepositShape> r(node, violations);
  ConfirmDeposit command;
  command.approval = r.id<ApprovalId>("approvalId");
  r.require("amount");
  command.amount = r.integer("amount").value_or(0);
  command.depositor = r.text("depositor", kNameRule);
  r.require("bankNoticeId");
  command.bank_notice_id = r.text("bankNoticeId", kOutsideIdRule);
  r.require("depositedAt");
  command.deposited_at = r.instant("depositedAt");
  auto c = canonical_for("deposit", target);
  add_id(c, command.approval);
  c.number(command.amount);
  add_text(c, command.depositor);
  add_text(c, command.bank_notice_id);
  add_instant(c, command.deposited_at);
  return {std::move(command), {}, std::move(c)};
}

ParsedCommand read_deposit_reversal(const JsonNode& node, Violations& violations,
                                    const CanonicalTarget& target) {
  ObjectReader<kDepositReversalShape> r(node, violations);
  ReverseDeposit command;
  command.approval = r.id<ApprovalId>("approvalId");
  command.effect = read_effect(r);
  r.require("bankNoticeId");
  command.bank_notice_id = r.text("bankNoticeId", kOutsideIdRule);
  r.require("reversedAt");
  command.reversed_at = r.instant("reversedAt");
  auto reason = r.text("reason", kReasonRule);
  auto c = canonical_for("deposit_reversal", target);
  add_id(c, command.approval);
  c.number(static_cast<int>(command.effect));
  add_text(c, command.bank_notice_id);
  add_instant(c, command.reversed_at);
  add_text(c, reason);
  return {std::move(command), std::move(reason), std::move(c)};
}

ParsedCommand read_acquisition(const JsonNode& node, Violations& violations, const CanonicalTarget& target) {
  ObjectReader<kAcquisitionShape> r(node, violations);
  RecordAcquisition command;
  r.require("approvalId");
  command.approval = r.id<ApprovalId>("approvalId");
  r.require("state");
  command.state = r.code("state", AcquisitionState::none);
  command.batch_id = r.text("batchId", kOutsideIdRule);
  command.slip_no = r.text("slipNo", kOutsideIdRule);
  r.require("at");
  command.at = r.instant("at");
  auto c = canonical_for("acquisition", target);
  add_id(c, command.approval);
  c.number(static_cast<int>(command.state));
  add_text(c, command.batch_id);
  add_text(c, command.slip_no);
  add_instant(c, command.at);
  return {std::move(command), {}, std::move(c)};
}

Parsed parse_authenticate(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(or_empty_object(body), [&](const auto& root, auto& v) {
    return read_authenticate(root, v, {.payment = payment});
  });
}

Parsed parse_fail(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(
      body, [&](const auto& root, auto& v) { return read_fail(root, v, {.payment = payment}); });
}

Parsed parse_deposit(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(
      body, [&](const auto& root, auto& v) { return read_deposit(root, v, {.payment = payment}); });
}

Parsed parse_deposit_reversal(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(
      body, [&](const auto& root, auto& v) { return read_deposit_reversal(root, v, {.payment = payment}); });
}

Parsed parse_acquisition(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(
      body, [&](const auto& root, auto& v) { return read_acquisition(root, v, {.payment = payment}); });
}

}  // namespace wonjang
