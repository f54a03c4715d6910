#include "domain/settlement/contract.h"

#include <functional>

#include <gtest/gtest.h>

namespace wonjang::settlement {
namespace {

FeeRule rule(std::string name, RuleKind kind, std::int64_t rate_ppm, std::int64_t amount = 0) {
  FeeRule out;
  out.name = std::move(name);
  out.kind = kind;
  out.rate_ppm = rate_ppm;
  out.amount = amount;
  return out;
}

Contract good() {
  Contract c;
  c.merchant = MerchantId(RawId{1, 1});
  c.version = 1;
  c.valid_from = {20'000};
  c.fees.rules = {rule("base", RuleKind::base_rate, 25'000), rule("fixed", RuleKind::fixed_fee, 0, 100)};
  c.calendar = "KR";
  c.payout_account = "acct_1";
  return c;
}

using Change = std::function<void(Contract&)>;
struct Wrong {
  Change change;
  std::string begins;
};

FeeRule steps(std::vector<RateStep> list) {
  FeeRule out = rule("steps", RuleKind::tiered_rate, 0);
  out.steps = std::move(list);
  return out;
}
FeeRule tiers(std::vector<TierRate> list) {
  FeeRule out = rule("tiers", RuleKind::preferential_rate, 0);
  out.by_tier = std::move(list);
  return out;
}
Change with_rule(FeeRule r) {
  return [r = std::move(r)](Contract& c) { c.fees.rules.push_back(r); };
}

void expect_named(const std::vector<Wrong>& all) {
  for (const auto& wrong : all) {
    Contract c = good();
    wrong.change(c);
    const auto fault = fault_of(c);
    ASSERT_TRUE(fault) << "was accepted, but should be refused by " << wrong.begins;
    EXPECT_TRUE(fault->starts_with(wrong.begins + " ")) << *fault << "\nshould begin with " << wrong.begins;
  }
}

MethodFees floored(std::uint8_t method, std::string issuer = "", std::string name = "own") {
  MethodFees out;
  out.name = std::move(name);
  out.method = method;
  out.issuer = std::move(issuer);
  out.rounding = Rounding::floor;
  return out;
}
MethodCycle six_days(std::uint8_t method, std::string issuer = "", std::string name = "own") {
  MethodCycle out;
  out.name = std::move(name);
  out.method = method;
  out.issuer = std::move(issuer);
  out.cycle.lag_days = 6;
  return out;
}

TEST(ContractFaults, a_good_one_has_none) {
  Contract c = good();
  EXPECT_EQ(fault_of(c), std::nullopt);
  c.fees.rules.push_back(steps({{0, 0}, {1, kRateMaxPpm}, {kRuleAmountMax, 5}}));
  c.fees.rules.push_back(
      tiers({{MerchantTier::small, CardType::credit, 4'000}, {MerchantTier::small, {}, 1'500}}));
  c.fees.on_cancel = {{3, FeeOnCancel::keep}, {0, FeeOnCancel::give_back}};
  c.valid_until = {20'001};
  c.cycle.lag_days = kLagDaysMax;
  EXPECT_EQ(fault_of(c), std::nullopt);
  c.fees.by_method = {floored(1), floored(1, "11", "card-11"), floored(3, "", "transfers")};
  c.fees.by_method[2].rounding.reset();
  c.fees.by_method[2].vat = VatTreatment::none;
  c.cycle_by_method = {six_days(1), six_days(1, "11", "card-11"), six_days(3, "", "transfers")};
  c.cycle_by_method[2].cycle.kind = CycleKind::manual;
  EXPECT_EQ(fault_of(c), std::nullopt);
  c.sub_mall = "mall-1";
  c.payout_account = "";
  EXPECT_EQ(fault_of(c), std::nullopt);
}

TEST(ContractFaults, terms_of_a_method_that_say_nothing_or_could_mean_two_things_are_named) {
  const auto fees = [](std::vector<MethodFees> list) {
    return [list](Contract& c) { c.fees.by_method = list; };
  };
  const auto cycles = [](std::vector<MethodCycle> list) {
    return [list](Contract& c) { c.cycle_by_method = list; };
  };
  MethodFees empty = floored(1);
  empty.rounding.reset();
  MethodFees unknown_vat = floored(1);
  unknown_vat.vat = static_cast<VatTreatment>(9);
  MethodFees unknown_order = floored(1);
  unknown_order.order = static_cast<FeeOrder>(9);
  MethodFees up = floored(1);
  up.rounding = Rounding::up;
  MethodCycle late = six_days(1);
  late.cycle.lag_days = kLagDaysMax + 1;
  expect_named({
      {fees({empty}), "fees.byMethod[0]"},
      {fees({floored(0)}), "fees.byMethod[0].method"},
      {fees({floored(10)}), "fees.byMethod[0].method"},
      {fees({floored(1, "a\nb")}), "fees.byMethod[0].issuer"},
      {fees({floored(1, "", "Own")}), "fees.byMethod[0].name"},
      {fees({floored(1), floored(3)}), "fees.byMethod[1].name"},
      {fees({floored(1), floored(1, "", "again")}), "fees.byMethod[1].method"},
      {fees({floored(1, "11"), floored(1, "11", "again")}), "fees.byMethod[1].issuer"},
      {fees({unknown_vat}), "fees.byMethod[0].vat"},
      {fees({unknown_order}), "fees.byMethod[0].order"},
      {fees({up}), "fees.byMethod[0].rounding"},
      {fees(std::vector<MethodFees>(kByMethodMax + 1, floored(1))), "fees.byMethod"},
      {cycles({six_days(0)}), "cycleByMethod[0].method"},
      {cycles({six_days(10)}), "cycleByMethod[0].method"},
      {cycles({six_days(3), six_days(3, "", "again")}), "cycleByMethod[1].method"},
      {cycles({six_days(3), six_days(1)}), "cycleByMethod[1].name"},
      {cycles({late}), "cycleByMethod[0].cycle.lagDays"},
      {cycles(std::vector<MethodCycle>(kByMethodMax + 1, six_days(1))), "cycleByMethod"},
  });
}

TEST(ContractFaults, a_fault_names_its_field) {
  expect_named({
      {[](Contract& c) { c.merchant = {}; }, "merchant"},
      {[](Contract& c) { c.sub_mall = "a\nb"; }, "subMall"},
      {[](Contract& c) { c.valid_until = c.valid_from; }, "validUntil"},
      {[](Contract& c) { c.tier = MerchantTier::unknown; }, "tier"},
      {[](Contract& c) { c.tier = static_cast<MerchantTier>(6); }, "tier"},
      {[](Contract& c) { c.business_number = "123-45"; }, "businessNumber"},
      {[](Contract& c) { c.calendar = "kr"; }, "calendar"},
      {[](Contract& c) { c.calendar = ""; }, "calendar"},
      {[](Contract& c) { c.keep_back = -1; }, "keepBack"},
      {[](Contract& c) { c.payout_account = ""; }, "payoutAccount"},
      // Found by audit: the guard of the bank's file wrote '+8211 for +8211.
      {[](Contract& c) { c.payout_account = "+8211"; }, "payoutAccount"},
      {[](Contract& c) { c.payout_account = "=1+1"; }, "payoutAccount"},
      {[](Contract& c) { c.payout_account = "-15"; }, "payoutAccount"},
      {[](Contract& c) { c.payout_account = " @x"; }, "payoutAccount"},
      {[](Contract& c) { c.payout_account = "＝x"; }, "payoutAccount"},
      {[](Contract& c) { c.payout_account = "a\nb"; }, "payoutAccount"},
      {[](Contract& c) { c.payout_account = "a\x7F"; }, "payoutAccount"},
      {[](Contract& c) { c.sub_mall = "mall-1"; }, "payoutAccount"},
      {[](Contract& c) {
         c.sub_mall = "mall-1";
         c.payout_account = "";
         c.keep_back = 1;
       },
       "keepBack"},
      {[](Contract& c) { c.cycle.kind = CycleKind::unknown; }, "cycle.kind"},
      {[](Contract& c) { c.cycle.basis = BasisKind::unknown; }, "cycle.basis"},
      {[](Contract& c) { c.cycle.roll = BasisRoll::unknown; }, "cycle.roll"},
      {[](Contract& c) { c.cycle.policy = DatePolicy::unknown; }, "cycle.policy"},
      {[](Contract& c) { c.cycle.lag_days = kLagDaysMax + 1; }, "cycle.lagDays"},
      {[](Contract& c) { c.cycle.week_end = 0; }, "cycle.weekEnd"},
      {[](Contract& c) { c.cycle.week_end = 8; }, "cycle.weekEnd"},
      {[](Contract& c) { c.fees.vat = VatTreatment::unknown; }, "fees.vat"},
      {[](Contract& c) { c.fees.order = FeeOrder::unknown; }, "fees.order"},
      {[](Contract& c) { c.fees.rounding = Rounding::up; }, "fees.rounding"},
      {[](Contract& c) {
         c.fees.on_cancel = {{10, FeeOnCancel::keep}};
       },
       "fees.onCancel[0].method"},
      {[](Contract& c) {
         c.fees.on_cancel = {{1, FeeOnCancel::unknown}};
       },
       "fees.onCancel[0].fee"},
      {[](Contract& c) {
         c.fees.on_cancel = {{0, FeeOnCancel::keep}, {1, FeeOnCancel::keep}};
       },
       "fees.onCancel[1]"},
      {[](Contract& c) {
         c.fees.on_cancel = {{1, FeeOnCancel::keep}, {1, FeeOnCancel::keep}};
       },
       "fees.onCancel[1].method"},
  });
}

TEST(ContractFaults, a_rule_that_cannot_be_used_is_named) {
  expect_named({
      {[](Contract& c) { c.fees.rules.clear(); }, "fees.rules"},
      {[](Contract& c) { c.fees.rules.erase(c.fees.rules.begin()); }, "fees.rules"},  // no rate is left
      {[](Contract& c) { c.fees.rules.resize(kRulesMax + 1, c.fees.rules[0]); }, "fees.rules"},
      {with_rule(rule("Base", RuleKind::base_rate, 1)), "fees.rules[2].name"},
      {with_rule(rule("", RuleKind::base_rate, 1)), "fees.rules[2].name"},
      {with_rule(rule("a+b", RuleKind::base_rate, 1)), "fees.rules[2].name"},
      {with_rule(rule("base", RuleKind::base_rate, 1)), "fees.rules[2].name"},
      {with_rule(rule("taken_back", RuleKind::base_rate, 1)), "fees.rules[2].name"},
      {with_rule(rule("x", RuleKind::unknown, 1)), "fees.rules[2].kind"},
      {with_rule(rule("x", RuleKind::base_rate, -1)), "fees.rules[2].ratePpm"},
      {with_rule(rule("x", RuleKind::point, kRateMaxPpm + 1)), "fees.rules[2].ratePpm"},
      {with_rule(rule("x", RuleKind::minimum, 1, 5)), "fees.rules[2].ratePpm"},
      {with_rule(rule("x", RuleKind::base_rate, 1, 5)), "fees.rules[2].amount"},
      {with_rule(rule("x", RuleKind::maximum, 0, -1)), "fees.rules[2].amount"},
      {with_rule(rule("x", RuleKind::fixed_fee, 0, kRuleAmountMax + 1)), "fees.rules[2].amount"},
      {with_rule(steps({})), "fees.rules[2].steps"},
      {with_rule(steps({{1, 5}})), "fees.rules[2].steps[0].from"},
      {with_rule(steps({{0, 5}, {0, 5}})), "fees.rules[2].steps[1].from"},
      {with_rule(steps({{0, 5}, {9, kRateMaxPpm + 1}})), "fees.rules[2].steps[1].ratePpm"},
      {with_rule(tiers({})), "fees.rules[2].byTier"},
      {with_rule(tiers({{MerchantTier::general, {}, 5}})), "fees.rules[2].byTier[0].tier"},
      {with_rule(tiers({{MerchantTier::small, static_cast<CardType>(4), 5}})),
       "fees.rules[2].byTier[0].cardType"},
      {with_rule(tiers({{MerchantTier::small, {}, -5}})), "fees.rules[2].byTier[0].ratePpm"},
      {with_rule(tiers({{MerchantTier::small, {}, 5}, {MerchantTier::small, {}, 6}})),
       "fees.rules[2].byTier[1].tier"},
      {[](Contract& c) {
         c.fees.rules[1].steps = {{0, 1}};
       },
       "fees.rules[1].steps"},
      {[](Contract& c) {
         c.fees.rules[1].by_tier = {{MerchantTier::small, {}, 5}};
       },
       "fees.rules[1].byTier"},
      {[](Contract& c) { c.fees.rules[1].applies.method = 10; }, "fees.rules[1].applies.method"},
      {[](Contract& c) { c.fees.rules[1].applies.issuer = std::string(129, 'a'); },
       "fees.rules[1].applies.issuer"},
      {[](Contract& c) { c.fees.rules[1].applies.card_type = static_cast<CardType>(4); },
       "fees.rules[1].applies.cardType"},
      {[](Contract& c) { c.fees.rules[1].applies.months_min = kMonthsMax + 1; },
       "fees.rules[1].applies.monthsMin"},
      {[](Contract& c) { c.fees.rules[1].applies.months_max = kMonthsMax + 1; },
       "fees.rules[1].applies.monthsMax"},
      {[](Contract& c) {
         c.fees.rules[1].applies.months_min = 6;
         c.fees.rules[1].applies.months_max = 5;
       },
       "fees.rules[1].applies.monthsMax"},
  });
}

}  // namespace
}  // namespace wonjang::settlement
