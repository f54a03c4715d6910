// On which days a payout run leaves a merchant out, and says so.
#include "engine/money/payout_run.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kSaleOn = day("2026-11-16");  // Monday
const BusinessDate kDueOn = day("2026-11-18");
const BusinessDate kDayAfter = day("2026-11-19");

class PayoutDays : public ::testing::Test {
 protected:
  PayoutReport pay(BusinessDate date, bool also_closed = false) {
    PayoutOptions options;
    options.date = date;
    options.owner = rig_.owner();
    options.also_on_closed_day = also_closed;
    options.dry_run = also_closed;
    auto report = run_payouts(rig_.ports(), options);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : PayoutReport();
  }

  MoneyRig rig_;
};

// Found by audit: the run's calendar said that banks work, and a merchant of another one was paid on a day
// that is closed there.
TEST_F(PayoutDays, a_merchant_whose_own_calendar_is_closed_is_paid_on_its_next_day) {
  const auto merchant = rig_.shop();
  rig_.sell(rig_.shop(), 20'000, kSaleOn);
  rig_.sell(merchant, 10'000, kSaleOn);
  rig_.must_run(kSaleOn);
  auto abroad = MoneyRig::calendar(1, {{kDueOn, settlement::DayKind::temporary, "closed there"}});
  abroad.code = "US";
  rig_.approve(abroad);
  auto contract = MoneyRig::contract(merchant);
  contract.version = 2;
  contract.calendar = "US";
  rig_.approve(contract);

  EXPECT_EQ(pay(kDueOn, /*also_closed=*/true).requested, 2U) << "said explicitly";
  const auto closed = pay(kDueOn);
  const auto next = pay(kDayAfter);

  EXPECT_EQ(closed.requested, 1U);
  EXPECT_EQ(closed.closed, 1U);
  EXPECT_EQ(next.requested, 1U);
  EXPECT_EQ(next.closed, 0U);
  EXPECT_EQ(next.totals.at(Currency()).amount, 9'725);
}

// Found by audit: whoever got more due after its payout of the date was told as `already`, like all others.
TEST_F(PayoutDays, who_got_more_due_after_its_payout_of_the_date_is_counted_apart) {
  const auto merchant = rig_.shop();
  rig_.sell(rig_.shop(), 20'000, kSaleOn);
  rig_.sell(merchant, 10'000, kSaleOn);
  rig_.must_run(kSaleOn);
  EXPECT_EQ(pay(kDueOn).waiting, 0U);
  rig_.sell(merchant, 5'000, day("2026-11-13"));
  rig_.must_run(day("2026-11-13"));

  const auto again = pay(kDueOn);
  const auto next = pay(kDayAfter);

  EXPECT_EQ(again.requested, 0U);
  EXPECT_EQ(again.already, 2U);
  EXPECT_EQ(again.waiting, 1U);
  EXPECT_EQ(next.requested, 1U);
  EXPECT_EQ(next.waiting, 0U);
}

}  // namespace
}  // namespace wonjang::money
