// Terms of single methods within a contract: whatever computes, dates, pays or explains a line goes by those
// of its method.
#include "engine/money/canary_trial.h"
#include "engine/money/explain_line.h"
#include "engine/money/payout_run.h"
#include "engine/money/redate.h"
#include "engine/money/retier.h"
#include "engine/money/run_plan.h"
#include "engine/money/what_if.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

using settlement::Contract;

const BusinessDate kSoldOn = day("2026-11-16");      // a Monday
const BusinessDate kInThree = day("2026-11-19");     // three business days later
const BusinessDate kInSix = day("2026-11-24");       // six
const BusinessDate kPaidByHand = day("2026-11-26");  // a Thursday

template <typename Detail>
Sale sale_by(Detail method, std::int64_t amount = 10'000) {
  Sale out;
  out.amount = amount;
  out.at = noon_of(kSoldOn);
  out.method = std::move(method);
  return out;
}
Sale transfer_of(std::int64_t amount = 10'000) {
  return sale_by(TransferDetail{"88", "tok", "OPEN_BANKING"}, amount);
}
Sale coupon_of(std::int64_t amount = 10'000) { return sale_by(CouponDetail{"SPRING"}, amount); }

// Cards after six days; transfers after three, without VAT; coupons by hand. 1 %.
Contract mixed_contract(MerchantId merchant) {
  auto out = MoneyRig::contract(merchant, 10'000);
  out.cycle.lag_days = 6;
  settlement::MethodCycle transfers{"transfers", static_cast<std::uint8_t>(Method::transfer), {}, {}};
  transfers.cycle.lag_days = 3;
  settlement::MethodCycle coupons{"coupons", static_cast<std::uint8_t>(Method::coupon), {}, {}};
  coupons.cycle.kind = settlement::CycleKind::manual;
  out.cycle_by_method = {transfers, coupons};
  settlement::MethodFees no_vat;
  no_vat.name = "transfers";
  no_vat.method = static_cast<std::uint8_t>(Method::transfer);
  no_vat.vat = settlement::VatTreatment::none;
  out.fees.by_method = {no_vat};
  return out;
}

class MethodTerms : public testing::Test {
 protected:
  MethodTerms() {
    rig_.approve(MoneyRig::calendar());
    rig_.clock.set(noon_of(day("2026-11-30")));
  }

  void agree() { rig_.approve(mixed_contract(shop_)); }
  void sell_one_of_each() {
    Sale card;
    card.at = noon_of(kSoldOn);
    card_ = rig_.sell(shop_, card);
    transfer_ = rig_.sell(shop_, transfer_of());
    coupon_ = rig_.sell(shop_, coupon_of());
  }
  LineSummary line_of(PaymentId payment) { return rig_.line(MoneyRig::line_of(payment)); }
  LineExplained explained(const LineKey& key) {
    LineSource source(rig_.log, rig_.codec);
    auto out = explain_line(rig_.reader(), source, key);
    EXPECT_TRUE(out && *out);
    EXPECT_EQ((*out)->why_not_recomputed, "");
    return **std::move(out);
  }
  static std::string formula_of(const LineExplained& line, std::string_view rule) {
    for (const auto& step : line.steps) {
      if (step.rule == rule) return step.formula;
    }
    return "no step " + std::string(rule);
  }
  PayoutReport pay(BusinessDate date, MerchantId manual_of = {}) {
    PayoutOptions options;
    options.date = date;
    options.owner = rig_.owner();
    options.manual_of = manual_of;
    auto out = run_payouts(rig_.ports(), options);
    EXPECT_TRUE(out) << out.error().message;
    return out ? *std::move(out) : PayoutReport();
  }
  WhatIf what_if_of(const settlement::Reference& proposed) {
    auto out = what_if(rig_.snapshot(), rig_.ports(), proposed, {});
    EXPECT_TRUE(out) << out.error().message;
    return out ? *std::move(out) : WhatIf();
  }

  MoneyRig rig_;
  const MerchantId shop_ = rig_.add_merchant();
  PaymentId card_;
  PaymentId transfer_;
  PaymentId coupon_;
};

TEST_F(MethodTerms, one_run_dates_and_charges_each_line_by_its_method) {
  agree();
  sell_one_of_each();
  const auto back = rig_.cancel(transfer_, 4'000, day("2026-11-17"));
  const auto report = rig_.must_run(kSoldOn);
  rig_.must_run(day("2026-11-17"));

  EXPECT_EQ(report.ended.outcome, "COMPLETED");
  EXPECT_EQ(line_of(card_).payout_date, kInSix);
  EXPECT_EQ(line_of(transfer_).payout_date, kInThree);
  EXPECT_EQ(line_of(coupon_).payout_date, BusinessDate());
  EXPECT_EQ(rig_.line(back).payout_date, day("2026-11-20")) << "a cancel follows the cycle of its method";
  EXPECT_EQ(line_of(card_).fee, 110);
  EXPECT_EQ(line_of(transfer_).fee, 100);
  EXPECT_EQ(line_of(transfer_).fee_vat, 0);
  EXPECT_EQ(rig_.line(back).fee, -40);
}

TEST_F(MethodTerms, a_line_says_by_which_terms_it_came_about) {
  agree();
  sell_one_of_each();
  const auto back = rig_.cancel(transfer_, 4'000, kSoldOn);
  rig_.must_run(kSoldOn);

  const auto transfer = explained(MoneyRig::line_of(transfer_));
  EXPECT_EQ(transfer.dated_by, "transfers");
  EXPECT_EQ(transfer.charged_by, "transfers");
  EXPECT_EQ(formula_of(transfer, "basis"), "the day of the movement; counted by transfers");
  EXPECT_EQ(formula_of(transfer, "vat"), "by transfers: no VAT: 0");
  const auto card = explained(MoneyRig::line_of(card_));
  EXPECT_EQ(card.dated_by + card.charged_by, "");
  EXPECT_EQ(formula_of(card, "basis"), "the day of the movement");
  const auto given_back = explained(back);
  EXPECT_EQ(given_back.dated_by, "transfers");
  EXPECT_EQ(given_back.charged_by, "") << "what its approval's line says counts";
}

TEST_F(MethodTerms, lines_go_into_the_payout_of_their_own_day) {
  agree();
  sell_one_of_each();
  rig_.must_run(kSoldOn);

  EXPECT_EQ(pay(kInThree).totals.at(Currency()).amount, 9'900);
  EXPECT_EQ(pay(day("2026-11-20")).requested, 0U);
  EXPECT_EQ(pay(kInSix).totals.at(Currency()).amount, 9'890);
  EXPECT_EQ(pay(kPaidByHand).requested, 0U) << "nobody named the merchant";
  const auto by_hand = pay(kPaidByHand, shop_);
  EXPECT_EQ(by_hand.manual_lines, 1U);
  EXPECT_EQ(by_hand.totals.at(Currency()).amount, 9'890);
  EXPECT_EQ(line_of(coupon_).payout_date, kPaidByHand);
  EXPECT_EQ(formula_of(explained(MoneyRig::line_of(coupon_)), "payout date"),
            "a manual cycle: a payout run gave it 2026-11-26; counted by coupons");
  EXPECT_TRUE(rig_.reader().due(kEveryDate)->empty());
}

TEST_F(MethodTerms, a_manual_cycle_of_one_method_is_paid_with_what_is_due_that_day) {
  agree();
  sell_one_of_each();
  rig_.must_run(kSoldOn);

  const auto both = pay(kInSix, shop_);

  EXPECT_EQ(both.requested, 1U) << "one payout of a merchant and date";
  EXPECT_EQ(both.totals.at(Currency()).amount, 9'900 + 9'890 + 9'890);
}

TEST_F(MethodTerms, what_counts_from_the_slip_waits_for_it_by_method) {
  auto contract = mixed_contract(shop_);
  contract.cycle_by_method[0].method = static_cast<std::uint8_t>(Method::card);
  contract.cycle_by_method[0].name = "cards";
  contract.cycle_by_method[0].cycle.basis = settlement::BasisKind::acquisition;
  rig_.approve(contract);
  sell_one_of_each();

  auto plan = plan_run(rig_.snapshot(), rig_.clock, {.date = kSoldOn, .merchants_max = 10});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->items, 2U);
  EXPECT_EQ(plan->undated, 1U) << "the card's slip isn't requested";
  rig_.must_run(kSoldOn);
  rig_.request_slip(card_, day("2026-11-17"));
  rig_.must_run(day("2026-11-17"));

  EXPECT_EQ(line_of(card_).basis, day("2026-11-17"));
  EXPECT_EQ(line_of(card_).payout_date, day("2026-11-20")) << "three days after its slip";
  EXPECT_EQ(line_of(transfer_).payout_date, kInSix) << "the contract's own cycle";
}

TEST_F(MethodTerms, a_what_if_lists_the_lines_of_that_method_alone) {
  auto plain = MoneyRig::contract(shop_, 10'000);
  plain.cycle.lag_days = 6;
  rig_.approve(plain);
  sell_one_of_each();

  const auto found = what_if_of(mixed_contract(shop_));

  std::map<LineKey, MovedLine> moved;
  for (const auto& line : found.lines) moved.emplace(line.key, line);
  EXPECT_EQ(moved.size(), 2U);
  EXPECT_FALSE(moved.contains(MoneyRig::line_of(card_)));
  const auto& transfer = moved.at(MoneyRig::line_of(transfer_));
  EXPECT_EQ(transfer.from.payout_date, kInSix);
  EXPECT_EQ(transfer.to.payout_date, kInThree);
  EXPECT_EQ(transfer.to.fee - transfer.from.fee, -10);
  EXPECT_EQ(moved.at(MoneyRig::line_of(coupon_)).to.payout_date, BusinessDate());
}

TEST_F(MethodTerms, agreed_backwards_only_that_method_is_adjusted_and_dated_by_its_own_cycle) {
  auto plain = MoneyRig::contract(shop_, 10'000);
  plain.cycle.lag_days = 6;
  rig_.approve(plain);
  sell_one_of_each();
  rig_.must_run(kSoldOn);
  auto contract = mixed_contract(shop_);
  contract.version = 2;
  rig_.approve(contract);
  RetierOptions options;
  options.contracts = {contract};
  options.date = kInSix;  // a Tuesday
  options.owner = rig_.owner();

  const auto report = retier(rig_.ports(), options);

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->approvals, 1U);
  EXPECT_EQ(report->fee_delta.at(Currency()), -10);
  LineKey adjustment = MoneyRig::line_of(transfer_);
  adjustment.seq = 1;
  EXPECT_EQ(rig_.line(adjustment).payout_date, day("2026-11-27")) << "three business days after its run";
  const auto told = explained(adjustment);
  EXPECT_EQ(told.charged_by, "transfers");
  EXPECT_EQ(retier(rig_.ports(), options)->lines, 0U);
}

TEST_F(MethodTerms, a_calendar_that_is_too_short_for_one_methods_cycle_is_refused_before_an_adjustment) {
  auto contract = mixed_contract(shop_);
  contract.cycle_by_method[0].cycle.lag_days = settlement::kLagDaysMax;
  rig_.approve(contract);
  auto calendar = MoneyRig::calendar(2);
  calendar.until = day("2026-12-20");
  rig_.approve(calendar);
  RetierOptions options;
  options.contracts = {contract};
  options.date = day("2026-11-30");
  options.owner = rig_.owner();
  const auto events = rig_.events();

  const auto refused = retier(rig_.ports(), options);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_EQ(rig_.events(), events);
}

TEST_F(MethodTerms, a_later_calendar_moves_lines_by_their_own_cycle) {
  agree();
  sell_one_of_each();
  rig_.must_run(kSoldOn);
  rig_.approve(MoneyRig::calendar(2, {{day("2026-11-23"), settlement::DayKind::temporary, "declared"}}));

  const auto report = redate(rig_.ports(), {"KR", rig_.owner(), false});

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 1U);
  EXPECT_EQ(line_of(card_).payout_date, day("2026-11-25"));
  EXPECT_EQ(line_of(transfer_).payout_date, kInThree);
  EXPECT_EQ(line_of(coupon_).payout_date, BusinessDate());
}

// The candidate is everything that a fee depends on: what the contract says of a method doesn't reach into
// it.
TEST_F(MethodTerms, a_canary_has_fee_terms_of_methods_of_its_own) {
  agree();
  settlement::Canary canary;
  canary.name = "new-terms";
  canary.candidate.rules = {MoneyRig::rate(10'000, "candidate")};
  rig_.approve(canary);
  sell_one_of_each();
  rig_.must_run(kSoldOn);
  std::vector<settlement::CanaryDifference> found;
  const auto differences = [&] {
    found.clear();
    MoneyRig::must(rig_.reader().differences(
        kSoldOn, {},
        [&](MerchantNo, const settlement::CanaryDifference& one, std::string_view) -> Result<bool> {
          found.push_back(one);
          return true;
        }));
    return found.size();
  };
  ASSERT_EQ(differences(), 1U);
  EXPECT_EQ(found[0].line, MoneyRig::line_of(transfer_));
  EXPECT_EQ(found[0].fee_now, 100);
  EXPECT_EQ(found[0].fee_candidate, 110);

  canary.candidate.by_method = mixed_contract(shop_).fees.by_method;
  rig_.approve(canary);
  const auto alike = rig_.sell(shop_, transfer_of());
  rig_.must_run(kSoldOn);
  EXPECT_EQ(differences(), 1U) << "now both give the same";
  EXPECT_EQ(explained(MoneyRig::line_of(alike)).whole.line().canary, "new-terms");
  EXPECT_EQ(line_of(alike).payout_date, kInThree) << "a canary leaves the cycle alone";
}

}  // namespace
}  // namespace wonjang::money
