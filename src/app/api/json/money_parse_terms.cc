#include "app/api/json/money_parse_terms.h"

#include <algorithm>
#include <vector>

#include "app/api/json/money_commands.h"
#include "app/api/json/money_shapes.h"

namespace wonjang {

using settlement::CancelRule;
using settlement::Contract;
using settlement::Cycle;
using settlement::FeeRule;
using settlement::FeeTerms;
using settlement::MethodCycle;
using settlement::MethodFees;
using settlement::RateStep;
using settlement::Selector;
using settlement::TierRate;

namespace {

Selector read_selector(const JsonNode& node, Violations& violations) {
  ObjectReader<kSelectorShape> r(node, violations);
  Selector out;
  out.method = read_method(r);
  out.issuer = r.text("issuer", kCodeRule);
  out.card_type = r.code("cardType", CardType::unknown);
  out.months_min = static_cast<std::uint32_t>(r.integer("monthsMin", 0, settlement::kMonthsMax).value_or(0));
  out.months_max = static_cast<std::uint32_t>(r.integer("monthsMax", 0, settlement::kMonthsMax).value_or(0));
  return out;
}

RateStep read_step(const JsonNode& node, Violations& violations) {
  ObjectReader<kRateStepShape> r(node, violations);
  RateStep out;
  out.from = r.integer("from", 0).value_or(0);
  r.require("ratePpm");
  out.rate_ppm = r.integer("ratePpm", 0, kMillion).value_or(0);
  return out;
}

TierRate read_tier_rate(const JsonNode& node, Violations& violations) {
  ObjectReader<kTierRateShape> r(node, violations);
  TierRate out;
  r.require("tier");
  out.tier = r.code("tier", settlement::MerchantTier::unknown);
  out.card_type = r.code("cardType", CardType::unknown);
  r.require("ratePpm");
  out.rate_ppm = r.integer("ratePpm", 0, kMillion).value_or(0);
  return out;
}

FeeRule read_rule(const JsonNode& node, Violations& violations) {
  ObjectReader<kFeeRuleShape> r(node, violations);
  FeeRule out;
  r.require("name");
  out.name = r.text("name", kCodeRule);
  r.require("kind");
  out.kind = r.code("kind", settlement::RuleKind::unknown);
  if (const auto* applies = r.object("applies")) out.applies = read_selector(*applies, violations);
  out.rate_ppm = r.integer("ratePpm", 0, kMillion).value_or(0);
  out.amount = r.integer("amount", 0).value_or(0);
  out.steps = read_items(r.array("steps"), violations, &read_step);
  out.by_tier = read_items(r.array("byTier"), violations, &read_tier_rate);
  return out;
}

CancelRule read_cancel_rule(const JsonNode& node, Violations& violations) {
  ObjectReader<kCancelRuleShape> r(node, violations);
  CancelRule out;
  out.method = read_method(r);
  r.require("fee");
  out.fee = r.code("fee", settlement::FeeOnCancel::give_back);
  return out;
}

Cycle read_cycle(const JsonNode& node, Violations& violations) {
  ObjectReader<kCycleShape> r(node, violations);
  Cycle out;
  out.kind = r.code("kind", out.kind);
  out.basis = r.code("basis", out.basis);
  out.roll = r.code("roll", out.roll);
  out.lag_days = static_cast<std::uint32_t>(r.integer("lagDays", 0, 60).value_or(out.lag_days));
  out.policy = r.code("policy", out.policy);
  out.week_end = static_cast<std::uint32_t>(r.integer("weekEnd", 1, 7).value_or(out.week_end));
  return out;
}

// What is said of `out` in every list by method.
template <typename Entry, const ObjectShape& kShape>
void read_whose(ObjectReader<kShape>& r, Entry& out) {
  r.require("name");
  out.name = r.text("name", kCodeRule);
  r.require("method");
  out.method = read_method(r);
  out.issuer = r.text("issuer", kCodeRule);
}

MethodFees read_method_fees(const JsonNode& node, Violations& violations) {
  ObjectReader<kMethodFeesShape> r(node, violations);
  MethodFees out;
  read_whose(r, out);
  out.vat = r.code("vat", out.vat);
  out.order = r.code("order", out.order);
  if (r.has("rounding")) out.rounding = r.code("rounding", Rounding::half_up, /*zero_allowed=*/true);
  return out;
}

MethodCycle read_method_cycle(const JsonNode& node, Violations& violations) {
  ObjectReader<kMethodCycleShape> r(node, violations);
  MethodCycle out;
  read_whose(r, out);
  r.require("cycle");
  if (const auto* cycle = r.object("cycle")) {
    const auto& document = violations.document();
    if (document.first(*cycle) == document.end(*cycle))
      r.add("cycle", "REQUIRED", "must say something: it is the method's whole cycle");
    out.cycle = read_cycle(*cycle, violations);
  }
  return out;
}

Currency read_currency(ObjectReader<kContractShape>& r) {
  const auto code = r.text("currency", {.size_max = 3, .charset = Charset::id, .size_min = 3});
  if (code.empty()) return Currency();
  if (const auto known = Currency::parse(code)) return *known;
  r.add("currency", "UNKNOWN_CODE", "is no ISO 4217 code that is known here");
  return Currency();
}

}  // namespace

FeeTerms read_fee_terms(const JsonNode& node, Violations& violations) {
  ObjectReader<kFeeTermsShape> r(node, violations);
  FeeTerms out;
  out.vat = r.code("vat", out.vat);
  out.order = r.code("order", out.order);
  out.rounding = r.code("rounding", out.rounding, /*zero_allowed=*/true);
  r.require("rules");
  out.rules = read_items(r.array("rules"), violations, &read_rule);
  out.on_cancel = read_items(r.array("onCancel"), violations, &read_cancel_rule);
  out.by_method = read_items(r.array("byMethod"), violations, &read_method_fees);
  return out;
}

Contract read_contract(const JsonNode& node, Violations& violations) {
  ObjectReader<kContractShape> r(node, violations);
  Contract out;
  r.require("merchantId");
  out.merchant = r.id<MerchantId>("merchantId");
  out.sub_mall = r.text("subMall", {.size_max = 64, .charset = Charset::id});
  out.currency = read_currency(r);
  out.version = static_cast<std::uint32_t>(r.integer("version", 1, 1'000'000).value_or(0));
  r.require("validFrom");
  out.valid_from = r.date("validFrom");
  out.valid_until = r.date("validUntil");
  out.tier = r.code("tier", out.tier);
  out.business_number = r.text("businessNumber", {.size_max = 20, .charset = Charset::digits});
  r.require("fees");
  if (const auto* fees = r.object("fees")) out.fees = read_fee_terms(*fees, violations);
  if (const auto* cycle = r.object("cycle")) out.cycle = read_cycle(*cycle, violations);
  r.require("calendar");
  out.calendar = r.text("calendar", {.size_max = 16, .charset = Charset::id});
  out.keep_back = r.integer("keepBack", 0).value_or(0);
  if (!r.has("subMall")) r.require("payoutAccount");
  out.payout_account = r.text("payoutAccount", kTokenRule);
  out.cycle_by_method = read_items(r.array("cycleByMethod"), violations, &read_method_cycle);
  return out;
}

// "fees.rules[0].ratePpm is ..." -> /contract/fees/rules/0/ratePpm
FieldError fault_at(std::string_view at, const std::string& fault) {
  std::string pointer(at);
  const auto end = std::min(fault.find(' '), fault.size());
  auto field = fault.substr(0, end);
  if (field == "merchant") field.append("Id");
  constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.[]";
  const bool is_name = field.find_first_not_of(kOfNames) == std::string::npos;
  if (is_name && !field.empty()) {
    pointer.push_back('/');
    for (const char c : field) {
      if (c == '.' || c == '[') pointer.push_back('/');
      if (c != '.' && c != '[' && c != ']') pointer.push_back(c);
    }
  }
  return {std::move(pointer), "BAD_FORMAT", fault};
}

}  // namespace wonjang
