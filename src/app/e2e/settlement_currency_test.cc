// Dollars beside won: each settled, matched and paid in its own minor units, and never added together.
#include "app/e2e/settlement_world.h"

namespace wonjang::e2e {
namespace {

class SettlementCurrency : public SettlementWorld {};

TEST_F(SettlementCurrency, dollars_are_settled_and_paid_in_cents_beside_won) {
  // 2.5 % and 30 cents.
  approve(contract_body(shops_[0], {25'000, 30}, R"(,"currency":"USD")"));
  const auto won = sell(0, 50'000, "2025-09-01");
  const auto dollars = sell(0, 123'456, "2025-09-01", {.currency = "USD"});
  cancel(dollars, 0, 23'456, "2025-09-01");
  const auto run = settle("2025-09-01");
  // 1,234.56: 30.864 + 0.30 = 31.16 and 3.12 of VAT. Of 34.28 come back 23,456 / 123,456: 6.51.
  EXPECT_EQ(brief_lines(dollars), (Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 123456 - 3428 = 120028",
                                         "CANCEL 2025-09-01 paid 2025-09-03: -23456 - -651 = -22805"}));
  EXPECT_EQ(brief_lines(won), Texts{"APPROVAL 2025-09-01 paid 2025-09-03: 50000 - 1375 = 48625"});
  Texts totals;
  for (const auto& of : items(run, "totals"))
    totals.push_back(text(of, "currency") + " " + std::to_string(number(of, "lines")) + " lines " +
                     std::to_string(number(of, "gross")) + " " + std::to_string(number(of, "fee")) + " " +
                     std::to_string(number(of, "net")));
  EXPECT_EQ(totals, (Texts{"KRW 1 lines 50000 1375 48625", "USD 2 lines 100000 2777 97223"}));
  EXPECT_EQ(balances("KRW"), (Balances{{"RECEIVABLE_CARD", 50'000},
                                       {"MERCHANTS_SETTLED", 48'625},
                                       {"FEE_INCOME", 1'250},
                                       {"FEE_VAT", 125}}));
  const auto in_cents = balances("USD");
  EXPECT_EQ(in_cents.at("RECEIVABLE_CARD"), 100'000);
  EXPECT_EQ(in_cents.at("MERCHANTS_SETTLED"), 97'223);
  EXPECT_EQ(in_cents.at("FEE_INCOME") + in_cents.at("FEE_VAT"), 2'777);

  const auto funds = items(get_caught_up("/v1/funds"), "totals");
  ASSERT_EQ(funds.size(), 2U) << "a sum for each currency";

  // Two payouts of one merchant on one day, each in its currency.
  const auto paid = pay_out("2025-09-03");
  EXPECT_EQ(number(paid, "requested"), 2);
  totals.clear();
  for (const auto& of : items(paid, "totals"))
    totals.push_back(text(of, "currency") + " " + std::to_string(number(of, "amount")));
  EXPECT_EQ(totals, (Texts{"KRW 48625", "USD 97223"}));
  const auto csv = payout_file("2025-09-03");
  EXPECT_NE(csv.find(",2025-09-03,KRW,48625,acct-"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",2025-09-03,USD,972.23,acct-"), std::string::npos) << csv;
  std::string rows;
  for (const auto& payout : payouts_on("2025-09-03")) rows += result_row(payout, "PAID");
  EXPECT_EQ(number(import_results(rows), "applied"), 2);
  EXPECT_EQ(balances("KRW")["BANK"], -48'625);
  EXPECT_EQ(balances("USD")["BANK"], -97'223);

  // The acquirer's dollars: matched by number, booked in dollars, also when it is matched again.
  const auto file = post("/v1/acquirer-files?name=usd.csv&kind=DEPOSIT&acquirer=31&currency=USD",
                         "number,amount,date,fee\r\n" + numbers_[1].number + ",100000,2025-09-01,1500\r\n" +
                             numbers_[0].number + ",50000,2025-09-01,0\r\n",
                         "text/csv");
  ASSERT_EQ(file.status, 201) << file.body;
  EXPECT_EQ(number(file.json().at("match").as_object(), "matched"), 1)
      << "a row in dollars doesn't take a movement in won: " << file.body;
  EXPECT_EQ(balances("USD")["ACQUIRER_FEES"], 1'500);
  EXPECT_EQ(balances("USD")["BANK"], -97'223 + 98'500);
  EXPECT_EQ(balances("KRW")["BANK"], -48'625);
  EXPECT_EQ(balances("KRW")["RECEIVABLE_CARD"], 50'000);
  must_post("/v1/acquirer-files/" + file.text("fileId") + "/matches", "");
  EXPECT_EQ(balances("USD")["ACQUIRER_FEES"], 1'500);
  EXPECT_EQ(balances("KRW")["BANK"], -48'625);
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
