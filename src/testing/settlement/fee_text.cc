#include "testing/settlement/fee_text.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace wonjang::settlement {
namespace {

template <typename E>
using Words = std::vector<std::pair<std::string_view, E>>;

const Words<std::uint8_t> kMethodWords = {{"card", 1},         {"virtual_account", 2}, {"transfer", 3},
                                          {"mobile_phone", 4}, {"easy_pay", 6},        {"point_pay", 7}};
const Words<CardType> kCardWords = {
    {"credit", CardType::credit}, {"check", CardType::check}, {"gift", CardType::gift}};
const Words<InterestPayer> kPayerWords = {{"none", InterestPayer::none},
                                          {"buyer", InterestPayer::buyer},
                                          {"card_company", InterestPayer::card_company},
                                          {"merchant", InterestPayer::merchant}};
const Words<MerchantTier> kTierWords = {{"SMALL", MerchantTier::small},
                                        {"MID_1", MerchantTier::mid_1},
                                        {"MID_2", MerchantTier::mid_2},
                                        {"MID_3", MerchantTier::mid_3},
                                        {"GENERAL", MerchantTier::general}};
const Words<VatTreatment> kVatWords = {
    {"ADDED", VatTreatment::added}, {"INCLUDED", VatTreatment::included}, {"NONE", VatTreatment::none}};
const Words<FeeOrder> kOrderWords = {{"INCLUSIVE_FIRST", FeeOrder::inclusive_first},
                                     {"SUPPLY_FIRST", FeeOrder::supply_first}};
const Words<Rounding> kRoundingWords = {{"FLOOR", Rounding::floor}, {"HALF_UP", Rounding::half_up}};
const Words<RuleKind> kRuleWords = {
    {"base", RuleKind::base_rate},   {"steps", RuleKind::tiered_rate},  {"pref", RuleKind::preferential_rate},
    {"fixed", RuleKind::fixed_fee},  {"min", RuleKind::minimum},        {"max", RuleKind::maximum},
    {"inst", RuleKind::installment}, {"free", RuleKind::interest_free}, {"point", RuleKind::point}};
constexpr std::array<std::string_view, 6> kFeeTypeNames = {
    "UNKNOWN", "BASE", "INSTALLMENT", "INSTALLMENT_DISCOUNT", "POINT_SAVING", "ETC"};

[[noreturn]] void refuse(std::string_view word) {
  throw std::invalid_argument("fee case: " + std::string(word));
}

template <typename E>
const E* find(const Words<E>& words, std::string_view word) {
  for (const auto& entry : words) {
    if (entry.first == word) return &entry.second;
  }
  return nullptr;
}

template <typename E>
E must(const Words<E>& words, std::string_view word) {
  const E* found = find(words, word);
  if (found == nullptr) refuse(word);
  return *found;
}

std::int64_t number(std::string_view digits) {
  std::int64_t value = 0;
  if (digits.empty()) refuse(digits);
  for (const char c : digits) {
    if (c < '0' || c > '9') refuse(digits);
    value = value * 10 + (c - '0');
  }
  return value;
}

std::uint32_t small(std::string_view digits) { return static_cast<std::uint32_t>(number(digits)); }

std::pair<std::string_view, std::string_view> cut(std::string_view text, char mark) {
  const auto place = text.find(mark);
  if (place == std::string_view::npos) return {text, {}};
  return {text.substr(0, place), text.substr(place + 1)};
}

// "2.35%" is 23500.
std::int64_t rate(std::string_view percent) {
  if (!percent.ends_with('%')) refuse(percent);
  percent.remove_suffix(1);
  const auto [whole, fraction] = cut(percent, '.');
  std::string digits = std::string(whole) + std::string(fraction);
  if (fraction.size() > 4) refuse(percent);
  digits.append(4 - fraction.size(), '0');
  return number(digits);
}

void parse_steps(std::string_view text, FeeRule& rule) {
  while (!text.empty()) {
    const auto [step, rest] = cut(text, ',');
    const auto [from, percent] = cut(step, ':');
    rule.steps.push_back({number(from), rate(percent)});
    text = rest;
  }
}

void parse_tiers(std::string_view text, FeeRule& rule) {
  while (!text.empty()) {
    const auto [entry, rest] = cut(text, ',');
    const auto [who, percent] = cut(entry, ':');
    const auto [tier, card] = cut(who, '.');
    rule.by_tier.push_back(
        {must(kTierWords, tier), card.empty() ? CardType::unknown : must(kCardWords, card), rate(percent)});
    text = rest;
  }
}

void parse_months(std::string_view text, FeeRule& rule) {
  const auto [range, percent] = cut(text, ':');
  const auto [first, last] = cut(range, '-');
  rule.applies.months_min = small(first);
  rule.applies.months_max = small(last);
  rule.rate_ppm = rate(percent);
}

Selector parse_selector(std::string_view text) {
  Selector applies;
  if (text.empty()) return applies;
  if (const auto* method = find(kMethodWords, text)) {
    applies.method = *method;
  } else if (const auto* card = find(kCardWords, text)) {
    applies.card_type = *card;
  } else if (text.starts_with("issuer:")) {
    applies.issuer = text.substr(7);
  } else {
    refuse(text);
  }
  return applies;
}

FeeRule parse_rule(RuleKind kind, std::string_view value) {
  FeeRule rule;
  rule.kind = kind;
  const auto [text, selector] = cut(value, '@');
  rule.applies = parse_selector(selector);
  switch (kind) {
    case RuleKind::base_rate:
    case RuleKind::point:
      rule.rate_ppm = rate(text);
      break;
    case RuleKind::fixed_fee:
    case RuleKind::minimum:
    case RuleKind::maximum:
      rule.amount = number(text);
      break;
    case RuleKind::tiered_rate:
      parse_steps(text, rule);
      break;
    case RuleKind::preferential_rate:
      parse_tiers(text, rule);
      break;
    case RuleKind::installment:
    case RuleKind::interest_free:
      parse_months(text, rule);
      break;
    case RuleKind::unknown:
      break;
  }
  return rule;
}

std::string name_for(std::string_view word, const std::vector<FeeRule>& rules, RuleKind kind) {
  const auto before =
      std::count_if(rules.begin(), rules.end(), [&](const FeeRule& r) { return r.kind == kind; });
  return std::string(word) + (before == 0 ? "" : std::to_string(before + 1));
}

bool take_item_word(std::string_view key, std::string_view value, Item& item) {
  if (value.empty()) {
    if (const auto* method = find(kMethodWords, key)) {
      item.method = *method;
    } else if (const auto* card = find(kCardWords, key)) {
      item.card_type = *card;
    } else if (key.find_first_not_of("0123456789") == std::string_view::npos) {
      item.amount = number(key);
    } else {
      return false;
    }
    return true;
  }
  if (key == "issuer") {
    item.issuer = value;
  } else if (key == "months") {
    item.months = small(value);
  } else if (key == "payer") {
    item.interest_payer = must(kPayerWords, value);
  } else if (key == "points") {
    item.used_point = number(value);
  } else {
    return false;
  }
  return true;
}

// "transfer.vat=INCLUDED": of one method alone, named after it.
bool take_method_word(std::string_view key, std::string_view value, FeeTerms& terms) {
  const auto [method_word, what] = cut(key, '.');
  const auto* method = find(kMethodWords, method_word);
  if (method == nullptr || what.empty()) return false;
  auto own = std::ranges::find(terms.by_method, *method, &MethodFees::method);
  if (own == terms.by_method.end()) {
    own = terms.by_method.emplace(own);
    own->name = method_word;
    own->method = *method;
  }
  if (what == "vat") {
    own->vat = must(kVatWords, value);
  } else if (what == "order") {
    own->order = must(kOrderWords, value);
  } else if (what == "rounding") {
    own->rounding = must(kRoundingWords, value);
  } else {
    return false;
  }
  return true;
}

bool take_terms_word(std::string_view key, std::string_view value, Contract& contract) {
  auto& terms = contract.fees;
  if (take_method_word(key, value, terms)) return true;
  if (key == "tier") {
    contract.tier = must(kTierWords, value);
  } else if (key == "vat") {
    terms.vat = must(kVatWords, value);
  } else if (key == "order") {
    terms.order = must(kOrderWords, value);
  } else if (key == "rounding") {
    terms.rounding = must(kRoundingWords, value);
  } else if (key == "keep") {
    terms.on_cancel.push_back(
        {value.empty() ? std::uint8_t{0} : must(kMethodWords, value), FeeOnCancel::keep});
  } else if (const auto* kind = find(kRuleWords, key)) {
    FeeRule rule = parse_rule(*kind, value);
    rule.name = name_for(key, terms.rules, *kind);
    terms.rules.push_back(std::move(rule));
  } else {
    return false;
  }
  return true;
}

}  // namespace

FeeCase parse_fee_case(std::string_view words) {
  FeeCase out;
  out.item.method = 1;
  std::istringstream in{std::string(words)};
  for (std::string word; in >> word;) {
    const auto [key, value] = cut(word, '=');
    if (!take_item_word(key, value, out.item) && !take_terms_word(key, value, out.contract)) refuse(word);
  }
  if (out.item.method == 1 && out.item.card_type == CardType::unknown) out.item.card_type = CardType::credit;
  return out;
}

void apply_terms(std::string_view words, Contract& contract) {
  Contract named;
  named.tier = contract.tier;
  named.fees = contract.fees;
  named.fees.rules.clear();
  std::istringstream in{std::string(words)};
  for (std::string word; in >> word;) {
    const auto [key, value] = cut(word, '=');
    if (!take_terms_word(key, value, named)) refuse(word);
  }
  if (named.fees.rules.empty()) named.fees.rules = contract.fees.rules;
  contract.tier = named.tier;
  contract.fees = std::move(named.fees);
}

std::string text_of(const SettlementLine& line) {
  std::string out;
  for (const auto& fee : line.fees) {
    if (!out.empty()) out += ", ";
    out += kFeeTypeNames.at(static_cast<std::size_t>(fee.type));
    if (!fee.rule.empty()) out += " " + fee.rule;
    out += " " + std::to_string(fee.amount);
  }
  if (out.empty()) out = "-";
  return out + ": fee " + std::to_string(line.fee) + " = " + std::to_string(line.fee_supply) + " + " +
         std::to_string(line.fee_vat) + ", net " + std::to_string(line.net);
}

}  // namespace wonjang::settlement
