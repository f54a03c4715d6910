#include "app/api/json/parse_method.h"

namespace wonjang {
namespace {

// The block of `method`; a block of another method is refused.
template <const ObjectShape& kShape>
const JsonNode* read_blocks(ObjectReader<kShape>& r, Method method) {
  struct Block {
    FieldOf<kShape> field;
    Method owner;
  };
  static constexpr Block kBlocks[] = {
      {"card", Method::card},
      {"virtualAccount", Method::virtual_account},
      {"transfer", Method::transfer},
      {"mobilePhone", Method::mobile_phone},
      {"giftCertificate", Method::gift_certificate},
      {"easyPay", Method::easy_pay},
      {"point", Method::point},
      {"coupon", Method::coupon},
      {"depositCup", Method::deposit_cup},
  };
  const JsonNode* found = nullptr;
  for (const auto& [field, owner] : kBlocks) {
    if (owner == method) {
      if (block_of(method).required) r.require(field);
      found = r.object(field);
    } else if (r.has(field)) {
      r.add(field, "MISPLACED_FIELD",
            "belongs to the method " + std::string(code_of(owner)) + "; this one is " +
                std::string(code_of(method)));
    }
  }
  return found;
}

template <const ObjectShape& kShape>
ApprovalInput read_terms(ObjectReader<kShape>& r, Violations& violations) {
  ApprovalInput input;
  r.require("amount");
  input.amount = r.integer("amount").value_or(0);
  const auto taxes = read_taxes(r);
  input.parts = taxes.parts;
  input.tax_free = taxes.tax_free;
  input.tax_exempt = taxes.tax_exempt;
  input.pg_code = r.text("pgCode", kCodeRule);
  input.van = r.text("van", kCodeRule);
  r.require("method");
  constexpr auto kNoMethod = static_cast<Method>(0);
  const auto method = r.template code<Method>("method", kNoMethod);
  if (method != kNoMethod) input.method = read_detail(method, read_blocks(r, method), violations);
  return input;
}

}  // namespace

ApprovalInput read_recorded_approval(const JsonNode& node, Violations& violations) {
  ObjectReader<kRecordedApprovalShape> r(node, violations);
  ApprovalInput input = read_terms(r, violations);
  input.approve_no = r.text("approveNo", {.size_max = 8, .charset = Charset::id});
  input.network_txn_id = r.text("networkTxnId", {.size_max = 100, .charset = Charset::visible});
  // An account that is only issued has no approval yet; its deposit will say when.
  if (!std::holds_alternative<VirtualAccountDetail>(input.method)) r.require("approvedAt");
  input.approved_at = r.instant("approvedAt");
  return input;
}

ApprovalInput read_provider_approval(const JsonNode& node, Violations& violations) {
  ObjectReader<kProviderApprovalShape> r(node, violations);
  ApprovalInput input = read_terms(r, violations);
  input.provider = r.text("provider", {.size_max = 64, .charset = Charset::id});
  if (input.provider.empty()) input.provider = "default";
  return input;
}

void add_approval(CanonicalRequest& canonical, const ApprovalInput& input) {
  canonical.number(input.amount);
  add_taxes(canonical, input.parts, input.tax_free, input.tax_exempt);
  add_text(canonical, input.provider);
  add_text(canonical, input.pg_code);
  add_text(canonical, input.van);
  add_text(canonical, input.approve_no);
  add_text(canonical, input.network_txn_id);
  add_instant(canonical, input.approved_at);
  add_method(canonical, input.method);
}

ParsedCommand read_record_approval(const JsonNode& node, Violations& violations,
                                   const CanonicalTarget& target) {
  RecordApproval command{read_recorded_approval(node, violations)};
  auto canonical = canonical_for("record_approval", target);
  add_approval(canonical, command.input);
  return {std::move(command), {}, std::move(canonical)};
}

ParsedCommand read_approve(const JsonNode& node, Violations& violations, const CanonicalTarget& target) {
  BeginApproval command{read_provider_approval(node, violations), {}};
  auto canonical = canonical_for("approve", target);
  add_approval(canonical, command.input);
  return {std::move(command), {}, std::move(canonical)};
}

Parsed parse_record_approval(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(
      body, [&](const auto& root, auto& v) { return read_record_approval(root, v, {.payment = payment}); });
}

Parsed parse_approve(std::string_view body, PaymentId payment) {
  return read_body<ParsedCommand>(
      body, [&](const auto& root, auto& v) { return read_approve(root, v, {.payment = payment}); });
}

}  // namespace wonjang
