#include "engine/money/canary_trial.h"

#include "engine/money/line_source.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kDay = day("2026-11-16");

settlement::Canary canary(std::int64_t rate_ppm, std::uint32_t clean_days = 0) {
  settlement::Canary out;
  out.name = "new-terms";
  out.candidate.rules.push_back(MoneyRig::rate(rate_ppm, "candidate"));
  out.clean_days = clean_days;
  return out;
}

LineSource source(const MoneyRig& rig) { return {rig.log, rig.codec}; }

std::vector<settlement::CanaryDifference> differences(MoneyRig& rig, BusinessDate date) {
  std::vector<settlement::CanaryDifference> out;
  MoneyRig::must(rig.reader().differences(
      date, {}, [&](MerchantNo, const settlement::CanaryDifference& one, std::string_view) -> Result<bool> {
        out.push_back(one);
        return true;
      }));
  return out;
}

TEST(Canary, where_both_agree_the_new_terms_count) {
  MoneyRig rig;
  const auto payment = rig.sell(rig.shop(), 10'000, kDay);
  rig.approve(canary(25'000));
  rig.must_run(kDay);

  auto lines = source(rig);
  const auto whole = lines.line(rig.line(MoneyRig::line_of(payment)));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->line().canary, "new-terms");
  EXPECT_EQ(whole->contract().fees.rules.at(0).name, "candidate");
  EXPECT_EQ(whole->chunk().canary_clean, 1U);
  EXPECT_TRUE(differences(rig, kDay).empty());
}

// Found by review: 100 won of a candidate were 1.00 USD for a sale of 5.00 USD.
TEST(Canary, is_tried_on_contracts_of_its_currency_alone) {
  MoneyRig rig;
  const auto usd = *Currency::parse("USD");
  const auto merchant = rig.shop();
  auto contract = MoneyRig::contract(merchant);
  contract.currency = usd;
  rig.approve(contract);
  auto in_won = canary(25'000);
  settlement::FeeRule fixed;
  fixed.name = "hundred-won";
  fixed.kind = settlement::RuleKind::fixed_fee;
  fixed.amount = 100;
  in_won.candidate.rules.push_back(fixed);
  in_won.promote_all = true;
  rig.approve(in_won);
  Sale sale;
  sale.at = noon_of(kDay);
  sale.amount = 500;
  sale.currency = usd;
  const auto dollars = rig.sell(merchant, sale);
  const auto won = rig.sell(merchant, 10'000, kDay);
  rig.must_run(kDay);
  EXPECT_EQ(rig.line(MoneyRig::line_of(won)).fee, 385);
  EXPECT_EQ(rig.line(MoneyRig::line_of(dollars)).fee, 14) << "2.5 % of 5.00 USD and VAT";

  in_won.name = "in-dollars";
  in_won.currency = usd;
  rig.approve(in_won);
  const auto later = rig.sell(merchant, sale);
  rig.must_run(kDay);
  EXPECT_EQ(rig.line(MoneyRig::line_of(later)).fee, 124);
}

TEST(Canary, where_they_differ_the_contract_counts_and_the_difference_is_reported) {
  MoneyRig rig;
  const auto payment = rig.sell(rig.shop(), 10'000, kDay);
  rig.approve(canary(24'000));
  rig.must_run(kDay);

  EXPECT_EQ(rig.line(MoneyRig::line_of(payment)).fee, 275);
  const auto found = differences(rig, kDay);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].canary, "new-terms");
  EXPECT_EQ(found[0].line, MoneyRig::line_of(payment));
  EXPECT_EQ(found[0].fee_now, 275);
  EXPECT_EQ(found[0].fee_candidate, 264);
}

TEST(Canary, terms_that_give_other_money_back_on_a_cancel_differ_too) {
  MoneyRig rig;
  const auto payment = rig.sell(rig.shop(), 10'000, kDay);
  auto keeps = canary(25'000);
  keeps.candidate.on_cancel.push_back({0, settlement::FeeOnCancel::keep});
  rig.approve(keeps);
  rig.must_run(kDay);

  EXPECT_EQ(differences(rig, kDay).size(), 1U);
  auto lines = source(rig);
  EXPECT_TRUE(lines.line(rig.line(MoneyRig::line_of(payment)))->line().canary.empty());
}

TEST(Canary, tries_out_only_what_it_is_for) {
  MoneyRig rig;
  const auto in_scope = rig.shop();
  const auto outside = rig.shop();
  auto narrow = canary(24'000);
  narrow.merchants = {in_scope};
  rig.approve(narrow);
  rig.sell(in_scope, 10'000, kDay);
  rig.sell(outside, 10'000, kDay);
  rig.must_run(kDay);
  EXPECT_EQ(differences(rig, kDay).size(), 1U);

  auto stopped = narrow;
  stopped.stopped = true;
  rig.approve(stopped);
  rig.sell(in_scope, 10'000, day("2026-11-17"));
  rig.must_run(day("2026-11-17"));
  EXPECT_TRUE(differences(rig, day("2026-11-17")).empty());
}

TEST(Canary, a_merchant_that_stays_clean_is_moved_over_and_then_runs_with_the_new_terms_alone) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.approve(canary(25'000, /*clean_days=*/2));
  rig.sell(merchant, 10'000, day("2026-11-16"));
  rig.sell(merchant, 10'000, day("2026-11-17"));
  const auto third = rig.sell(merchant, 10'000, day("2026-11-18"));
  const auto first_run = rig.must_run(day("2026-11-16"));
  const auto second_run = rig.must_run(day("2026-11-17"));
  // From here on the contract says something else; the merchant is moved over all the same.
  rig.approve(MoneyRig::contract(merchant, 50'000));
  const auto third_run = rig.must_run(day("2026-11-18"));

  EXPECT_TRUE(first_run.ended.promoted.empty());
  ASSERT_EQ(second_run.ended.promoted.size(), 1U);
  EXPECT_EQ(second_run.ended.promoted[0], "new-terms " + merchant.text());
  EXPECT_TRUE(third_run.ended.promoted.empty());
  EXPECT_EQ(rig.line(MoneyRig::line_of(third)).fee, 275);
  EXPECT_TRUE(differences(rig, day("2026-11-18")).empty());
}

TEST(Canary, one_difference_begins_the_count_again) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.approve(canary(25'000, /*clean_days=*/2));
  rig.sell(merchant, 10'000, day("2026-11-16"));
  rig.sell(merchant, 10'000, day("2026-11-17"));
  rig.sell(merchant, 10'000, day("2026-11-18"));
  rig.must_run(day("2026-11-16"));
  rig.approve(MoneyRig::contract(merchant, 50'000));
  rig.must_run(day("2026-11-17"));
  rig.approve(MoneyRig::contract(merchant, 25'000));

  EXPECT_TRUE(rig.must_run(day("2026-11-18")).ended.promoted.empty());
}

TEST(Canary, moved_over_terms_that_cannot_settle_fall_back_to_the_contract) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  auto narrow = canary(25'000);
  narrow.candidate.rules[0].applies.method = static_cast<std::uint8_t>(Method::transfer);
  narrow.promote_all = true;
  rig.approve(narrow);
  const auto payment = rig.sell(merchant, 10'000, kDay);
  const auto report = rig.must_run(kDay);

  EXPECT_EQ(report.ended.outcome, "COMPLETED");
  EXPECT_EQ(rig.line(MoneyRig::line_of(payment)).fee, 275);
  const auto found = differences(rig, kDay);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].detail.find("NO_RATE"), std::string::npos);
}

}  // namespace
}  // namespace wonjang::money
