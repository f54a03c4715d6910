// What goes to the bank and what it answers: paid, returned before and after, said twice, said wrongly.
#include <algorithm>

#include "app/e2e/settlement_world.h"

namespace wonjang::e2e {
namespace {

// 10,000 in each shop: 9,725 (2.5 %), 9,560 (3 % and 100) and 9,912 (0.8 %) go out on the 3rd.
class SettlementBank : public SettlementWorld {
 protected:
  void sold_and_sent() {
    for (std::size_t shop = 0; shop < 3; ++shop) sell(shop, 10'000, "2025-09-01");
    settle("2025-09-01");
    EXPECT_EQ(number(pay_out("2025-09-03"), "requested"), 3);
    payout_file("2025-09-03");
  }
  std::string row(std::size_t shop, const std::string& state, const std::string& date = "2025-09-03") {
    return result_row(payout_of(shop, date), state);
  }
  static std::string told(const json::object& applied) {
    return std::to_string(number(applied, "applied")) + " applied, " +
           std::to_string(number(applied, "already")) + " already, " +
           std::to_string(items(applied, "refused").size()) + " refused";
  }
  // But for the notes of which keys were used.
  std::size_t events() {
    const auto feed = read_feed(server_.house(), "");
    return static_cast<std::size_t>(std::ranges::count_if(
        feed, [](const auto& event) { return text(event, "type") != "com.wonjang.command.noted"; }));
  }
};

TEST_F(SettlementBank, what_comes_back_goes_out_once_more_and_results_count_once) {
  sold_and_sent();
  EXPECT_EQ(balances()["PAYOUTS_IN_TRANSIT"], 9'725 + 9'560 + 9'912);
  // Shop b's never left, shop c's was paid and came back a day later.
  const auto first = row(0, "PAID") + row(1, "RETURNED") + row(2, "PAID");
  const auto second = row(2, "RETURNED");
  EXPECT_EQ(told(import_results(first)), "3 applied, 0 already, 0 refused");
  EXPECT_EQ(balances()["BANK"], -9'725 - 9'912);
  EXPECT_EQ(told(import_results(second)), "1 applied, 0 already, 0 refused");
  EXPECT_EQ(balances(), (Balances{{"RECEIVABLE_CARD", 30'000},
                                  {"BANK", -9'725},
                                  {"MERCHANTS_SETTLED", 9'560 + 9'912},
                                  {"FEE_INCOME", 250 + 400 + 80},
                                  {"FEE_VAT", 25 + 40 + 8}}));
  // The same files again, in both orders.
  const auto before = events();
  EXPECT_EQ(told(import_results(second)), "0 applied, 1 already, 0 refused");
  EXPECT_EQ(told(import_results(first)), "0 applied, 2 already, 1 refused")
      << "what came back isn't paid again";
  EXPECT_EQ(events(), before);

  EXPECT_EQ(number(pay_out("2025-09-03"), "requested"), 0) << "a day has one payout";
  EXPECT_EQ(number(pay_out("2025-09-04"), "requested"), 2);
  EXPECT_EQ(brief_payout(payout_of(1, "2025-09-04")), "REQUESTED 0 lines, 0 + 9560 carried = 9560");
  EXPECT_EQ(brief_payout(payout_of(2, "2025-09-04")), "REQUESTED 0 lines, 0 + 9912 carried = 9912");
  EXPECT_EQ(text(items(payout_of(1, "2025-09-04"), "carriedOver").at(0), "from"),
            text(payout_of(1, "2025-09-03"), "payoutId"));
  for (const char* date : {"2025-09-04", "2025-09-05", "2025-09-08"})
    EXPECT_EQ(number(pay_out(date), "requested"), 0) << date;
  bank_pays("2025-09-04");
  EXPECT_EQ(told(import_results(first + second)), "0 applied, 3 already, 1 refused");
  EXPECT_EQ(number(pay_out("2025-09-09"), "requested"), 0);
  EXPECT_EQ(balances(), (Balances{{"RECEIVABLE_CARD", 30'000},
                                  {"BANK", -9'725 - 9'560 - 9'912},
                                  {"FEE_INCOME", 250 + 400 + 80},
                                  {"FEE_VAT", 25 + 40 + 8}}));
  expect_sound();
}

// Also after a kill: who lost the answer sends the request again, and hears what came of it.
TEST_F(SettlementBank, a_request_sent_again_under_its_key_pays_once) {
  for (std::size_t shop = 0; shop < 3; ++shop) sell(shop, 10'000, "2025-09-01");
  settle("2025-09-01");
  const auto send = [&](const char* key, const std::string& date) {
    auto client = server_.client(first_);
    return client.post("/v1/payouts/runs", key, R"({"date":")" + date + R"("})");
  };
  const auto paid = send("payday", "2025-09-03");
  ASSERT_TRUE(paid && paid->status == 200) << (paid ? paid->body : "no answer");
  EXPECT_EQ(number(paid->json(), "requested"), 3);
  const auto again = send("payday", "2025-09-03");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->body, paid->body);
  EXPECT_EQ(send("payday", "2025-09-04")->code(), "KEY_REUSED");
  auto client = server_.client(first_);
  const auto file = client.post("/v1/payouts/files", "the-file", R"({"date":"2025-09-03"})");
  ASSERT_TRUE(file && file->status == 200) << (file ? file->body : "no answer");
  server_.kill();
  ASSERT_TRUE(server_.start());
  get_caught_up("/v1/trial-balance");
  EXPECT_EQ(send("payday", "2025-09-03")->body, paid->body);
  EXPECT_EQ(send("payday", "2025-09-04")->code(), "KEY_REUSED");
  auto after = server_.client(first_);
  EXPECT_EQ(after.post("/v1/payouts/files", "the-file", R"({"date":"2025-09-03"})")->body, file->body);
  EXPECT_EQ(balances()["PAYOUTS_IN_TRANSIT"], 9'725 + 9'560 + 9'912);
  // A year that was mistyped isn't paid out today.
  EXPECT_EQ(post("/v1/payouts/runs", R"({"date":")" + day(366) + "\"}").code(), "CANNOT_RUN");
  expect_sound();
}

TEST_F(SettlementBank, a_file_that_cannot_be_read_changes_nothing_and_says_where_and_why) {
  sold_and_sent();
  const auto before = events();
  const auto refuse = [&](const std::string& csv, const std::string& where, const std::string& why) {
    const auto answer = post("/v1/payouts/results?name=bad.csv", csv, "text/csv");
    EXPECT_GE(answer.status, 400) << answer.body;
    EXPECT_NE(answer.body.find(where), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find(why), std::string::npos) << answer.body;
  };
  const std::string header = "payout_id,state,bank_trace_no,at,failure\r\n";
  refuse("payout_id,bank_trace_no\r\n" + row(0, "PAID"), "line 1", "state");
  // A good row before the bad one isn't applied either.
  refuse(header + row(0, "PAID") + "\"" + row(1, "PAID"), "line 3", "quote");
  refuse("", "", "");
  EXPECT_EQ(events(), before);

  // Rows that can be read and can't be true are refused by themselves; on the command line too.
  const auto file = file_with("bank.csv", header + row(0, "PAID") + row(1, "LOST") + "pyo_x,PAID,,,\r\n" +
                                              row(2, "PAID").replace(4, 26, "01M80H523P000Q1SM92P48VHJ4"));
  const auto answer = cli_json({"payout", "import", file}, /*exit=*/3);
  EXPECT_EQ(told(answer), "1 applied, 0 already, 3 refused");
  const auto refused = items(answer, "refused");
  ASSERT_EQ(refused.size(), 3U);
  EXPECT_EQ(number(refused[0], "line"), 3);
  EXPECT_EQ(text(refused[0], "why"), "state must be PAID, FAILED or RETURNED");
  EXPECT_EQ(number(refused[1], "line"), 4);
  EXPECT_EQ(number(refused[2], "line"), 5);
  EXPECT_EQ(events(), before + 1);
  EXPECT_EQ(cli_json({"payout", "import", file}, 3).at("already").as_int64(), 1);
  EXPECT_EQ(events(), before + 1);
  // On the command line, the whole way: to another file, and to standard output.
  EXPECT_EQ(number(cli_json({"payout", "run", "2025-09-04", "--dry-run"}), "requested"), 0);
  const auto none = cli({"payout", "file", "2025-09-04"});
  EXPECT_NE(none.exit, 0);
  EXPECT_NE(none.errors.find("2025-09-04"), std::string::npos) << none.errors;
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
