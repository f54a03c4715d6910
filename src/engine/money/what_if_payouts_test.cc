#include "engine/money/what_if_payouts.h"

#include "engine/money/payout_run.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kSoldOn = day("2026-11-16");  // Monday, paid on Wednesday the 18th
const BusinessDate kToday = day("2026-11-20");   // Friday

class NextPayoutAsked : public ::testing::Test {
 protected:
  WhatIf ask(const settlement::Contract& proposed) {
    const auto events = rig_.events();
    auto out = what_if(rig_.snapshot(), rig_.ports(), proposed, {});
    EXPECT_TRUE(out) << out.error().message;
    EXPECT_EQ(rig_.events(), events) << "wrote something";
    return out ? *std::move(out) : WhatIf();
  }
  PayoutReport pay(BusinessDate date) {
    PayoutOptions options;
    options.date = date;
    options.owner = rig_.owner();
    auto report = run_payouts(rig_.ports(), options);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : PayoutReport();
  }
  settlement::PayoutRequested payout_of(BusinessDate date) {
    settlement::PayoutRequested out;
    MoneyRig::must(
        rig_.reader().payouts(date, {date.days + 1}, {}, [&](const PayoutNow& one) -> Result<bool> {
          out = one.requested;
          return true;
        }));
    return out;
  }
  settlement::Contract next_version(MerchantId merchant) {
    auto out = MoneyRig::contract(merchant);
    out.version = ++version_;
    return out;
  }

  MoneyRig rig_;
  std::uint32_t version_ = 1;
};

// Found by audit: two people approved that 5,000 won be released to another account, and the what-if before
// them was empty.
TEST_F(NextPayoutAsked, what_a_contract_releases_and_where_it_goes_is_listed_and_then_happens) {
  const auto merchant = rig_.shop();
  auto keeping = next_version(merchant);
  keeping.keep_back = 1'000;
  rig_.approve(keeping);
  rig_.sell(merchant, 10'000, kSoldOn);
  rig_.must_run(kSoldOn);
  pay(day("2026-11-18"));
  auto proposed = next_version(merchant);
  proposed.payout_account = "acct_2";

  const auto asked = ask(proposed);
  rig_.approve(proposed);
  const auto paid = pay(kToday);

  EXPECT_EQ(asked.lines_total, 0U);
  EXPECT_EQ(asked.payouts_total, 1U);
  EXPECT_EQ(asked.merchants_total, 1U);
  ASSERT_EQ(asked.payouts.size(), 1U);
  const auto& told = asked.payouts[0];
  EXPECT_EQ(told.from, kToday);
  EXPECT_EQ(told.to, kToday);
  EXPECT_EQ(told.net, 1'000);
  ASSERT_TRUE(told.next);
  EXPECT_EQ(told.next->from, (MovedPayout::Payable{0, "acct_1"}));
  EXPECT_EQ(told.next->to, (MovedPayout::Payable{1'000, "acct_2"}));
  EXPECT_EQ(paid.requested, 1U);
  EXPECT_EQ(payout_of(kToday).amount, told.next->to.amount);
  EXPECT_EQ(payout_of(kToday).account, told.next->to.account);
}

TEST_F(NextPayoutAsked, another_account_is_listed_with_the_day_on_which_money_goes_there_first) {
  const auto merchant = rig_.shop();
  rig_.sell(merchant, 10'000, day("2026-11-19"));  // paid on Monday the 23rd
  rig_.must_run(day("2026-11-19"));
  auto proposed = next_version(merchant);
  proposed.payout_account = "acct_2";

  const auto asked = ask(proposed);

  ASSERT_EQ(asked.payouts.size(), 1U);
  EXPECT_EQ(asked.payouts[0].from, day("2026-11-23"));
  EXPECT_EQ(asked.payouts[0].net, 0);
  ASSERT_TRUE(asked.payouts[0].next);
  EXPECT_EQ(asked.payouts[0].next->from, (MovedPayout::Payable{9'725, "acct_1"}));
  EXPECT_EQ(asked.payouts[0].next->to, (MovedPayout::Payable{9'725, "acct_2"}));
  proposed.keep_back = 20'000;
  const auto kept = ask(proposed);
  ASSERT_EQ(kept.payouts.size(), 1U);
  EXPECT_EQ(kept.payouts[0].net, -9'725);
  EXPECT_EQ(kept.payouts[0].next->to.amount, 0);
}

TEST_F(NextPayoutAsked, a_payout_that_is_requested_stays_and_the_one_after_it_counts) {
  const auto merchant = rig_.shop();
  rig_.sell(merchant, 10'000, kSoldOn);
  rig_.sell(merchant, 5'000, day("2026-11-19"));
  rig_.must_run(kSoldOn);
  rig_.must_run(day("2026-11-19"));
  pay(kToday);
  auto proposed = next_version(merchant);
  proposed.payout_account = "acct_2";

  const auto asked = ask(proposed);

  ASSERT_EQ(asked.payouts.size(), 1U);
  EXPECT_EQ(asked.payouts[0].from, day("2026-11-23"));
  EXPECT_EQ(asked.payouts[0].next->to.amount, 5'000 - 138);
}

TEST_F(NextPayoutAsked, nothing_is_listed_where_nothing_moves_or_nothing_is_owed) {
  const auto owed = rig_.shop();
  const auto idle = rig_.shop();
  rig_.sell(owed, 10'000, kSoldOn);
  rig_.must_run(kSoldOn);

  EXPECT_EQ(ask(next_version(owed)).payouts_total, 0U);
  auto other = next_version(idle);
  other.payout_account = "acct_2";
  other.keep_back = 1'000;
  EXPECT_EQ(ask(other).payouts_total, 0U);
}

// Further pages say the same list.
TEST_F(NextPayoutAsked, its_page_is_cut_like_the_rest) {
  const auto merchant = rig_.shop();
  rig_.sell(merchant, 10'000, kSoldOn);
  rig_.sell(merchant, 9'000, kToday);  // open: another cycle moves it
  rig_.must_run(kSoldOn);
  auto proposed = next_version(merchant);
  proposed.payout_account = "acct_2";
  proposed.cycle.lag_days = 4;

  const auto whole = ask(proposed);
  const auto first = what_if(rig_.snapshot(), rig_.ports(), proposed, {.count_max = 1});

  ASSERT_EQ(whole.payouts.size(), 2U);
  ASSERT_TRUE(first && first->next_payouts);
  const auto rest =
      what_if(rig_.snapshot(), rig_.ports(), proposed, {.count_max = 1, .after = first->next_payouts});
  ASSERT_TRUE(rest) << rest.error().message;
  ASSERT_EQ(rest->payouts.size(), 1U);
  ASSERT_TRUE(rest->payouts[0].next);
  EXPECT_EQ(rest->payouts[0].next->to, whole.payouts[1].next->to);
}

}  // namespace
}  // namespace wonjang::money
