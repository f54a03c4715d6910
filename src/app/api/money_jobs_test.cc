// Requests that begin jobs are answered once: their keys and answers lie in the ledger, and a service that
// was started again begins nothing twice.
#include "app/api/money_api_world.h"

namespace wonjang {
namespace {

namespace json = boost::json;

class MoneyJobs : public MoneyApi {
 protected:
  MoneyJobs() : MoneyApi(WorldOptions{.books = 2, .on_disk = true}) {}

  void make_shop() {
    approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "v1");
    approve(contract(world_.merchant), "contract");
    auto shop = world_.as_merchant();
    ASSERT_EQ(shop.post("/v1/payments", "pay", card_payment("abc123", 10'000)).status, 201);
  }
  // Again after a restart: the same bytes, and nothing was written.
  template <typename Send>
  void expect_kept(const TestAnswer& first, Send send, const std::string& what) {
    EXPECT_EQ(first.header("Idempotent-Replayed"), "") << what;
    for (const bool restarted : {false, true}) {
      if (restarted) world_.restart();
      const auto before = world_.tails();
      const TestAnswer again = send();
      EXPECT_EQ(again.status, first.status) << what << again.body;
      EXPECT_EQ(again.body, first.body) << what;
      EXPECT_EQ(again.header("Idempotent-Replayed"), "true") << what;
      EXPECT_EQ(world_.tails(), before) << what;
    }
  }
};

TEST_F(MoneyJobs, a_run_is_begun_once_though_the_service_was_started_again) {
  make_shop();
  const auto start = [&] {
    auto house = world_.as_operator();
    return house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})");
  };
  const auto begun = start();
  ASSERT_EQ(begun.status, 202) << begun.body;
  auto house = world_.as_operator();
  ASSERT_EQ(ended(house, "2026-11-22").text("state"), "COMPLETED");
  expect_kept(begun, start, "a run");
  house = world_.as_operator();
  EXPECT_EQ(house.get("/v1/settlement/runs/2026-11-22").json().at("attempt").as_int64(), 1);
  EXPECT_EQ(house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-21"})").code(), "KEY_REUSED");

  const auto rerun = [&] {
    auto asker = world_.as_operator();
    return asker.post("/v1/settlement/runs/2026-11-22/reruns", "rerun", "");
  };
  const auto again = rerun();
  ASSERT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(ended(house, "2026-11-22").json().at("attempt").as_int64(), 2);
  expect_kept(again, rerun, "a rerun");
}

TEST_F(MoneyJobs, payouts_files_and_results_are_answered_once) {
  make_shop();
  auto house = world_.as_operator();
  ASSERT_EQ(house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})").status, 202);
  ASSERT_EQ(ended(house, "2026-11-22").text("state"), "COMPLETED");

  const std::string date = R"({"date":"2030-06-03","alsoOnClosedDay":true,"alsoFarAhead":true})";
  const auto dry = house.post("/v1/payouts/runs?dryRun=true", "payouts", date);
  ASSERT_EQ(dry.status, 200) << dry.body;
  const auto pay = [&] {
    auto asker = world_.as_operator();
    return asker.post("/v1/payouts/runs", "payouts", date);
  };
  const auto paid = pay();
  ASSERT_EQ(paid.status, 200) << "a dry run took its key: " << paid.body;
  EXPECT_EQ(paid.json().at("requested").as_int64(), 1) << paid.body;
  expect_kept(paid, pay, "payouts");
  house = world_.as_operator();
  EXPECT_EQ(house.post("/v1/payouts/runs", "payouts", R"({"date":"2030-06-04"})").code(), "KEY_REUSED");

  const auto make_file = [&] {
    auto asker = world_.as_operator();
    return asker.post("/v1/payouts/files", "file", R"({"date":"2030-06-03"})");
  };
  const auto file = make_file();
  ASSERT_EQ(file.status, 200) << file.body;
  const auto id = file.body.substr(file.body.find("pyo_"), 30);
  world_.restart();
  const auto before = world_.tails();
  EXPECT_EQ(make_file().body, file.body) << "made again of what stands";
  EXPECT_EQ(world_.tails(), before);
  house = world_.as_operator();
  EXPECT_EQ(house.post("/v1/payouts/files", "file", R"({"date":"2030-06-04"})").code(), "KEY_REUSED");

  const auto answer = [&] {
    auto asker = world_.as_operator();
    return send_csv(asker, "/v1/payouts/results", "results", "payout_id,state\n" + id + ",PAID\n");
  };
  const auto applied = answer();
  ASSERT_EQ(applied.status, 200) << applied.body;
  EXPECT_EQ(applied.json().at("applied").as_int64(), 1) << applied.body;
  expect_kept(applied, answer, "results");
}

TEST_F(MoneyJobs, what_the_bank_takes_back_is_listed_and_decided_by_another_person) {
  make_shop();
  auto house = world_.as_operator();
  ASSERT_EQ(house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})").status, 202);
  ASSERT_EQ(ended(house, "2026-11-22").text("state"), "COMPLETED");
  const std::string date = R"({"date":"2030-06-03","alsoOnClosedDay":true,"alsoFarAhead":true})";
  ASSERT_EQ(house.post("/v1/payouts/runs", "payouts", date).status, 200);
  const auto file = house.post("/v1/payouts/files", "file", R"({"date":"2030-06-03"})");
  ASSERT_EQ(file.status, 200) << file.body;
  const auto id = file.body.substr(file.body.find("pyo_"), 30);

  auto one = world_.as(first_);
  auto other = world_.as(second_);
  const auto says = [&](const std::string& key, const std::string& state, const std::string& trace) {
    return send_csv(one, "/v1/payouts/results", key,
                    "payout_id,state,bank_trace_no\n" + id + "," + state + "," + trace + "\n");
  };
  ASSERT_EQ(says("r-1", "FAILED", "11").json().at("applied").as_int64(), 1);
  const auto none = one.post("/v1/payouts/" + id + "/decisions", "early", R"({"decision":"APPROVE"})");
  EXPECT_EQ(none.code(), "CANNOT_RUN") << none.body;
  const auto back = says("r-2", "PAID", "77");
  EXPECT_EQ(back.json().at("refused").as_array().size(), 1U) << back.body;
  position_ = back.header("Ledger-Position");

  const auto listed = look(house, "/v1/payouts?disputed=true");
  const auto list = listed.json();
  ASSERT_EQ(list.at("items").as_array().size(), 1U) << listed.body;
  const auto& item = list.at("items").as_array()[0].as_object();
  EXPECT_EQ(item.at("payoutId").as_string(), id);
  EXPECT_EQ(item.at("state").as_string(), "FAILED");
  EXPECT_EQ(item.at("dispute").as_object().at("bankSays").as_string(), "PAID");
  EXPECT_EQ(item.at("dispute").as_object().at("bankTraceNo").as_string(), "77");
  EXPECT_EQ(item.at("bankTraceNo").as_string(), "11") << "of what stands";
  EXPECT_EQ(house.get("/v1/payouts?disputed=true&from=2026-01-01").code(), "BAD_PARAMETER");

  const auto path = "/v1/payouts/" + id + "/decisions";
  const auto approval = R"({"decision":"APPROVE","note":"the bank's letter of today"})";
  const auto same = one.post(path, "d-1", approval);
  EXPECT_EQ(same.status, 403) << same.body;
  EXPECT_EQ(same.code(), "FOUR_EYES");
  const auto decided = other.post(path, "d-2", approval);
  ASSERT_EQ(decided.status, 200) << decided.body;
  EXPECT_EQ(decided.text("state"), "PAID");
  EXPECT_EQ(decided.text("bankTraceNo"), "77");
  EXPECT_EQ(other.post(path, "d-2", approval).body, decided.body);
  position_ = decided.header("Ledger-Position");
  EXPECT_TRUE(look(house, "/v1/payouts?disputed=true").json().at("items").as_array().empty());
  EXPECT_EQ(look(house, "/v1/trial-balance").status, 200);
}

TEST_F(MoneyJobs, files_of_acquirers_are_matched_once_for_a_key) {
  make_shop();
  const std::string csv = "number,amount,date\n00012345,10000,2026-11-22\n";
  const auto import = [&] {
    auto asker = world_.as_operator();
    return send_csv(asker, "/v1/acquirer-files?name=a.csv&kind=ACQUISITION&acquirer=11", "import", csv);
  };
  const auto imported = import();
  ASSERT_EQ(imported.status, 201) << imported.body;
  EXPECT_EQ(imported.json().at("matched").as_int64(), 1) << imported.body;
  expect_kept(imported, import, "an import");
  const auto match = [&] {
    auto asker = world_.as_operator();
    return asker.post("/v1/acquirer-files/" + imported.text("fileId") + "/matches", "match", "");
  };
  const auto matched = match();
  ASSERT_EQ(matched.status, 200) << matched.body;
  expect_kept(matched, match, "a match");
}

TEST_F(MoneyJobs, a_job_that_was_refused_keeps_nothing) {
  make_shop();
  auto house = world_.as_operator();
  const auto sunday = house.post("/v1/payouts/runs", "early", R"({"date":"2026-11-22"})");
  EXPECT_EQ(sunday.code(), "CANNOT_RUN") << sunday.body;
  const auto before = world_.tails();
  world_.restart();
  house = world_.as_operator();
  EXPECT_EQ(house.post("/v1/payouts/runs", "early", R"({"date":"2026-11-22"})").code(), "CANNOT_RUN");
  EXPECT_EQ(world_.tails(), before);
}

TEST_F(MoneyJobs, a_dollar_file_is_matched_again_in_dollars) {
  make_shop();
  auto house = world_.as_operator();
  const auto file = send_csv(house, "/v1/acquirer-files?name=usd.csv&kind=DEPOSIT&acquirer=11&currency=USD",
                             "usd", "number,amount,date\n00012345,10000,2026-11-22\n");
  ASSERT_EQ(file.status, 201) << file.body;
  EXPECT_EQ(file.text("currency"), "USD");
  EXPECT_EQ(file.json().at("matched").as_int64(), 0) << "the payment is one of won";
  auto shop = world_.as_merchant();
  auto payment = card_payment("usd123", 10'000);
  payment.insert(1, R"("currency":"USD",)");
  const auto sold = shop.post("/v1/payments", "pay-usd", payment);
  ASSERT_EQ(sold.status, 201) << sold.body;
  const auto again = house.post("/v1/acquirer-files/" + file.text("fileId") + "/matches", "again", "");
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.json().at("matched").as_int64(), 1) << again.body;
  const auto balance = house.get("/v1/trial-balance?min-position=" + again.header("Ledger-Position"));
  EXPECT_TRUE(balance.json().at("isBalanced").as_bool()) << balance.body;
  bool in_dollars = false;
  const auto said = balance.json();
  for (const auto& currency : said.at("currencies").as_array()) {
    for (const auto& account : currency.at("accounts").as_array()) {
      if (account.at("code").as_string() != "BANK") continue;
      EXPECT_EQ(currency.at("currency").as_string(), "USD");
      in_dollars = account.at("balance").as_int64() == 10'000;
    }
  }
  EXPECT_TRUE(in_dollars) << balance.body;
}

}  // namespace
}  // namespace wonjang
