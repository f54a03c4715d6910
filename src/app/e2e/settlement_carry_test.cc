// What goes out when: cancels that come after the payout, negative balances that wait for money, holds.
#include "app/e2e/settlement_world.h"

namespace wonjang::e2e {
namespace {

class SettlementCarry : public SettlementWorld {};

// Shop a pays 2.5 % and VAT: 100,000 costs 2,500 + 250.
TEST_F(SettlementCarry, a_cancel_after_the_payout_nets_against_the_next_ones_until_they_are_positive_again) {
  const auto sold = sell(0, 100'000, "2025-09-01");
  settle("2025-09-01");
  EXPECT_EQ(brief_lines(sold), Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 100000 - 2750 = 97250"});
  EXPECT_EQ(number(pay_out("2025-09-03"), "requested"), 1);
  bank_pays("2025-09-03");
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-03")), "PAID 1 lines, 97250 + 0 carried = 97250");

  // 30,000 of it come back a week later: 825 of the fee. There is less to pay than to take back.
  cancel(sold, 0, 30'000, "2025-09-08");
  sell(0, 10'000, "2025-09-08");
  settle("2025-09-08");
  const auto nothing = pay_out("2025-09-10");
  EXPECT_EQ(number(nothing, "requested"), 0);
  EXPECT_EQ(number(nothing, "carried"), 1);
  const auto carried = payout_of(0, "2025-09-10");
  EXPECT_EQ(brief_payout(carried), "CARRIED 2 lines, -19450 + 0 carried = 0, left -19450");
  EXPECT_EQ(post("/v1/payouts/files", R"({"date":"2025-09-10"})").status, 404) << "there is nothing to send";

  // The rest on the next day, and a large sale: what is left goes out.
  cancel(sold, 0, 70'000, "2025-09-09");
  const auto large = sell(0, 200'000, "2025-09-09");
  settle("2025-09-09");
  EXPECT_EQ(brief_lines(sold), (Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 100000 - 2750 = 97250",
                                      "CANCEL 2025-09-08 paid 2025-09-10: -30000 - -825 = -29175",
                                      "CANCEL 2025-09-09 paid 2025-09-11: -70000 - -1925 = -68075"}));
  EXPECT_EQ(number(pay_out("2025-09-11"), "requested"), 1);
  const auto after = payout_of(0, "2025-09-11");
  EXPECT_EQ(brief_payout(after), "REQUESTED 2 lines, 126425 + -19450 carried = 106975");
  EXPECT_EQ(text(items(after, "carriedOver").at(0), "from"), text(carried, "payoutId"));
  bank_pays("2025-09-11");

  // A cancel of a day that was settled already: in the next run, and paid by that day.
  cancel(large, 0, 50'000, "2025-09-09");
  settle("2025-09-10");
  EXPECT_EQ(brief_lines(large), (Texts{"APPROVAL 2025-09-09 paid 2025-09-11: 200000 - 5500 = 194500",
                                       "CANCEL 2025-09-09 paid 2025-09-12: -50000 - -1375 = -48625"}));
  EXPECT_EQ(number(pay_out("2025-09-12"), "carried"), 1);
  sell(0, 60'000, "2025-09-11");
  settle("2025-09-11");
  EXPECT_EQ(number(pay_out("2025-09-15"), "requested"), 1);
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-15")), "REQUESTED 1 lines, 58350 + -48625 carried = 9725");
  bank_pays("2025-09-15");

  // 97,250 + 106,975 + 9,725 went out of 10,000 + 150,000 + 60,000 sold; 2.75 % of it are ours and the
  // state's.
  EXPECT_EQ(
      balances(),
      (Balances{{"RECEIVABLE_CARD", 220'000}, {"BANK", -213'950}, {"FEE_INCOME", 5'500}, {"FEE_VAT", 550}}));
  expect_sound();
}

TEST_F(SettlementCarry, what_a_hold_keeps_goes_out_once_after_the_release) {
  sell(0, 40'000, "2025-09-01");  // 1,000 + 100
  sell(1, 40'000, "2025-09-01");  // 3 % and 100: 1,300 + 130
  settle("2025-09-01");
  const auto body = R"({"kind":"HOLD","hold":{"merchantId":")" + shops_[0].merchant +
                    R"(","placed":true,"from":"2025-09-03","reason":"fraud"}})";
  const auto would = must_post("/v1/changes?dryRun=true", body);
  ASSERT_EQ(items(would, "payouts").size(), 1U) << json::serialize(would);
  EXPECT_EQ(number(items(would, "payouts")[0], "net"), 38'900);
  approve(body);

  auto report = pay_out("2025-09-03");
  EXPECT_EQ(number(report, "requested"), 1);
  EXPECT_EQ(number(report, "held"), 1);
  EXPECT_EQ(brief_payout(payout_of(1, "2025-09-03")), "REQUESTED 1 lines, 38570 + 0 carried = 38570");
  sell(0, 20'000, "2025-09-02");  // 500 + 50
  settle("2025-09-02");
  report = pay_out("2025-09-04");
  EXPECT_EQ(number(report, "requested"), 0);
  EXPECT_EQ(number(report, "held"), 1);
  EXPECT_TRUE(payouts_on("2025-09-04").empty());
  EXPECT_EQ(balances()["MERCHANTS_SETTLED"], 38'900 + 19'450);

  hold(0, "2025-09-05", /*placed=*/false);
  EXPECT_EQ(number(pay_out("2025-09-05"), "requested"), 1);
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-05")), "REQUESTED 2 lines, 58350 + 0 carried = 58350");
  for (const char* again : {"2025-09-05", "2025-09-08", "2025-09-09"})
    EXPECT_EQ(number(pay_out(again), "requested"), 0) << again;
  bank_pays("2025-09-03");
  bank_pays("2025-09-05");
  EXPECT_EQ(balances(), (Balances{{"RECEIVABLE_CARD", 100'000},
                                  {"BANK", -38'570 - 58'350},
                                  {"FEE_INCOME", 1'000 + 500 + 1'300},
                                  {"FEE_VAT", 100 + 50 + 130}}));
  expect_sound();
}

// Between the request and the file there are hours, and that is when a fraud is seen.
TEST_F(SettlementCarry, a_hold_after_the_request_keeps_the_payout_out_of_the_file) {
  sell(0, 40'000, "2025-09-01");
  sell(1, 40'000, "2025-09-01");
  settle("2025-09-01");
  EXPECT_EQ(number(pay_out("2025-09-03"), "requested"), 2);
  hold(0, "2025-09-03");
  const auto held = text(payout_of(0, "2025-09-03"), "payoutId");
  const auto first = payout_file("2025-09-03");
  EXPECT_EQ(first.find(held), std::string::npos) << first;
  EXPECT_NE(first.find(text(payout_of(1, "2025-09-03"), "payoutId")), std::string::npos) << first;
  EXPECT_EQ(brief_payout(payout_of(0, "2025-09-03")), "REQUESTED 1 lines, 38900 + 0 carried = 38900");
  const auto nothing = post("/v1/payouts/files", R"({"date":"2025-09-03"})");
  EXPECT_EQ(nothing.status, 404) << nothing.body;
  EXPECT_NE(nothing.body.find("hold"), std::string::npos) << "says why: " << nothing.body;

  hold(0, "2025-09-03", /*placed=*/false);
  const auto second = payout_file("2025-09-03");
  EXPECT_NE(second.find(held), std::string::npos) << second;
  EXPECT_EQ(second.find(text(payout_of(1, "2025-09-03"), "payoutId")), std::string::npos) << second;
  import_results(result_row(payout_of(0, "2025-09-03"), "PAID") +
                 result_row(payout_of(1, "2025-09-03"), "PAID"));
  EXPECT_EQ(balances()["BANK"], -38'900 - 38'570);
  EXPECT_EQ(balances()["PAYOUTS_IN_TRANSIT"], 0);
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
