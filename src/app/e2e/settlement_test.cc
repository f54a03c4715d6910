// Settlement through the real program: contracts proposed and approved by two keys, two days of payments and
// cancels, runs, payouts, files, and the books balance; two runs at once, and one in live traffic.
#include <thread>

#include "app/e2e/settlement_world.h"
#include "app/e2e/traffic.h"

namespace wonjang::e2e {
namespace {

class Settlement : public SettlementWorld {};

TEST_F(Settlement, from_contract_to_payout_every_won_is_accounted_for) {
  const auto first = day(-4);
  const auto second = day(-3);
  for (int i = 0; i < 12; ++i) pay(static_cast<std::size_t>(i % 3), 10'000 + 137 * i, first);
  pay(0, 50'000, first, 20'000, second);
  pay(1, 33'333, first, 33'333, first);
  for (int i = 0; i < 9; ++i) pay(static_cast<std::size_t>(i % 3), 7'000 + 211 * i, second);

  const auto plan = get_caught_up("/v1/settlement/plans/" + first);
  EXPECT_EQ(plan.at("items").as_int64(), wanted_[first].lines) << json::serialize(plan);
  settle(first);
  settle(second);
  expect_settled(first);
  expect_settled(second);
  EXPECT_EQ(balances()["MERCHANTS_UNSETTLED"], 0) << "everything approved is settled";

  // A rerun finds nothing, and proves that it touched nothing.
  const auto again = rerun(first);
  EXPECT_EQ(json::serialize(again.at("before")), json::serialize(again.at("after")));
  expect_settled(first);

  // One line explains itself.
  const auto lines = lines_of(server_.house(), first);
  ASSERT_FALSE(lines.empty());
  const std::string line_id(lines.front().at("lineId").as_string());
  const auto line = get(server_.house(), "/v1/settlement/lines/" + line_id);
  EXPECT_TRUE(line.at("recomputed").as_bool()) << json::serialize(line);
  EXPECT_FALSE(line.at("explain").as_array().empty());
  EXPECT_TRUE(line.at("contract").at("payoutAccount").as_string().starts_with("acct-"));
  const auto found = get(server_.house(), "/v1/search?q=" + line_id);
  ASSERT_EQ(found.at("payments").as_array().size(), 1U);
  EXPECT_EQ(found.at("payments").at(0).at("id"), line.at("paymentId"));
  const auto life =
      get(server_.house(), "/v1/payments/" + std::string(line.at("paymentId").as_string()) + "/lifecycle");
  EXPECT_FALSE(life.at("settlement").as_array().empty());

  // Paid out: the sum of all nets, once.
  std::int64_t net = 0;
  for (const auto& [date, of] : wanted_) net += of.gross - of.fee;
  const auto pay_day = day(20);
  const auto body = R"({"date":")" + pay_day + R"(","alsoOnClosedDay":true,"alsoFarAhead":true})";
  const auto dry = must_post("/v1/payouts/runs?dryRun=true", body);
  EXPECT_EQ(number(items(dry, "totals").at(0), "amount"), net);
  const auto paid = must_post("/v1/payouts/runs", body);
  EXPECT_EQ(number(paid, "requested"), 3);
  EXPECT_EQ(number(items(paid, "totals").at(0), "amount"), net);
  EXPECT_EQ(balances()["PAYOUTS_IN_TRANSIT"], net);
  EXPECT_EQ(balances()["MERCHANTS_SETTLED"], 0);

  auto house = server_.house();
  const auto file = house.post("/v1/payouts/files", "one-file", R"({"date":")" + pay_day + R"("})");
  ASSERT_TRUE(file && file->status == 200) << (file ? file->body : "no answer");
  const auto same = house.post("/v1/payouts/files", "one-file", R"({"date":")" + pay_day + R"("})");
  ASSERT_TRUE(same && same->status == 200);
  EXPECT_EQ(file->body, same->body);
  std::string results;
  const auto payouts = get_caught_up("/v1/payouts?from=" + pay_day + "&until=" + day(21));
  ASSERT_EQ(payouts.at("items").as_array().size(), 3U) << json::serialize(payouts);
  for (const auto& payout : payouts.at("items").as_array()) {
    EXPECT_EQ(payout.at("state").as_string(), "SENT");
    const std::string id(payout.at("payoutId").as_string());
    EXPECT_NE(file->body.find(id), std::string::npos);
    results += id + ",PAID,trace-" + id + "," + day(0) + "T09:00:00+09:00,\r\n";
  }
  results += "pyo_nonsense,PAID,x," + day(0) + "T09:00:00+09:00,\r\n";
  const auto applied = import_results(results);
  EXPECT_EQ(number(applied, "applied"), 3);
  EXPECT_EQ(items(applied, "refused").size(), 1U);
  EXPECT_EQ(balances()["PAYOUTS_IN_TRANSIT"], 0);
  const auto funds = get(server_.house(), "/v1/funds");
  for (const auto& row : funds.at("rows").as_array()) EXPECT_EQ(row.at("approvedUnpaid").as_int64(), 0);

  // A merchant sees its own lines and payouts, and nothing of others.
  const auto own = lines_of(server_.client(shops_[0].key), first);
  for (const auto& one : own) EXPECT_EQ(one.at("merchantId").as_string(), shops_[0].merchant);
  EXPECT_LT(own.size(), lines.size());
  for (const auto& one : lines) {
    if (one.at("merchantId").as_string() == shops_[0].merchant) continue;
    auto stranger = server_.client(shops_[0].key);
    const auto hidden = stranger.get("/v1/settlement/lines/" + std::string(one.at("lineId").as_string()));
    ASSERT_TRUE(hidden);
    EXPECT_EQ(hidden->status, 404);
  }
  auto stranger = server_.client(shops_[0].key);
  EXPECT_EQ(stranger.get("/v1/trial-balance")->status, 403);

  expect_sound();
}

TEST_F(Settlement, two_runs_at_once_are_one_run) {
  const auto date = day(-2);
  for (int i = 0; i < 60; ++i) pay(static_cast<std::size_t>(i % 3), 1'000 + i, date);
  std::vector<int> statuses(2);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] {
      auto house = server_.house();
      const auto reply =
          house.post("/v1/settlement/runs", "at-once-" + std::to_string(i), R"({"date":")" + date + R"("})");
      statuses[i] = reply ? reply->status : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  wait_for_end(date);
  // The second one is refused, or came when the first had ended and found nothing to do.
  for (const int status : statuses) EXPECT_TRUE(status == 202 || status == 409) << status;
  EXPECT_TRUE(statuses[0] == 202 || statuses[1] == 202);
  expect_settled(date);
  expect_sound();
}

TEST_F(Settlement, a_run_during_live_traffic_settles_its_day_and_nothing_else) {
  // The traffic's own approvals stand on a fixed day.
  const auto date = day(-2) == "2026-11-22" ? day(-1) : day(-2);
  for (int i = 0; i < 30; ++i) pay(static_cast<std::size_t>(i % 3), 2'000 + i, date);
  Traffic traffic(shops_[0], /*seed=*/7);
  traffic.start(server_);
  ASSERT_TRUE(traffic.wait_acknowledged(100));
  settle(date);
  ASSERT_TRUE(traffic.wait_acknowledged(100));
  server_.kill();
  traffic.join();
  ASSERT_TRUE(server_.start());
  get_caught_up("/v1/trial-balance");
  Wanted found;
  for (const auto& line : lines_of(server_.house(), date)) {
    ++found.lines;
    found.gross += number(line, "gross");
    found.fee += number(line, "fee");
  }
  // The traffic's payments are of today, or were settled late: none of that day.
  EXPECT_EQ(found, wanted_[date]);
  expect_sound();
}

}  // namespace
}  // namespace wonjang::e2e
