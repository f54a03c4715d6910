#include "engine/money/payout_run.h"

#include "engine/money/payout_file.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

using settlement::PayoutState;

const BusinessDate kDay = day("2026-11-16");  // Monday; paid on Wednesday
const BusinessDate kPaid = day("2026-11-18");
const BusinessDate kNext = day("2026-11-17");
const BusinessDate kNextPaid = day("2026-11-19");

struct Payouts {
  MoneyRig rig;

  Result<PayoutReport> pay(BusinessDate date) {
    PayoutOptions options;
    options.date = date;
    options.owner = rig.owner();
    return run_payouts(rig.ports(), options);
  }
  PayoutReport must_pay(BusinessDate date) {
    auto report = pay(date);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : PayoutReport();
  }
  std::vector<PayoutNow> all() {
    std::vector<PayoutNow> out;
    MoneyRig::must(rig.reader().payouts(day("2026-01-01"), day("2027-01-01"), {},
                                        [&](const PayoutNow& one) -> Result<bool> {
                                          out.push_back(one);
                                          return true;
                                        }));
    return out;
  }
  PayoutNow only(BusinessDate date) {
    for (auto& one : all()) {
      if (one.requested.date == date) return one;
    }
    ADD_FAILURE() << "no payout on " << to_text(date);
    return {};
  }
  ResultsApplied results(const std::string& csv) {
    auto parsed = parse_payout_results(csv);
    EXPECT_TRUE(parsed);
    auto applied = apply_payout_results(rig.ports(), *parsed, "bank.csv", rig.owner());
    EXPECT_TRUE(applied) << applied.error().message;
    return applied ? *std::move(applied) : ResultsApplied();
  }
  void send(BusinessDate date, const std::string& name) {
    const auto file = send_payouts(rig.ports(), date, name, rig.owner());
    EXPECT_TRUE(file) << file.error().message;
  }
};

TEST(PayoutRun, pays_each_merchant_the_sum_of_its_lines_once) {
  Payouts p;
  const auto first = p.rig.shop();
  const auto second = p.rig.shop();
  p.rig.sell(first, 10'000, kDay);
  p.rig.sell(first, 20'000, kDay);
  p.rig.sell(second, 5'000, kDay);
  p.rig.must_run(kDay);
  std::int64_t net = 0;
  for (const auto& line : p.rig.lines(kDay)) net += line.net;

  const auto report = p.must_pay(kPaid);
  const auto again = p.must_pay(kPaid);

  EXPECT_EQ(report.requested, 2U);
  EXPECT_EQ(report.totals.at(Currency()).amount, net);
  EXPECT_EQ(again.requested, 0U);
  const auto payouts = p.all();
  ASSERT_EQ(payouts.size(), 2U);
  EXPECT_EQ(payouts[0].requested.lines, 2U);
  EXPECT_EQ(payouts[0].requested.account, "acct_1");
  EXPECT_TRUE(p.rig.reader().due(kPaid)->empty());
}

TEST(PayoutRun, nothing_is_paid_before_its_day_or_on_a_closed_day) {
  Payouts p;
  p.rig.sell(p.rig.shop(), 10'000, kDay);
  p.rig.must_run(kDay);
  const auto events = p.rig.events();

  EXPECT_EQ(p.must_pay(kNext).requested, 0U);
  const auto saturday = p.pay(day("2026-11-21"));
  ASSERT_FALSE(saturday);
  EXPECT_EQ(saturday.error().kind, ErrorKind::invalid);
  EXPECT_EQ(p.rig.events(), events);
  PayoutOptions said;
  said.date = day("2026-11-21");
  said.owner = p.rig.owner();
  said.also_on_closed_day = true;
  said.dry_run = true;
  const auto dry = run_payouts(p.rig.ports(), said);
  ASSERT_TRUE(dry);
  EXPECT_EQ(dry->requested, 1U);
  EXPECT_EQ(p.rig.events(), events);
}

TEST(PayoutRun, a_negative_sum_goes_into_the_next_payout) {
  Payouts p;
  const auto merchant = p.rig.shop();
  const auto sold = p.rig.sell(merchant, 10'000, kDay);
  p.rig.must_run(kDay);
  p.must_pay(kPaid);
  p.rig.cancel(sold, 10'000, kNext);
  p.rig.must_run(kNext);
  const auto carried = p.must_pay(kNextPaid);
  p.rig.sell(merchant, 50'000, kPaid);
  p.rig.must_run(kPaid);
  const auto next = p.must_pay(day("2026-11-20"));

  EXPECT_EQ(carried.carried, 1U);
  EXPECT_EQ(carried.requested, 0U);
  const auto negative = p.only(kNextPaid);
  EXPECT_EQ(negative.state, PayoutState::carried);
  EXPECT_EQ(negative.requested.left_over, -(10'000 - 275));
  EXPECT_EQ(next.requested, 1U);
  const auto paid = p.only(day("2026-11-20"));
  ASSERT_EQ(paid.requested.carried.size(), 1U);
  EXPECT_EQ(paid.requested.amount, (50'000 - 1'375) - (10'000 - 275));
}

TEST(PayoutRun, a_merchant_on_hold_waits_and_is_paid_when_it_is_lifted) {
  Payouts p;
  const auto merchant = p.rig.shop();
  p.rig.sell(merchant, 10'000, kDay);
  p.rig.must_run(kDay);
  p.rig.approve(settlement::Hold{merchant, true, kDay, "court order"});
  const auto held = p.must_pay(kPaid);
  p.rig.approve(settlement::Hold{merchant, false, kNextPaid, "lifted"});
  const auto still = p.must_pay(kPaid);
  const auto paid = p.must_pay(kNextPaid);

  EXPECT_EQ(held.held, 1U);
  EXPECT_EQ(held.requested, 0U);
  EXPECT_EQ(still.held, 1U) << "lifted only from the next day on";
  EXPECT_EQ(paid.requested, 1U);
}

TEST(PayoutRun, keeps_back_what_the_contract_says_and_gives_it_when_that_ends) {
  Payouts p;
  const auto merchant = p.rig.shop();
  auto contract = MoneyRig::contract(merchant);
  contract.keep_back = 1'000;
  p.rig.approve(contract);
  p.rig.sell(merchant, 10'000, kDay);
  p.rig.must_run(kDay);
  p.must_pay(kPaid);
  EXPECT_EQ(p.only(kPaid).requested.withheld, 1'000);
  EXPECT_EQ(p.only(kPaid).requested.amount, 10'000 - 275 - 1'000);

  contract.keep_back = 0;
  p.rig.approve(contract);
  const auto released = p.must_pay(kNextPaid);

  EXPECT_EQ(released.requested, 1U);
  EXPECT_EQ(p.only(kNextPaid).requested.lines, 0U);
  EXPECT_EQ(p.only(kNextPaid).requested.released, 1'000);
  EXPECT_EQ(p.only(kNextPaid).requested.amount, 1'000);
}

TEST(PayoutRun, a_failed_payout_is_paid_with_the_next_and_a_returned_one_too) {
  Payouts p;
  const auto merchant = p.rig.shop();
  p.rig.sell(merchant, 10'000, kDay);
  p.rig.must_run(kDay);
  p.must_pay(kPaid);
  p.send(kPaid, "file-1");
  const auto id = p.only(kPaid).requested.payout.text();
  const auto failed = p.results("payout_id,state,bank_trace_no,at,failure\n" + id +
                                ",FAILED,77,2026-11-18T10:00:00+09:00,account closed\n");
  EXPECT_EQ(failed.applied, 1U);
  EXPECT_EQ(p.only(kPaid).updates.back().failure, "account closed");
  const auto second = p.must_pay(kNextPaid);

  EXPECT_EQ(second.requested, 1U);
  EXPECT_EQ(p.only(kNextPaid).requested.amount, 10'000 - 275);
  p.send(kNextPaid, "file-2");
  const auto next_id = p.only(kNextPaid).requested.payout.text();
  EXPECT_EQ(p.results("state,payout_id\nPAID," + next_id + "\nRETURNED," + next_id + "\n").applied, 2U);
  EXPECT_EQ(p.must_pay(day("2026-11-20")).requested, 1U);
}

TEST(PayoutRun, without_a_contract_or_an_account_nothing_is_requested) {
  Payouts p;
  const auto merchant = p.rig.shop();
  p.rig.sell(merchant, 10'000, kDay);
  p.rig.must_run(kDay);
  auto contract = MoneyRig::contract(merchant);
  contract.payout_account.clear();
  p.rig.approve(contract);

  const auto report = p.must_pay(kPaid);

  EXPECT_EQ(report.requested, 0U);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].code, "NO_ACCOUNT");
}

TEST(PayoutRun, killed_at_any_append_and_run_again_nobody_is_paid_twice) {
  const auto world = [](Payouts& p) {
    for (int i = 0; i < 4; ++i) p.rig.sell(p.rig.shop(), 1'000 * (i + 1), kDay);
    p.rig.must_run(kDay);
  };
  for (std::uint64_t n = 0; n <= 4; ++n) {
    for (const bool written : {false, true}) {
      Payouts p;
      world(p);
      p.rig.sink.write_the_failed = written;
      p.rig.sink.fail_after(n);
      EXPECT_EQ(p.pay(kPaid).has_value(), n == 4);
      p.rig.sink.heal();
      p.must_pay(kPaid);
      const auto payouts = p.all();
      ASSERT_EQ(payouts.size(), 4U);
      for (const auto& one : payouts) EXPECT_EQ(one.requested.lines, 1U);
    }
  }
}

TEST(PayoutFile, says_what_to_pay_and_the_same_name_gives_it_again) {
  Payouts p;
  const auto merchant = p.rig.shop();
  auto contract = MoneyRig::contract(merchant);
  contract.payout_account = "=cmd()";
  p.rig.approve(contract);
  const Currency usd = *Currency::parse("USD");
  contract.currency = usd;
  p.rig.approve(contract);
  Sale sale;
  sale.amount = 100'05;
  sale.at = noon_of(kDay);
  sale.currency = usd;
  p.rig.sell(merchant, sale);
  p.rig.must_run(kDay);
  p.must_pay(kPaid);

  const auto file = send_payouts(p.rig.ports(), kPaid, "file-1", p.rig.owner());
  const auto events = p.rig.events();
  const auto again = send_payouts(p.rig.ports(), kPaid, "file-1", p.rig.owner());
  const auto other = send_payouts(p.rig.ports(), kPaid, "file-2", p.rig.owner());

  ASSERT_TRUE(file && again);
  EXPECT_EQ(file->payouts, 1U);
  EXPECT_NE(file->csv.find(",USD,97.30,"), std::string::npos) << file->csv;
  EXPECT_NE(file->csv.find("'=cmd()"), std::string::npos) << file->csv;
  EXPECT_EQ(file->csv, again->csv);
  EXPECT_EQ(p.rig.events(), events);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::not_found);
  EXPECT_EQ(p.only(kPaid).state, PayoutState::sent);
}

TEST(PayoutFile, a_wrong_result_is_refused_by_itself_and_one_known_already_changes_nothing) {
  Payouts p;
  p.rig.sell(p.rig.shop(), 10'000, kDay);
  p.rig.sell(p.rig.shop(), 20'000, kDay);
  p.rig.must_run(kDay);
  p.must_pay(kPaid);
  const auto payouts = p.all();
  const auto first = payouts[0].requested.payout.text();
  const auto never_sent = p.results("payout_id,state\n" + first + ",PAID\n");
  p.send(kPaid, "file-1");

  const auto mixed =
      p.results("payout_id,state,bank_trace_no,at\n" + first + ",PAID,5,\nwrong,PAID,,\n" + first +
                ",SENT,,\n" + payouts[1].requested.payout.text() + ",PAID,6,yesterday\n");
  const auto again = p.results("payout_id,state\n" + first + ",PAID\n");

  ASSERT_EQ(never_sent.refused.size(), 1U);
  EXPECT_NE(never_sent.refused[0].why.find("never sent"), std::string::npos);
  EXPECT_EQ(mixed.applied, 1U);
  ASSERT_EQ(mixed.refused.size(), 3U);
  EXPECT_EQ(mixed.refused[0].line_no, 3U);
  EXPECT_EQ(mixed.refused[2].line_no, 5U);
  EXPECT_EQ(again.already, 1U);
  EXPECT_EQ(again.applied, 0U);
  EXPECT_FALSE(parse_payout_results(""));
  EXPECT_FALSE(parse_payout_results("state,at\nPAID,\n"));
}

}  // namespace
}  // namespace wonjang::money
