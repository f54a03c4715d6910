#include "domain/settlement/fee_rules.h"

#include <array>

#include "base/assert.h"
#include "base/checked.h"
#include "domain/settlement/fee_math.h"
#include "domain/settlement/terms_for.h"

namespace wonjang::settlement {
namespace {

bool matches(const Selector& selector, const Item& item) {
  return (selector.method == 0 || selector.method == item.method) &&
         (selector.card_type == CardType::unknown || selector.card_type == item.card_type) &&
         item.months >= selector.months_min &&
         (selector.months_max == 0 || item.months <= selector.months_max) &&
         (selector.issuer.empty() || selector.issuer == item.issuer);
}

bool is_lump_sum(const Item& item) { return item.months <= 1; }

const TierRate* tier_rate_of(const FeeRule& rule, MerchantTier tier, CardType card_type) {
  const TierRate* for_any = nullptr;
  for (const auto& rate : rule.by_tier) {
    if (rate.tier != tier) continue;
    if (rate.card_type == CardType::unknown) {
      for_any = &rate;
    } else if (rate.card_type == card_type) {
      return &rate;
    }
  }
  return for_any;
}

std::int64_t step_rate_of(const FeeRule& rule, std::int64_t amount) {
  std::int64_t rate_ppm = 0;
  for (const auto& step : rule.steps) {
    if (step.from > amount) break;
    rate_ppm = step.rate_ppm;
  }
  return rate_ppm;
}

struct Candidates {
  const FeeRule* preferential = nullptr;
  const TierRate* tier_rate = nullptr;
  const FeeRule* tiered = nullptr;
  const FeeRule* base = nullptr;
};

void take_first(const FeeRule*& place, const FeeRule& rule) {
  if (place == nullptr) place = &rule;
}

void consider(const FeeRule& rule, const Item& item, MerchantTier tier, Candidates& rates,
              ChosenRules& chosen) {
  switch (rule.kind) {
    case RuleKind::unknown:
      return;
    case RuleKind::base_rate:
      return take_first(rates.base, rule);
    case RuleKind::tiered_rate:
      return take_first(rates.tiered, rule);
    case RuleKind::preferential_rate: {
      if (rates.preferential != nullptr || tier == MerchantTier::general || tier == MerchantTier::unknown)
        return;
      rates.tier_rate = tier_rate_of(rule, tier, item.card_type);
      if (rates.tier_rate != nullptr) rates.preferential = &rule;
      return;
    }
    case RuleKind::fixed_fee:
      return take_first(chosen.fixed, rule);
    case RuleKind::minimum:
      return take_first(chosen.minimum, rule);
    case RuleKind::maximum:
      return take_first(chosen.maximum, rule);
    case RuleKind::installment:
      if (!is_lump_sum(item)) take_first(chosen.installment, rule);
      return;
    case RuleKind::interest_free:
      if (!is_lump_sum(item) && item.interest_payer == InterestPayer::merchant) {
        take_first(chosen.interest_free, rule);
      }
      return;
    case RuleKind::point:
      if (item.used_point > 0) take_first(chosen.point, rule);
      return;
  }
}

int128 millionths(std::int64_t amount, std::int64_t rate_ppm) {
  return static_cast<int128>(amount) * rate_ppm;
}

// With VAT, rounded as the terms say; nothing: it doesn't fit.
std::optional<std::int64_t> charged(int128 exact, const Charging& by) {
  if (by.vat != VatTreatment::added) return rounded(exact, kMillion, by.rounding);
  if (by.order == FeeOrder::inclusive_first) return rounded(exact * 11, kMillion * 10, by.rounding);
  const auto supply = rounded(exact, kMillion, by.rounding);
  if (!supply) return std::nullopt;
  return checked_add(*supply, divide(*supply, 10, by.rounding));
}

std::string base_rule_name(const ChosenRules& chosen, const BaseFee& fee) {
  std::string name = chosen.rate->name;
  for (const FeeRule* rule :
       {chosen.fixed, fee.raised ? chosen.minimum : nullptr, fee.lowered ? chosen.maximum : nullptr}) {
    if (rule == nullptr) continue;
    name += '+';
    name += rule->name;
  }
  return name;
}

CannotSettle no_rate(const Item& item) {
  return {"NO_RATE", "no rate rule of the contract matches method " +
                         std::string(code_of(static_cast<Method>(item.method))) + ", issuer \"" +
                         item.issuer + "\", card type " + std::string(code_of(item.card_type)) + ", " +
                         std::to_string(item.months) +
                         " months: decide a contract with a rate for it, then run the item again"};
}

CannotSettle bad_item(const std::string& detail) { return {"BAD_ITEM", detail}; }

// Adds one line to `fees`; false: it doesn't fit.
bool add_line(Fees& fees, FeeLine line, int128 exact, const Charging& by) {
  const auto amount = charged(exact, by);
  if (!amount) return false;
  const auto total = checked_add(fees.total, *amount);
  if (!total) return false;
  fees.total = *total;
  line.amount = *amount;
  fees.lines.push_back(std::move(line));
  return true;
}

bool add_rate_line(Fees& fees, FeeType type, const FeeRule* rule, std::int64_t base, const Charging& by) {
  if (rule == nullptr) return true;
  return add_line(fees, {type, rule->name, base, rule->rate_ppm, 0, 0}, millionths(base, rule->rate_ppm), by);
}

}  // namespace

ChosenRules choose(const Item& item, const FeeTerms& terms, MerchantTier tier) {
  ChosenRules chosen;
  Candidates rates;
  for (const auto& rule : terms.rules) {
    if (matches(rule.applies, item)) consider(rule, item, tier, rates, chosen);
  }
  if (rates.preferential != nullptr) {
    chosen.rate = rates.preferential;
    chosen.rate_ppm = rates.tier_rate->rate_ppm;
  } else if (rates.tiered != nullptr) {
    chosen.rate = rates.tiered;
    chosen.rate_ppm = step_rate_of(*rates.tiered, item.amount);
  } else if (rates.base != nullptr) {
    chosen.rate = rates.base;
    chosen.rate_ppm = rates.base->rate_ppm;
  }
  return chosen;
}

BaseFee base_fee_of(const Item& item, const ChosenRules& chosen) {
  WJ_ASSERT(chosen.rate != nullptr);
  BaseFee fee;
  fee.unclamped = millionths(item.amount, chosen.rate_ppm);
  if (chosen.fixed != nullptr) fee.unclamped += millionths(chosen.fixed->amount, kMillion);
  fee.exact = fee.unclamped;
  if (chosen.minimum != nullptr && fee.exact < millionths(chosen.minimum->amount, kMillion)) {
    fee.exact = millionths(chosen.minimum->amount, kMillion);
    fee.raised = true;
  }
  if (chosen.maximum != nullptr && fee.exact > millionths(chosen.maximum->amount, kMillion)) {
    fee.exact = millionths(chosen.maximum->amount, kMillion);
    fee.lowered = true;
  }
  return fee;
}

std::variant<Fees, CannotSettle> fees_of(const Item& item, const FeeTerms& terms, MerchantTier tier) {
  if (item.amount <= 0) return bad_item("amount must be above 0: the movement moved nothing");
  if (item.used_point < 0) return bad_item("the points used must not be below 0");
  const ChosenRules chosen = choose(item, terms, tier);
  if (chosen.rate == nullptr) return no_rate(item);
  const Charging by = charging_for(terms, item);

  Fees fees;
  fees.lines.reserve(1U + (chosen.installment != nullptr) + (chosen.interest_free != nullptr) +
                     (chosen.point != nullptr));
  const BaseFee base = base_fee_of(item, chosen);
  FeeLine base_line{FeeType::base,
                    base_rule_name(chosen, base),
                    item.amount,
                    chosen.rate_ppm,
                    chosen.fixed == nullptr ? 0 : chosen.fixed->amount,
                    0};
  if (!add_line(fees, std::move(base_line), base.exact, by) ||
      !add_rate_line(fees, FeeType::installment, chosen.installment, item.amount, by) ||
      !add_rate_line(fees, FeeType::installment_discount, chosen.interest_free, item.amount, by) ||
      !add_rate_line(fees, FeeType::point_saving, chosen.point, item.used_point, by)) {
    return overflow("the fee");
  }
  fees.vat = by.vat == VatTreatment::none ? 0 : divide(fees.total, 11, Rounding::half_up);
  fees.supply = fees.total - fees.vat;
  return fees;
}

}  // namespace wonjang::settlement
