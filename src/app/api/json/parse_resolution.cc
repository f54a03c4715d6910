// A person's word on what the resolver gave up on.
#include <limits>

#include "app/api/json/parse_parts.h"

namespace wonjang {
namespace {

constexpr TextRule kEvidenceRule{.size_max = 2'000};
using ResolutionReader = ObjectReader<kResolutionShape>;

void read_subject(ResolutionReader& r, SettleByPerson& command) {
  command.approval = r.id<ApprovalId>("approvalId");
  command.cancel = r.id<CancelId>("cancelId");
  if (r.has("approvalId") == r.has("cancelId")) {
    r.add("approvalId", "CONFLICTING_FIELDS", "name one of approvalId and cancelId: the one you settle");
  }
}

// Details of another outcome would be dropped in silence.
void refuse_stray_details(ResolutionReader& r, const SettleByPerson& command) {
  const bool approved = command.outcome == PersonOutcome::approved;
  const bool failed =
      command.outcome == PersonOutcome::declined || command.outcome == PersonOutcome::never_existed;
  const bool canceled_cancel = command.outcome == PersonOutcome::canceled && !command.cancel.is_zero();
  const auto only = [&r](ResolutionReader::Field field, bool fits, const char* when) {
    if (r.has(field) && !fits) r.add(field, "CONFLICTING_FIELDS", std::string("goes with ") + when);
  };
  only("approveNo", approved, "the outcome APPROVED");
  only("networkTxnId", approved, "the outcome APPROVED");
  only("transactionKey", canceled_cancel, "a cancel's outcome CANCELED");
  only("failureCode", failed, "the outcomes DECLINED and NEVER_EXISTED");
  only("failureMessage", failed, "the outcomes DECLINED and NEVER_EXISTED");
}

CanonicalRequest canonical_of(const SettleByPerson& command, std::string_view reason, PaymentId payment) {
  auto c = canonical_for("settle_by_person", {.payment = payment});
  add_id(c, command.approval);
  add_id(c, command.cancel);
  c.number(static_cast<int>(command.outcome)).number(command.expected_version);
  add_text(c, reason);
  add_text(c, command.evidence);
  add_text(c, command.approve_no);
  add_text(c, command.network_txn_id);
  add_text(c, command.transaction_key);
  add_instant(c, command.at);
  add_text(c, command.failure_code);
  add_text(c, command.failure_message);
  return c;
}

ParsedCommand read_resolution(const JsonNode& node, Violations& violations, PaymentId payment) {
  ResolutionReader r(node, violations);
  SettleByPerson command;
  read_subject(r, command);
  r.require("outcome");
  command.outcome = r.code("outcome", PersonOutcome::unknown);
  r.require("reason");
  auto reason = r.text("reason", kReasonRule);
  r.require("evidence");
  command.evidence = r.text("evidence", kEvidenceRule);
  r.require("expectedVersion");
  command.expected_version = static_cast<std::uint32_t>(
      r.integer("expectedVersion", 0, std::numeric_limits<std::uint32_t>::max()).value_or(0));
  command.approve_no = r.text("approveNo", {.size_max = 8, .charset = Charset::id});
  command.network_txn_id = r.text("networkTxnId", kOutsideIdRule);
  command.transaction_key = r.text("transactionKey", kOutsideIdRule);
  command.at = r.instant("at");
  command.failure_code = r.text("failureCode", kCodeRule);
  command.failure_message = r.text("failureMessage", kReasonRule);
  if (command.outcome != PersonOutcome::unknown) refuse_stray_details(r, command);
  auto canonical = canonical_of(command, reason, payment);
  return {std::move(command), std::move(reason), std::move(canonical)};
}

}  // namespace

Parsed parse_resolution(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(
      body, [&](const auto& root, auto& v) { return read_resolution(root, v, payment); });
}

}  // namespace wonjang
