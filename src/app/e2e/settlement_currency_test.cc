// Dollars beside won: each settled, matched and paid in its own minor units, and never added together.
#include <algorithm>

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
  Texts leafed;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const auto got = get_caught_up(
        "/v1/payouts?from=2025-09-03&until=2025-09-04&limit=1&merchant=" + shops_[0].merchant + cursor);
    for (const auto& one : items(got)) leafed.push_back(text(one, "currency"));
    if (got.at("nextCursor").is_null()) break;
    cursor = "&cursor=" + text(got, "nextCursor");
  }
  std::ranges::sort(leafed);
  EXPECT_EQ(leafed, (Texts{"KRW", "USD"})) << "a page each, none twice";
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

// 50.00 dollars, not 5,000 won.
TEST_F(SettlementCurrency, what_fails_what_differs_and_what_is_a_break_name_their_currency) {
  approve(contract_body(shops_[0], {25'000}, R"(,"currency":"USD")"));
  approve(R"({"kind":"CANARY","canary":{"name":"cents","currency":"USD","candidate":{"rules":[)" +
          rules_of({30'000}) + "]}}}");
  const auto differs = sell(0, 123'456, "2025-09-01", {.currency = "USD"});
  for (const std::int64_t amount : {5'000, 6'000, 7'000}) sell(1, amount, "2025-09-01", {.currency = "USD"});
  settle("2025-09-01", "COMPLETED_WITH_FAILURES");
  std::int64_t failed = 0;
  std::string cursor;
  int pages = 0;
  do {
    const auto page = get_caught_up("/v1/settlement/runs/2025-09-01/failures?limit=2" + cursor);
    for (const auto& one : items(page)) {
      EXPECT_EQ(text(one, "currency"), "USD");
      failed += number(one, "amount");
    }
    cursor = page.at("nextCursor").is_null() ? "" : "&cursor=" + text(page, "nextCursor");
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(failed, 18'000);
  EXPECT_EQ(pages, 2);

  const auto differences = items(get_caught_up("/v1/settlement/runs/2025-09-01/differences"));
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(text(differences[0], "lineId"), text(lines_of(differs).at(0), "lineId"));
  EXPECT_EQ(text(differences[0], "currency"), "USD");

  const auto file = post("/v1/acquirer-files?name=usd.csv&kind=DEPOSIT&acquirer=31&currency=USD",
                         "number,amount,date,fee\r\n99000001,4999,2025-09-01,10\r\n" + numbers_[0].number +
                             ",123400,2025-09-01,10\r\n",
                         "text/csv");
  ASSERT_EQ(file.status, 201) << file.body;
  Texts reasons;
  cursor.clear();
  do {
    const auto page = get_caught_up("/v1/breaks?limit=1" + cursor);
    for (const auto& one : items(page)) {
      reasons.push_back(text(one, "reason") + " " + text(one, "currency"));
    }
    cursor = page.at("nextCursor").is_null() ? "" : "&cursor=" + text(page, "nextCursor");
  } while (!cursor.empty());
  EXPECT_EQ(std::ranges::count(reasons, "ONLY_THEIRS USD"), 1);
  EXPECT_EQ(std::ranges::count(reasons, "AMOUNT_DIFF USD"), 1);
  const auto theirs = items(get_caught_up("/v1/breaks?reason=ONLY_THEIRS"));
  EXPECT_EQ(theirs.size(), 1U);
  EXPECT_EQ(server_.house().get("/v1/breaks?reason=NONE")->status, 400);
  const auto shown = get_caught_up("/v1/acquirer-files/" + text(theirs.at(0), "fileId") + "?limit=1");
  EXPECT_EQ(items(shown).size(), 1U);
  EXPECT_FALSE(shown.at("nextCursor").is_null());
}

}  // namespace
}  // namespace wonjang::e2e
