#include "engine/money/totals.h"

#include "engine/money/payout_run.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kTotalsDay = day("2026-11-16");
const Currency kTotalsDollar = *Currency::parse("USD");

TEST(Totals, of_the_house_are_the_sum_of_its_merchants_by_date_and_currency) {
  MoneyRig rig;
  const auto first = rig.shop();
  const auto second = rig.shop();
  auto dollars = MoneyRig::contract(first);
  dollars.currency = kTotalsDollar;
  rig.approve(dollars);
  for (int i = 0; i < 3; ++i) {
    rig.sell(first, 10'000, {kTotalsDay.days + i});
    rig.sell(second, 20'000, {kTotalsDay.days + i});
  }
  Sale sale;
  sale.currency = kTotalsDollar;
  sale.at = noon_of(kTotalsDay);
  rig.sell(first, sale);
  for (int i = 0; i < 3; ++i) rig.must_run({kTotalsDay.days + i});

  TotalsQuestion question{kTotalsDay, {kTotalsDay.days + 2}, {}, 100};
  const auto house = line_totals(rig.reader(), question);
  ASSERT_TRUE(house);
  ASSERT_EQ(house->size(), 3U) << "two days, and dollars on the first";
  std::map<std::pair<BusinessDate, Currency>, std::int64_t> left;
  for (const auto& row : *house) left[{row.date, row.sums.currency}] = row.sums.net;
  for (const MerchantNo merchant : {0U, 1U}) {
    question.merchant = merchant;
    const auto own = line_totals(rig.reader(), question);
    ASSERT_TRUE(own);
    EXPECT_EQ(own->size(), merchant == 0 ? 3U : 2U);
    for (const auto& row : *own) left[{row.date, row.sums.currency}] -= row.sums.net;
  }
  for (const auto& [where, net] : left) EXPECT_EQ(net, 0) << to_text(where.first);
  question.rows_max = 1;
  const auto refused = line_totals(rig.reader(), question);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
}

TEST(Totals, of_payouts_are_told_apart_by_state) {
  MoneyRig rig;
  const auto first = rig.shop();
  rig.shop();
  const auto sold = rig.sell(first, 10'000, kTotalsDay);
  rig.sell(first, 5'000, {kTotalsDay.days + 1});
  rig.must_run(kTotalsDay);
  const auto pay = [&](BusinessDate date) {
    PayoutOptions options;
    options.date = date;
    options.also_on_closed_day = true;
    options.owner = rig.owner();
    ASSERT_TRUE(run_payouts(rig.ports(), options));
  };
  pay({kTotalsDay.days + 2});
  rig.cancel(sold, 10'000, {kTotalsDay.days + 1});
  rig.must_run({kTotalsDay.days + 1});
  pay({kTotalsDay.days + 3});
  TotalsQuestion question{kTotalsDay, {kTotalsDay.days + 30}, {}, 100};
  const auto totals = payout_totals(rig.reader(), question);
  ASSERT_TRUE(totals);
  ASSERT_EQ(totals->size(), 2U);
  EXPECT_EQ(totals->at(0).state, settlement::PayoutState::requested);
  EXPECT_EQ(totals->at(0).amount, 10'000 - 275);
  EXPECT_EQ(totals->at(1).state, settlement::PayoutState::carried);
  EXPECT_EQ(totals->at(1).amount, 0);
  question.merchant = 1;
  EXPECT_TRUE(payout_totals(rig.reader(), question)->empty());
  question.merchant.reset();
  question.rows_max = 1;
  EXPECT_FALSE(payout_totals(rig.reader(), question));
}

}  // namespace
}  // namespace wonjang::money
