#include "domain/settlement/contract.h"

#include <algorithm>
#include <set>
#include <utility>

#include "domain/settlement/calendar.h"
#include "domain/settlement/csv.h"
#include "domain/settlement/fee.h"

namespace wonjang::settlement {
namespace {

using Fault = std::optional<std::string>;

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kTextMax = 128;

template <typename E>
bool is_one_of(E value, E first, E last) {
  return value >= first && value <= last;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  });
}

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_method(std::uint8_t method) { return method <= static_cast<std::uint8_t>(Method::deposit_cup); }

// No control characters, and short: it stands in files and on screens.
bool is_text(std::string_view text) {
  return text.size() <= kTextMax && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

Fault out_of_range(std::string_view field, std::int64_t value, std::int64_t first, std::int64_t last) {
  if (value >= first && value <= last) return std::nullopt;
  return std::string(field) + " must be " + std::to_string(first) + " to " + std::to_string(last) + ", not " +
         std::to_string(value);
}

// "rules[3].applies.method must be ..." from "method must be ...".
Fault within(const std::string& place, Fault fault) {
  if (!fault) return fault;
  return place + "." + *fault;
}

std::string at(std::string_view list, std::size_t i) {
  return std::string(list) + "[" + std::to_string(i) + "]";
}

Fault fault_of(const Selector& selector) {
  if (!is_method(selector.method)) return "method must be a known method, or be left out for any";
  if (!is_text(selector.issuer))
    return "issuer must be at most 128 characters, none of them a control character";
  if (!is_one_of(selector.card_type, CardType::unknown, CardType::gift)) {
    return "cardType must be CREDIT, CHECK or GIFT, or be left out for any";
  }
  if (auto fault = out_of_range("monthsMin", selector.months_min, 0, kMonthsMax)) return fault;
  if (auto fault = out_of_range("monthsMax", selector.months_max, 0, kMonthsMax)) return fault;
  if (selector.months_max != 0 && selector.months_max < selector.months_min) {
    return "monthsMax must not be below monthsMin: nothing would match";
  }
  return std::nullopt;
}

Fault fault_of(const std::vector<RateStep>& steps) {
  if (steps.empty() || steps.size() > kStepsMax)
    return "steps must hold 1 to " + std::to_string(kStepsMax) + " steps";
  if (steps.front().from != 0) return "steps[0].from must be 0: every amount needs a rate";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (auto fault = out_of_range("ratePpm", steps[i].rate_ppm, 0, kRateMaxPpm))
      return within(at("steps", i), fault);
    if (auto fault = out_of_range("from", steps[i].from, 0, kRuleAmountMax))
      return within(at("steps", i), fault);
    if (i > 0 && steps[i].from <= steps[i - 1].from) {
      return at("steps", i) + ".from must be above that of the step before";
    }
  }
  return std::nullopt;
}

Fault fault_of(const std::vector<TierRate>& rates) {
  if (rates.empty() || rates.size() > kStepsMax)
    return "byTier must hold 1 to " + std::to_string(kStepsMax) + " rates";
  std::set<std::pair<MerchantTier, CardType>> seen;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const auto& rate = rates[i];
    if (!is_one_of(rate.tier, MerchantTier::small, MerchantTier::mid_3)) {
      return at("byTier", i) + ".tier must be SMALL, MID_1, MID_2 or MID_3: others have no preferential rate";
    }
    if (!is_one_of(rate.card_type, CardType::unknown, CardType::gift)) {
      return at("byTier", i) + ".cardType must be CREDIT, CHECK or GIFT, or be left out for any";
    }
    if (auto fault = out_of_range("ratePpm", rate.rate_ppm, 0, kRateMaxPpm))
      return within(at("byTier", i), fault);
    if (!seen.emplace(rate.tier, rate.card_type).second) {
      return at("byTier", i) + ".tier and cardType stand there twice";
    }
  }
  return std::nullopt;
}

struct Uses {
  bool rate_ppm;
  bool amount;
  bool steps;
  bool by_tier;
};
Uses uses_of(RuleKind kind) {
  switch (kind) {
    case RuleKind::base_rate:
    case RuleKind::installment:
    case RuleKind::interest_free:
    case RuleKind::point:
      return {true, false, false, false};
    case RuleKind::fixed_fee:
    case RuleKind::minimum:
    case RuleKind::maximum:
      return {false, true, false, false};
    case RuleKind::tiered_rate:
      return {false, false, true, false};
    case RuleKind::preferential_rate:
      return {false, false, false, true};
    case RuleKind::unknown:
      break;
  }
  return {false, false, false, false};
}

Fault fault_of(const FeeRule& rule) {
  if (!is_name(rule.name)) return "name must be 1 to 64 of a-z, 0-9, '_', '.' and '-'";
  if (rule.name == kTakenBack) return "name must not be taken_back: adjustments use it";
  if (!is_one_of(rule.kind, RuleKind::base_rate, RuleKind::point)) return "kind must be a known kind of rule";
  if (auto fault = fault_of(rule.applies)) return within("applies", fault);
  const Uses uses = uses_of(rule.kind);
  constexpr std::string_view kUnused = " must be left out: rules of this kind don't use it";
  if (!uses.rate_ppm && rule.rate_ppm != 0) return "ratePpm" + std::string(kUnused);
  if (!uses.amount && rule.amount != 0) return "amount" + std::string(kUnused);
  if (!uses.steps && !rule.steps.empty()) return "steps" + std::string(kUnused);
  if (!uses.by_tier && !rule.by_tier.empty()) return "byTier" + std::string(kUnused);
  if (auto fault = out_of_range("ratePpm", rule.rate_ppm, 0, kRateMaxPpm)) return fault;
  if (auto fault = out_of_range("amount", rule.amount, 0, kRuleAmountMax)) return fault;
  if (uses.steps) return fault_of(rule.steps);
  if (uses.by_tier) return fault_of(rule.by_tier);
  return std::nullopt;
}

Fault fault_of(const std::vector<FeeRule>& rules) {
  if (rules.size() > kRulesMax) return "rules must hold at most " + std::to_string(kRulesMax) + " rules";
  std::set<std::string_view> names;
  bool has_rate = false;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (auto fault = fault_of(rules[i])) return within(at("rules", i), fault);
    if (!names.insert(rules[i].name).second)
      return at("rules", i) + ".name stands there twice: " + rules[i].name;
    has_rate = has_rate || is_one_of(rules[i].kind, RuleKind::base_rate, RuleKind::preferential_rate);
  }
  if (!has_rate)
    return "rules must hold a rate (BASE_RATE, TIERED_RATE or PREFERENTIAL_RATE): nothing could be settled";
  return std::nullopt;
}

Fault fault_of(const std::vector<CancelRule>& rules) {
  std::set<std::uint8_t> methods;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!is_method(rules[i].method))
      return at("onCancel", i) + ".method must be a known method, or be left out for any";
    if (!is_one_of(rules[i].fee, FeeOnCancel::give_back, FeeOnCancel::keep)) {
      return at("onCancel", i) + ".fee must be RETURN or KEEP";
    }
    if (methods.contains(0)) return at("onCancel", i) + " can never match: an earlier one is for any method";
    if (!methods.insert(rules[i].method).second) return at("onCancel", i) + ".method stands there twice";
  }
  return std::nullopt;
}

Fault fault_of(VatTreatment vat) {
  if (is_one_of(vat, VatTreatment::added, VatTreatment::none)) return std::nullopt;
  return "vat must be ADDED, INCLUDED or NONE";
}
Fault fault_of(FeeOrder order) {
  if (is_one_of(order, FeeOrder::inclusive_first, FeeOrder::supply_first)) return std::nullopt;
  return "order must be INCLUSIVE_FIRST or SUPPLY_FIRST";
}
Fault fault_of(Rounding rounding) {
  if (rounding == Rounding::floor || rounding == Rounding::half_up) return std::nullopt;
  return "rounding must be FLOOR or HALF_UP";
}

Fault fault_of(const Cycle& cycle) {
  if (!is_one_of(cycle.kind, CycleKind::daily, CycleKind::manual))
    return "kind must be DAILY, WEEKLY, MONTHLY or MANUAL";
  if (!is_one_of(cycle.basis, BasisKind::approval, BasisKind::acquisition)) {
    return "basis must be APPROVAL or ACQUISITION";
  }
  if (!is_one_of(cycle.roll, BasisRoll::forward, BasisRoll::none)) return "roll must be FORWARD or NONE";
  if (auto fault = out_of_range("lagDays", cycle.lag_days, 0, kLagDaysMax)) return fault;
  if (!is_one_of(cycle.policy, DatePolicy::business_days, DatePolicy::calendar_day)) {
    return "policy must be BUSINESS_DAYS, HOLIDAY_BEFORE, HOLIDAY_AFTER or CALENDAR_DAY";
  }
  return out_of_range("weekEnd", cycle.week_end, 1, 7);
}

bool says_something(const MethodFees& entry) {
  return entry.vat != VatTreatment::unknown || entry.order != FeeOrder::unknown || entry.rounding.has_value();
}
bool says_something(const MethodCycle&) { return true; }  // a cycle is whole

Fault fault_of(const MethodFees& entry) {
  Fault fault;
  if (entry.vat != VatTreatment::unknown) fault = fault_of(entry.vat);
  if (!fault && entry.order != FeeOrder::unknown) fault = fault_of(entry.order);
  if (!fault && entry.rounding) fault = fault_of(*entry.rounding);
  return fault;
}
Fault fault_of(const MethodCycle& entry) { return within("cycle", fault_of(entry.cycle)); }

// For whom each entry is, which must be said once: else the order of the list would decide.
template <typename Entry>
Fault fault_of_entries(std::string_view list, const std::vector<Entry>& entries) {
  if (entries.size() > kByMethodMax)
    return std::string(list) + " must hold at most " + std::to_string(kByMethodMax) + " entries";
  std::set<std::string_view> names;
  std::set<std::pair<std::uint8_t, std::string_view>> whose;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    if (!is_name(entry.name)) return at(list, i) + ".name must be 1 to 64 of a-z, 0-9, '_', '.' and '-'";
    if (!names.insert(entry.name).second) return at(list, i) + ".name stands there twice: " + entry.name;
    if (entry.method == 0 || !is_method(entry.method))
      return at(list, i) + ".method must be a known method: the contract's own terms are for the others";
    if (!is_text(entry.issuer))
      return at(list, i) + ".issuer must be at most 128 characters, none of them a control character";
    if (!whose.emplace(entry.method, entry.issuer).second) {
      return at(list, i) + (entry.issuer.empty() ? ".method" : ".issuer") +
             " stands there twice: only one entry can count for " +
             std::string(code_of(static_cast<Method>(entry.method))) +
             (entry.issuer.empty() ? "" : " of issuer " + entry.issuer);
    }
    if (!says_something(entry))
      return at(list, i) + " must say vat, order or rounding: without any of them it would change nothing";
    if (auto fault = fault_of(entry)) return within(at(list, i), std::move(fault));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of(const FeeTerms& terms) {
  if (auto fault = fault_of(terms.rules)) return fault;
  if (auto fault = fault_of(terms.vat)) return fault;
  if (auto fault = fault_of(terms.order)) return fault;
  if (auto fault = fault_of(terms.rounding)) return fault;
  if (auto fault = fault_of(terms.on_cancel)) return fault;
  return fault_of_entries("byMethod", terms.by_method);
}

namespace {

// A merchant is paid as one, by its own contract: what a sub-mall's said about it would never be read.
Fault fault_of_sub_mall(const Contract& contract) {
  constexpr const char* kOwn =
      " must be left out of a sub-mall's contract: a merchant's payouts go to one account, by the merchant's "
      "own contract (without subMall). Say it there, or register the sub-mall as a merchant of its own";
  if (!contract.payout_account.empty()) return std::string("payoutAccount") + kOwn;
  if (contract.keep_back != 0) return std::string("keepBack") + kOwn;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of(const Contract& contract) {
  if (contract.merchant.is_zero()) return "merchant is missing: say whose contract it is";
  if (!is_text(contract.sub_mall))
    return "subMall must be at most 128 characters, none of them a control character";
  if (contract.valid_until != BusinessDate{} && contract.valid_until <= contract.valid_from) {
    return "validUntil must be after validFrom (it is the first day on which the contract doesn't hold), or "
           "be left out";
  }
  if (!is_one_of(contract.tier, MerchantTier::small, MerchantTier::general)) {
    return "tier must be SMALL, MID_1, MID_2, MID_3 or GENERAL";
  }
  if (contract.business_number.size() > 20 || !is_digits(contract.business_number)) {
    return "businessNumber must be at most 20 digits, without hyphens";
  }
  if (auto fault = fault_of(contract.fees)) return within("fees", fault);
  if (auto fault = fault_of(contract.cycle)) return within("cycle", fault);
  if (auto fault = fault_of_entries("cycleByMethod", contract.cycle_by_method)) return fault;
  if (!is_calendar_code(contract.calendar)) return "calendar must be the code of a calendar, such as KR";
  if (contract.keep_back < 0) return "keepBack must not be below 0";
  if (!contract.sub_mall.empty()) return fault_of_sub_mall(contract);
  if (contract.payout_account.empty() || !is_text(contract.payout_account)) {
    return "payoutAccount must be the token of the account, at most 128 characters, none of them a control "
           "character";
  }
  // The bank's file is a CSV, and guarded: it would name an account that nobody approved.
  if (begins_like_formula(contract.payout_account)) {
    return "payoutAccount must not begin with =, +, -, @ or blanks before one: spreadsheets take that for a "
           "formula, so the bank's file would say it with a ' in front";
  }
  return std::nullopt;
}

}  // namespace wonjang::settlement
