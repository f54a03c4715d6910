#include "testing/settlement/cases.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.h"
#include "base/int128.h"
#include "base/rng.h"
#include "domain/settlement/shipped_calendars.h"

namespace wonjang::settlement {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
// 31 edges; the last place of the dimension is a random amount of random length.
constexpr std::array<std::int64_t, 31> kAmounts = {1,
                                                   2,
                                                   3,
                                                   4,
                                                   5,
                                                   9,
                                                   10,
                                                   11,
                                                   15,
                                                   45,
                                                   99,
                                                   100,
                                                   101,
                                                   999,
                                                   1'000,
                                                   1'004,
                                                   9'026,
                                                   11'000,
                                                   34'000,
                                                   34'567,
                                                   49'999,
                                                   50'000,
                                                   50'001,
                                                   123'456,
                                                   999'999,
                                                   1'000'000,
                                                   987'654'321,
                                                   4'294'967'296,
                                                   1'000'000'000'000'000,
                                                   kMax - 1,
                                                   kMax};
constexpr std::array<std::int64_t, 14> kRates = {
    0, 1, 333, 1'500, 4'000, 11'500, 14'500, 15'000, 23'000, 23'500, 25'000, 33'333, 100'000, kRateMaxPpm};
constexpr std::array<std::int64_t, 8> kFixed = {0, 1, 5, 60, 100, 333, 1'000, kRuleAmountMax};
constexpr std::array<std::uint32_t, 5> kMonths = {0, 1, 2, 12, 36};
struct MethodAndCard {
  Method method;
  CardType card_type;
};
constexpr std::array<MethodAndCard, kSizes.method> kMethodsOfCases = {
    {{Method::card, CardType::credit},
     {Method::card, CardType::check},
     {Method::card, CardType::gift},
     {Method::card, CardType::unknown},
     {Method::transfer, CardType::unknown},
     {Method::virtual_account, CardType::unknown},
     {Method::easy_pay, CardType::credit},
     {Method::mobile_phone, CardType::unknown},
     {Method::gift_certificate, CardType::unknown},
     {Method::point, CardType::unknown},
     {Method::coupon, CardType::unknown},
     {Method::deposit_cup, CardType::unknown}}};
static_assert(std::ranges::all_of(kMethods, [](Method method) {
  return std::ranges::find(kMethodsOfCases, method, &MethodAndCard::method) != kMethodsOfCases.end();
}));

template <typename List>
auto any_of(Rng& rng, const List& list) {
  return list[rng.below(list.size())];
}

constexpr std::uint64_t product(const Place& s) {
  return std::uint64_t{1} * s.rules * s.vat * s.order * s.rounding * s.tier * s.method * s.months * s.payer *
         s.amount * s.returns * s.on_cancel * s.change * s.calendar * s.by_method;
}
// A prime that isn't a factor of the product: the walk meets every place before it meets one again.
constexpr std::uint64_t kStride = 2'654'435'761;
static_assert(product(kSizes) % kStride != 0 && product(kSizes) < (std::uint64_t{1} << 63U));

Place place_of(std::uint64_t seed, std::uint64_t number) {
  const std::uint64_t total = product(kSizes);
  auto at =
      static_cast<std::uint64_t>((static_cast<uint128>(number % total) * kStride + seed % total) % total);
  const auto next = [&at](std::uint32_t size) {
    const auto digit = static_cast<std::uint32_t>(at % size);
    at /= size;
    return digit;
  };
  Place place;
  place.rules = next(kSizes.rules);
  place.vat = next(kSizes.vat);
  place.order = next(kSizes.order);
  place.rounding = next(kSizes.rounding);
  place.tier = next(kSizes.tier);
  place.method = next(kSizes.method);
  place.months = next(kSizes.months);
  place.payer = next(kSizes.payer);
  place.amount = next(kSizes.amount);
  place.returns = next(kSizes.returns);
  place.on_cancel = next(kSizes.on_cancel);
  place.change = next(kSizes.change);
  place.calendar = next(kSizes.calendar);
  place.by_method = next(kSizes.by_method);
  return place;
}

// Writes the rules of one contract.
class Rules {
 public:
  Rules(Rng& rng, std::vector<FeeRule>& out) : rng_(rng), out_(out) {}

  FeeRule& rate(RuleKind kind, const std::string& name) {
    FeeRule& rule = add(kind, name);
    rule.rate_ppm = any_of(rng_, kRates);
    return rule;
  }
  FeeRule& amount(RuleKind kind, const std::string& name) {
    FeeRule& rule = add(kind, name);
    rule.amount = any_of(rng_, kFixed);
    return rule;
  }
  void months(RuleKind kind, const std::string& name, std::uint32_t first, std::uint32_t last) {
    FeeRule& rule = rate(kind, name);
    rule.applies.months_min = first;
    rule.applies.months_max = last;
  }
  void steps() {
    add(RuleKind::tiered_rate, "steps").steps = {
        {0, any_of(rng_, kRates)}, {50'000, any_of(rng_, kRates)}, {1'000'000, any_of(rng_, kRates)}};
  }
  // The statutory rates of 2025-08-14.
  void statutory_tiers() {
    add(RuleKind::preferential_rate, "tiers").by_tier = {
        {MerchantTier::small, CardType::credit, 4'000},  {MerchantTier::small, CardType::check, 1'500},
        {MerchantTier::mid_1, CardType::credit, 10'000}, {MerchantTier::mid_1, CardType::check, 7'500},
        {MerchantTier::mid_2, CardType::credit, 11'500}, {MerchantTier::mid_2, CardType::check, 9'000},
        {MerchantTier::mid_3, CardType::credit, 14'500}, {MerchantTier::mid_3, CardType::check, 11'500}};
  }
  void own_tiers() {
    add(RuleKind::preferential_rate, "own-tiers").by_tier = {
        {MerchantTier::small, CardType::unknown, any_of(rng_, kRates)},
        {MerchantTier::small, CardType::check, any_of(rng_, kRates)},
        {MerchantTier::mid_2, CardType::gift, any_of(rng_, kRates)}};
  }

 private:
  FeeRule& add(RuleKind kind, const std::string& name) {
    FeeRule& rule = out_.emplace_back();
    rule.kind = kind;
    rule.name = name;
    return rule;
  }

  Rng& rng_;
  std::vector<FeeRule>& out_;
};

void add_selective_rules(Rules& rules) {
  rules.rate(RuleKind::base_rate, "for-transfers").applies.method =
      static_cast<std::uint8_t>(Method::transfer);
  rules.rate(RuleKind::base_rate, "for-an-issuer").applies.issuer = "11";
  rules.rate(RuleKind::base_rate, "for-check-cards").applies.card_type = CardType::check;
  rules.months(RuleKind::base_rate, "for-a-year-and-more", 12, 0);
  rules.amount(RuleKind::fixed_fee, "for-accounts").applies.method =
      static_cast<std::uint8_t>(Method::virtual_account);
  rules.amount(RuleKind::minimum, "for-credit-cards").applies.card_type = CardType::credit;
  rules.rate(RuleKind::base_rate, "for-the-rest");
}

void add_instalment_rules(Rules& rules) {
  rules.months(RuleKind::installment, "few-months", 2, 6);
  rules.months(RuleKind::installment, "many-months", 7, 0);
}

void add_rules(std::uint32_t which, Rules& rules) {
  if (which == 11) return add_selective_rules(rules);
  if (which == 6 || which == 10) rules.statutory_tiers();
  if (which == 7 || which == 10) rules.own_tiers();
  if (which == 5 || which == 7 || which == 10) rules.steps();
  if (which == 13) {
    rules.rate(RuleKind::base_rate, "for-cups").applies.method =
        static_cast<std::uint8_t>(Method::deposit_cup);
  } else {
    FeeRule& base = rules.rate(RuleKind::base_rate, "base");
    if (which == 12) base.rate_ppm = 0;
  }
  if (which == 1 || which == 4 || which == 5 || which == 10 || which == 12)
    rules.amount(RuleKind::fixed_fee, "fixed");
  if (which == 2 || which == 4 || which == 10) rules.amount(RuleKind::minimum, "least");
  if (which == 3 || which == 4 || which == 10) rules.amount(RuleKind::maximum, "most");
  if (which == 8 || which == 9 || which == 10) add_instalment_rules(rules);
  if (which == 9 || which == 10) {
    rules.months(RuleKind::interest_free, "interest", 2, 12);
    rules.rate(RuleKind::point, "points");
  }
}

Cycle any_cycle(Rng& rng) {
  Cycle cycle;
  cycle.kind = static_cast<CycleKind>(1 + rng.below(4));
  cycle.basis = static_cast<BasisKind>(1 + rng.below(2));
  cycle.roll = static_cast<BasisRoll>(1 + rng.below(2));
  cycle.policy = static_cast<DatePolicy>(1 + rng.below(4));
  cycle.lag_days = static_cast<std::uint32_t>(rng.chance(10) ? rng.below(kLagDaysMax + 1) : rng.below(8));
  cycle.week_end = static_cast<std::uint32_t>(1 + rng.below(7));
  return cycle;
}

// One of the three at least is said.
MethodFees any_fees_of(Method method, const std::string& issuer, Rng& rng) {
  MethodFees out;
  out.method = static_cast<std::uint8_t>(method);
  out.issuer = issuer;
  out.name = issuer.empty() ? "method-" + std::to_string(out.method) : "issuer-" + issuer;
  const std::uint64_t said = 1 + rng.below(7);
  if ((said & 1U) != 0) out.vat = static_cast<VatTreatment>(1 + rng.below(3));
  if ((said & 2U) != 0) out.order = static_cast<FeeOrder>(1 + rng.below(2));
  if ((said & 4U) != 0) out.rounding = rng.chance(50) ? Rounding::floor : Rounding::half_up;
  return out;
}

// 0 none; 1 the item's method; 2 another one; 3 the item's method and one issuer of it; 4 all of them, in an
// order in which the first that matches isn't the one that counts.
void add_terms_of_methods(const Place& place, Contract& contract, Rng& rng) {
  const Method method = kMethodsOfCases.at(place.method).method;
  const Method other = method == Method::card ? Method::transfer : Method::card;
  const auto add = [&](Method whose, const std::string& issuer) {
    const auto fees = any_fees_of(whose, issuer, rng);
    contract.fees.by_method.push_back(fees);
    contract.cycle_by_method.push_back({fees.name, fees.method, issuer, any_cycle(rng)});
  };
  contract.fees.by_method.clear();
  contract.cycle_by_method.clear();
  if (place.by_method == 2 || place.by_method == 4) add(other, "");
  if (place.by_method == 1 || place.by_method == 3 || place.by_method == 4) add(method, "");
  if (place.by_method == 3 || place.by_method == 4) add(method, "11");
}

Contract contract_of(const Place& place, Rng& rng) {
  Contract contract;
  contract.merchant = MerchantId(RawId{1, 1});
  contract.version = 1;
  contract.tier = static_cast<MerchantTier>(place.tier + 1);
  Rules rules(rng, contract.fees.rules);
  add_rules(place.rules, rules);
  contract.fees.vat = static_cast<VatTreatment>(place.vat + 1);
  contract.fees.order = static_cast<FeeOrder>(place.order + 1);
  contract.fees.rounding = place.rounding == 0 ? Rounding::floor : Rounding::half_up;
  if (place.on_cancel == 1) contract.fees.on_cancel = {{0, FeeOnCancel::keep}};
  if (place.on_cancel == 2) {
    contract.fees.on_cancel = {{static_cast<std::uint8_t>(Method::transfer), FeeOnCancel::keep},
                               {0, FeeOnCancel::give_back}};
  }
  contract.cycle = any_cycle(rng);
  add_terms_of_methods(place, contract, rng);
  contract.calendar = calendars_of_cases().at(place.calendar).code;
  contract.payout_account = "acct_1";
  return contract;
}

std::int64_t random_amount(Rng& rng) {
  std::int64_t bound = 10;
  for (std::uint64_t digits = rng.below(12); digits > 0; --digits) bound *= 10;
  return 1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(bound)));
}

Item item_of(const Place& place, std::uint64_t number, Rng& rng) {
  Item item;
  item.key = {PaymentId(RawId{number + (std::uint64_t{1} << 40U), number}), 2, 0};
  item.approval = ApprovalId(RawId{number + 1, 7});
  item.method = static_cast<std::uint8_t>(kMethodsOfCases.at(place.method).method);
  item.card_type = kMethodsOfCases.at(place.method).card_type;
  item.issuer = rng.chance(30) ? "11" : "21";
  item.months = kMonths.at(place.months);
  item.interest_payer = static_cast<InterestPayer>(place.payer);
  item.amount = place.amount < kAmounts.size() ? kAmounts.at(place.amount) : random_amount(rng);
  item.used_point = rng.chance(40) ? 0 : random_amount(rng);
  // 2012 to 2029, any second.
  item.at = start_of(BusinessDate{15'340 + static_cast<std::int32_t>(rng.below(6'500))})
                .plus_ms(static_cast<std::int64_t>(rng.below(86'400'000)));
  // Cards, and easy pay that a card stands behind.
  item.has_acquisition =
      item.method == static_cast<std::uint8_t>(Method::card) ||
      (item.method == static_cast<std::uint8_t>(Method::easy_pay) && item.card_type != CardType::unknown);
  if (item.has_acquisition && !rng.chance(10)) {
    item.acquired = {business_date_of(item.at).days + static_cast<std::int32_t>(rng.below(4))};
  }
  return item;
}

std::int64_t part_of(std::int64_t left, Rng& rng) {
  return 1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(left)));
}

// Amounts of the returns; those of the first two patterns and some of the others leave something.
std::vector<std::int64_t> returns_of(std::uint32_t pattern, std::int64_t amount, Rng& rng) {
  std::vector<std::int64_t> out;
  std::int64_t left = amount;
  const auto take = [&](std::int64_t part) {
    if (left == 0) return;
    out.push_back(std::clamp<std::int64_t>(part, 1, left));
    left -= out.back();
  };
  switch (pattern) {
    case 0:  // none
      return out;
    case 1:  // one part
      take(part_of(left, rng));
      return out;
    case 2:  // everything
      break;
    case 3:  // halves
      take(amount / 2);
      break;
    case 4:  // thirds
      take(amount / 3);
      take(amount / 3);
      break;
    case 5:  // one by one, then the rest
      for (int i = 0; i < 9; ++i) take(1);
      break;
    case 6:  // all but one, then one
      take(amount - 1);
      break;
    case 7:  // sevenths, with a rest
      for (int i = 0; i < 7; ++i) take(amount / 7);
      break;
    default:  // any
      for (std::uint64_t n = rng.below(6); n > 0 && left > 0; --n) take(part_of(left, rng));
      break;
  }
  take(left);
  return out;
}

// Other terms for the same approval: a tier found out later, other rates, other kinds of rules.
Contract changed(const Contract& contract, const Place& place, Rng& rng) {
  Contract out = contract;
  out.version = contract.version + 1;
  const std::uint64_t what = rng.below(4);
  if (what == 0 || what == 3) out.tier = static_cast<MerchantTier>(1 + rng.below(5));
  if (what == 0) return out;
  if (rng.chance(50)) add_terms_of_methods(place, out, rng);
  out.fees.rules.clear();
  Rules rules(rng, out.fees.rules);
  // Some of them can't settle the item; then everything stays as it was.
  add_rules(what == 1 ? place.rules : static_cast<std::uint32_t>(rng.below(kSizes.rules)), rules);
  if (what == 1) return out;
  out.fees.vat = static_cast<VatTreatment>(1 + rng.below(3));
  out.fees.order = static_cast<FeeOrder>(1 + rng.below(2));
  out.fees.rounding = rng.chance(50) ? Rounding::floor : Rounding::half_up;
  if (rng.chance(50)) out.fees.on_cancel = {{0, rng.chance(50) ? FeeOnCancel::keep : FeeOnCancel::give_back}};
  return out;
}

std::vector<Step> steps_of(const Place& place, const Contract& contract, std::int64_t amount, Rng& rng) {
  std::vector<Step> steps;
  for (const auto part : returns_of(place.returns, amount, rng)) {
    steps.push_back({part, rng.chance(20) ? LineKind::reversal : LineKind::cancel, {}});
  }
  const auto change_at = [&](std::size_t at) {
    steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(at), Step{0, {}, changed(contract, place, rng)});
  };
  const std::size_t returns = steps.size();
  switch (place.change) {
    case 0:
      break;
    case 1:
      change_at(0);
      break;
    case 2:
      change_at(returns);
      break;
    case 3:
      change_at(returns / 2);
      break;
    case 4:  // twice, once after everything
      change_at(returns / 2);
      change_at(steps.size());
      break;
    default:  // after each
      for (std::size_t i = 0; i <= returns && i < 4; ++i) change_at(2 * i);
      break;
  }
  return steps;
}

Calendar shipped_days() {
  auto parsed = parse_calendar(shipped_calendar("KR"));
  WJ_ASSERT(parsed.calendar.has_value());
  return *std::move(parsed.calendar);
}

Calendar own_days(const char* code) {
  Calendar out;
  out.code = code;
  out.source = "made up for the generated cases";
  out.from = *parse_business_date("2012-01-01");
  out.until = *parse_business_date("2034-01-01");
  return out;
}

// From 15 January and from 15 September on, 30 days each.
Calendar closing_days() {
  Calendar out = own_days("CLOSES");
  for (int year = 2012; year < 2034; ++year) {
    for (const char* first : {"-01-15", "-09-15"}) {
      const auto begin = *parse_business_date(std::to_string(year) + first);
      for (int i = 0; i < 30; ++i)
        out.closed.push_back({{begin.days + i}, DayKind::holiday, "closed for the season"});
    }
  }
  return out;
}

}  // namespace

const std::vector<Calendar>& calendars_of_cases() {
  static const std::vector<Calendar> calendars = {shipped_days(), own_days("OPEN"), closing_days()};
  return calendars;
}

Case case_of(std::uint64_t seed, std::uint64_t number) {
  Rng rng(seed * 0x9E3779B97F4A7C15ULL + number);
  Case c;
  c.seed = seed;
  c.number = number;
  c.place = place_of(seed, number);
  c.contract = contract_of(c.place, rng);
  c.approval = item_of(c.place, number, rng);
  c.steps = steps_of(c.place, c.contract, c.approval.amount, rng);
  c.run = {business_date_of(c.approval.at).days +
           static_cast<std::int32_t>(rng.chance(20) ? rng.below(10) : 0)};
  return c;
}

}  // namespace wonjang::settlement
