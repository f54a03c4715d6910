#include "engine/money/payment_settlement.h"

#include "engine/money/payout_run.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kToldDay = day("2026-11-18");  // paid on Friday the 20th, the clock's today
const BusinessDate kToldFriday = day("2026-11-20");

class PaymentSettled : public testing::Test {
 protected:
  PaymentSettlement of(PaymentId payment) {
    auto out = settlement_of(rig_.reader(), payment, merchant_, business_date_of(rig_.clock.now()));
    EXPECT_TRUE(out) << out.error().message;
    return out ? *std::move(out) : PaymentSettlement();
  }
  // "SCHEDULED", or "WITHHELD: why", of its only line.
  std::string line(PaymentId payment) {
    const auto found = of(payment);
    if (found.lines.size() != 1) return std::to_string(found.lines.size()) + " lines";
    const auto& one = found.lines[0];
    return std::string(code_of(one.state)) + (one.why.empty() ? "" : ": " + one.why);
  }
  std::string open(PaymentId payment) {
    const auto found = of(payment);
    if (found.open.size() != 1) return std::to_string(found.open.size()) + " open items";
    const auto& one = found.open[0];
    return std::string(code_of(one.state)) + " " + one.code + ": " + one.why;
  }
  void pay_out(BusinessDate date) {
    PayoutOptions options;
    options.date = date;
    options.owner = rig_.owner();
    const auto done = run_payouts(rig_.ports(), options);
    ASSERT_TRUE(done) << done.error().message;
  }
  void hold(bool placed, BusinessDate from) {
    rig_.approve(settlement::Hold{merchant_, placed, from, "court order 12"});
  }

  MoneyRig rig_;
  MerchantId merchant_ = rig_.shop(0);
};

TEST_F(PaymentSettled, an_item_that_waits_says_for_which_run) {
  const auto payment = rig_.sell(merchant_, 1'000, kToldDay);
  EXPECT_EQ(open(payment), "WAITING : it waits for the run of 2026-11-18");
  EXPECT_TRUE(of(payment).lines.empty());
  rig_.must_run(kToldDay);
  EXPECT_TRUE(of(payment).open.empty());
  const auto late = rig_.sell(merchant_, 1'000, kToldDay);
  EXPECT_EQ(open(late), "WAITING : it came after the run of 2026-11-18: it is settled with the next run");
  const auto to_come = rig_.sell(merchant_, 1'000, day("2026-11-23"));
  EXPECT_EQ(open(to_come), "WAITING : it waits for the run of 2026-11-23, which is still to come");
}

// Found by review: at the payment nothing was said of it, neither a line nor a reason.
TEST_F(PaymentSettled, an_item_that_failed_gives_the_runs_reason) {
  merchant_ = rig_.add_merchant();
  const auto payment = rig_.sell(merchant_, 1'000, kToldDay);
  EXPECT_EQ(open(payment),
            "WAITING NO_CONTRACT: it waits for the run of 2026-11-18; as things stand it will refuse it: no "
            "contract of the merchant holds on 2026-11-18");
  rig_.must_run(kToldDay);
  const auto failed = of(payment);
  ASSERT_EQ(failed.open.size(), 1U);
  EXPECT_EQ(failed.open[0].state, OpenState::failed);
  EXPECT_EQ(failed.open[0].code, "NO_CONTRACT");
  const auto stored = rig_.reader().failure(MoneyRig::line_of(payment));
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ(failed.open[0].why, (*stored)->detail);
  EXPECT_FALSE(failed.open[0].why.empty());
}

TEST_F(PaymentSettled, what_has_no_slip_or_is_being_undone_says_so) {
  auto by_slip = MoneyRig::contract(merchant_, 0);
  by_slip.version = 2;
  by_slip.cycle.basis = settlement::BasisKind::acquisition;
  rig_.approve(by_slip);
  const auto payment = rig_.sell(merchant_, 1'000, kToldDay);
  EXPECT_EQ(of(payment).open.at(0).state, OpenState::undated);
  EXPECT_FALSE(of(payment).open.at(0).basis);
  rig_.begin_undoing(payment);
  EXPECT_EQ(of(payment).open.at(0).state, OpenState::being_undone);
}

TEST_F(PaymentSettled, a_line_goes_from_scheduled_to_paid_out_and_a_hold_says_why_it_waits) {
  const auto payment = rig_.sell(merchant_, 1'000, kToldDay);
  rig_.must_run(kToldDay);
  EXPECT_EQ(line(payment), "SCHEDULED");
  EXPECT_FALSE(of(payment).hold);
  hold(true, kToldDay);
  EXPECT_EQ(line(payment), "WITHHELD: on hold since 2026-11-18: court order 12");
  ASSERT_TRUE(of(payment).hold);
  EXPECT_EQ(of(payment).hold->reason, "court order 12");
  hold(false, day("2026-11-23"));
  EXPECT_EQ(line(payment), "WITHHELD: on hold since 2026-11-18: court order 12; lifted from 2026-11-23 on");
  hold(false, kToldDay);
  EXPECT_EQ(line(payment), "SCHEDULED");

  pay_out(kToldFriday);
  EXPECT_EQ(line(payment), "IN_PAYOUT");
  hold(true, kToldFriday);
  EXPECT_EQ(line(payment), "WITHHELD: on hold since 2026-11-20: court order 12");
}

TEST_F(PaymentSettled, a_negative_sum_is_followed_into_the_payout_that_takes_it) {
  const auto payment = rig_.sell(merchant_, 1'000, day("2026-11-16"));
  rig_.must_run(day("2026-11-16"));
  pay_out(kToldDay);
  const auto cancel = rig_.cancel(payment, 1'000, day("2026-11-17"));
  rig_.must_run(day("2026-11-17"));
  pay_out(day("2026-11-19"));
  const auto state_of_cancel = [&] {
    for (const auto& one : of(payment).lines) {
      if (one.line.key == cancel) return std::string(code_of(one.state)) + ": " + one.why;
    }
    return std::string("no line");
  };
  EXPECT_TRUE(state_of_cancel().starts_with("SCHEDULED: the sum of payout ")) << state_of_cancel();
  EXPECT_TRUE(state_of_cancel().ends_with("it goes into the next payout")) << state_of_cancel();
  rig_.sell(merchant_, 5'000, kToldDay);
  rig_.must_run(kToldDay);
  pay_out(kToldFriday);
  EXPECT_TRUE(state_of_cancel().starts_with("IN_PAYOUT: the sum of payout ")) << state_of_cancel();
}

}  // namespace
}  // namespace wonjang::money
