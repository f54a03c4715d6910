#include "testing/settlement/plain_calculator.h"

#include <algorithm>

namespace wonjang::settlement::plain {
namespace {

Digits without_leading_zeros(const Digits& a) {
  const auto first = a.find_first_not_of('0');
  return first == Digits::npos ? "0" : a.substr(first);
}

// The i-th digit from the right; 0 beyond the left end.
int digit(const Digits& a, std::size_t i) { return i < a.size() ? a[a.size() - 1 - i] - '0' : 0; }

Digits smaller(const Digits& a, const Digits& b) { return is_less(b, a) ? b : a; }
Digits larger(const Digits& a, const Digits& b) { return is_less(a, b) ? b : a; }
Digits less_or_zero(const Digits& a, const Digits& b) { return is_less(a, b) ? "0" : subtract(a, b); }

bool is_for(const Selector& selector, const Item& item) {
  if (selector.method != 0 && selector.method != item.method) return false;
  if (!selector.issuer.empty() && selector.issuer != item.issuer) return false;
  if (selector.card_type != CardType::unknown && selector.card_type != item.card_type) return false;
  if (item.months < selector.months_min) return false;
  if (selector.months_max != 0 && item.months > selector.months_max) return false;
  return true;
}

// The first rule of the kind that is for the item.
const FeeRule* rule_for(const FeeTerms& terms, RuleKind kind, const Item& item) {
  for (const FeeRule& rule : terms.rules) {
    if (rule.kind == kind && is_for(rule.applies, item)) return &rule;
  }
  return nullptr;
}

// Parts per million, or -1 when no rate is for the item.
std::int64_t preferential_rate(const FeeTerms& terms, MerchantTier tier, const Item& item) {
  if (tier == MerchantTier::general) return -1;
  for (const FeeRule& rule : terms.rules) {
    if (rule.kind != RuleKind::preferential_rate || !is_for(rule.applies, item)) continue;
    for (const TierRate& rate : rule.by_tier) {
      const bool is_its_card = rate.card_type == item.card_type && item.card_type != CardType::unknown;
      if (rate.tier == tier && is_its_card) return rate.rate_ppm;
    }
    for (const TierRate& rate : rule.by_tier) {
      if (rate.tier == tier && rate.card_type == CardType::unknown) return rate.rate_ppm;
    }
  }
  return -1;
}

std::int64_t rate_for(const FeeTerms& terms, MerchantTier tier, const Item& item) {
  const std::int64_t preferential = preferential_rate(terms, tier, item);
  if (preferential >= 0) return preferential;
  if (const FeeRule* rule = rule_for(terms, RuleKind::tiered_rate, item)) {
    std::int64_t rate = -1;
    std::int64_t largest = -1;
    for (const RateStep& step : rule->steps) {
      if (step.from <= item.amount && step.from > largest) {
        largest = step.from;
        rate = step.rate_ppm;
      }
    }
    return rate;
  }
  if (const FeeRule* rule = rule_for(terms, RuleKind::base_rate, item)) return rule->rate_ppm;
  return -1;
}

const Digits kMillion = "1000000";

Digits in_millionths(std::int64_t amount) { return multiply(digits_of(amount), kMillion); }

// From millionths before VAT to what is charged.
Digits with_vat_and_rounded(const Digits& millionths, const FeeTerms& terms) {
  const bool half_up = terms.rounding == Rounding::half_up;
  if (terms.vat != VatTreatment::added) return divide(millionths, kMillion, half_up);
  if (terms.order == FeeOrder::inclusive_first) {
    return divide(multiply(millionths, "11"), multiply(kMillion, "10"), half_up);
  }
  const Digits supply = divide(millionths, kMillion, half_up);
  const Digits vat = divide(supply, "10", half_up);
  return add(supply, vat);
}

Digits base_fee(const Item& item, const FeeTerms& terms, std::int64_t rate) {
  Digits fee = multiply(digits_of(item.amount), digits_of(rate));
  if (const FeeRule* fixed = rule_for(terms, RuleKind::fixed_fee, item))
    fee = add(fee, in_millionths(fixed->amount));
  if (const FeeRule* least = rule_for(terms, RuleKind::minimum, item))
    fee = larger(fee, in_millionths(least->amount));
  if (const FeeRule* most = rule_for(terms, RuleKind::maximum, item))
    fee = smaller(fee, in_millionths(most->amount));
  return with_vat_and_rounded(fee, terms);
}

Digits rate_fee(std::int64_t of, const FeeRule& rule, const FeeTerms& terms) {
  return with_vat_and_rounded(multiply(digits_of(of), digits_of(rule.rate_ppm)), terms);
}

}  // namespace

Digits digits_of(std::int64_t value) { return std::to_string(value); }

bool is_less(const Digits& a, const Digits& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

Digits add(const Digits& a, const Digits& b) {
  Digits sum;
  int carry = 0;
  for (std::size_t i = 0; i < a.size() || i < b.size() || carry > 0; ++i) {
    const int place = digit(a, i) + digit(b, i) + carry;
    sum += static_cast<char>('0' + place % 10);
    carry = place / 10;
  }
  std::reverse(sum.begin(), sum.end());
  return without_leading_zeros(sum);
}

Digits subtract(const Digits& a, const Digits& b) {
  Digits rest;
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    int place = digit(a, i) - digit(b, i) - borrow;
    borrow = place < 0 ? 1 : 0;
    if (place < 0) place += 10;
    rest += static_cast<char>('0' + place);
  }
  std::reverse(rest.begin(), rest.end());
  return without_leading_zeros(rest);
}

Digits multiply(const Digits& a, const Digits& b) {
  std::vector<int> places(a.size() + b.size(), 0);  // from the right
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) places[i + j] += digit(a, i) * digit(b, j);
  }
  Digits product;
  int carry = 0;
  for (const int place : places) {
    product += static_cast<char>('0' + (place + carry) % 10);
    carry = (place + carry) / 10;
  }
  std::reverse(product.begin(), product.end());
  return without_leading_zeros(product);
}

Digits divide(const Digits& a, const Digits& b, bool half_up) {
  Digits quotient;
  Digits rest = "0";
  for (const char next : a) {
    rest = without_leading_zeros(rest + next);
    int times = 0;
    while (!is_less(rest, b)) {
      rest = subtract(rest, b);
      ++times;
    }
    quotient += static_cast<char>('0' + times);
  }
  quotient = without_leading_zeros(quotient);
  const bool rest_is_half_or_more = !is_less(add(rest, rest), b);
  return half_up && rest_is_half_or_more ? add(quotient, "1") : quotient;
}

bool fits(const Digits& a) { return !is_less("9223372036854775807", a); }

FeeTerms agreed_for(const Item& item, FeeTerms terms) {
  for (const bool with_issuer : {true, false}) {
    for (const MethodFees& own : terms.by_method) {
      if (own.method != item.method) continue;
      if (own.issuer != (with_issuer ? item.issuer : "")) continue;
      if (own.vat != VatTreatment::unknown) terms.vat = own.vat;
      if (own.order != FeeOrder::unknown) terms.order = own.order;
      if (own.rounding) terms.rounding = *own.rounding;
      return terms;
    }
  }
  return terms;
}

Charge charge_of(const Item& item, const FeeTerms& contract_terms, MerchantTier tier) {
  const FeeTerms terms = agreed_for(item, contract_terms);
  Charge charge;
  const std::int64_t rate = rate_for(terms, tier, item);
  if (rate < 0) {
    charge.refused = "NO_RATE";
    return charge;
  }
  charge.fees.push_back({FeeType::base, base_fee(item, terms, rate)});
  if (item.months >= 2) {
    if (const FeeRule* rule = rule_for(terms, RuleKind::installment, item)) {
      charge.fees.push_back({FeeType::installment, rate_fee(item.amount, *rule, terms)});
    }
    const FeeRule* interest = rule_for(terms, RuleKind::interest_free, item);
    if (interest != nullptr && item.interest_payer == InterestPayer::merchant) {
      charge.fees.push_back({FeeType::installment_discount, rate_fee(item.amount, *interest, terms)});
    }
  }
  const FeeRule* point = rule_for(terms, RuleKind::point, item);
  if (point != nullptr && item.used_point > 0) {
    charge.fees.push_back({FeeType::point_saving, rate_fee(item.used_point, *point, terms)});
  }
  for (const Fee& fee : charge.fees) charge.fee = add(charge.fee, fee.amount);
  if (!fits(charge.fee)) {
    Charge too_large;
    too_large.refused = "OVERFLOW";
    return too_large;
  }
  if (terms.vat != VatTreatment::none) charge.vat = divide(charge.fee, "11", /*half_up=*/true);
  charge.supply = subtract(charge.fee, charge.vat);
  return charge;
}

bool keeps_fee(const FeeTerms& terms, std::uint8_t method, LineKind kind) {
  if (kind == LineKind::reversal) return false;
  for (const CancelRule& rule : terms.on_cancel) {
    if (rule.method == 0 || rule.method == method) return rule.fee == FeeOnCancel::keep;
  }
  return false;
}

Charge given_back(const Charge& charged, const Digits& total, const std::vector<Returned>& earlier,
                  const Digits& amount, bool keeps) {
  Charge back;
  if (keeps) return back;
  Digits amount_left = total;
  Digits vat_left = charged.vat;
  Digits supply_left = charged.supply;
  for (const Returned& other : earlier) {
    amount_left = subtract(amount_left, other.amount);
    if (other.back.fees.empty()) continue;  // kept the fee
    vat_left = subtract(vat_left, other.back.vat);
    supply_left = subtract(supply_left, other.back.supply);
  }
  const bool takes_the_rest = amount == amount_left;
  for (std::size_t i = 0; i < charged.fees.size(); ++i) {
    Digits left = charged.fees[i].amount;
    for (const Returned& other : earlier) {
      if (!other.back.fees.empty()) left = subtract(left, other.back.fees[i].amount);
    }
    const Digits share = divide(multiply(charged.fees[i].amount, amount), total, /*half_up=*/true);
    const Digits part = takes_the_rest ? left : smaller(share, left);
    back.fees.push_back({charged.fees[i].type, part});
    back.fee = add(back.fee, part);
  }
  const Digits vat_share = divide(multiply(charged.vat, amount), total, /*half_up=*/true);
  const Digits vat_most = smaller(vat_left, back.fee);
  const Digits vat_least = less_or_zero(back.fee, supply_left);
  back.vat = takes_the_rest ? vat_left : larger(smaller(vat_share, vat_most), vat_least);
  back.supply = subtract(back.fee, back.vat);
  return back;
}

}  // namespace wonjang::settlement::plain
