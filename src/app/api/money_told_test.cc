// What people are told over HTTP: what a change would move, to its last line; what became of a payment's
// money, and why not; how a line's payout day came about.
#include <map>
#include <set>

#include "app/api/json/money_lines_json.h"
#include "app/api/money_api_world.h"

namespace wonjang {
namespace {

namespace json = boost::json;

class MoneyTold : public MoneyApi {
 protected:
  // A card sale on a Friday, paid on Tuesday.
  std::string sell(const std::string& order, std::int64_t amount) {
    return sell_by(world_.as_merchant(), "2025-09-05", order, amount);
  }
  std::string sell_by(Asker shop, const std::string& day, const std::string& order, std::int64_t amount) {
    const auto body = R"({"orderId":"order-)" + order + R"(","totalAmount":)" + std::to_string(amount) +
                      R"(,"approvals":[{"method":"CARD","amount":)" + std::to_string(amount) +
                      R"(,"approvedAt":")" + day +
                      R"(T10:00:00+09:00","approveNo":"00012345",)"
                      R"("card":{"issuerCode":"11","bin":"123456","last4":"7890"}}]})";
    const auto sold = shop.post("/v1/payments", order, body);
    EXPECT_EQ(sold.status, 201) << sold.body;
    position_ = sold.header("Ledger-Position");
    return sold.text("id");
  }
  void settle(const std::string& key) {
    auto house = world_.as_operator();
    const auto begun = house.post("/v1/settlement/runs", key, R"({"date":"2025-09-05"})");
    ASSERT_LT(begun.status, 300) << begun.body;
    const auto run = ended(house, "2025-09-05");
    ASSERT_TRUE(run.text("state").starts_with("COMPLETED")) << run.body;
  }
  static json::object only(const TestAnswer& answer, std::string_view list) {
    const auto body = answer.json();
    const auto& items = body.at(list).as_array();
    EXPECT_EQ(items.size(), 1U) << answer.body;
    return items.empty() ? json::object() : items.at(0).as_object();
  }
  static std::string text(const json::object& of, std::string_view name) {
    const auto* value = of.if_contains(name);
    return value == nullptr ? "" : std::string(value->as_string());
  }
  void calendar() { approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "kr"); }
};

std::string failed_in(const TestAnswer& run, const char* list) {
  const auto body = run.json();
  const auto& rows = body.at(list).as_array();
  return rows.empty() ? "none" : json::serialize(rows.at(0).at("failed"));
}

// Found by a first user: the numbers of a run contradicted each other, those of another day's items most.
TEST_F(MoneyTold, a_run_counts_as_its_plan_and_tells_other_days_items_as_such) {
  calendar();
  approve(contract(world_.merchant), "first");
  sell_by(world_.as_other(), "2025-09-04", "old", 7'000);  // of a merchant without a contract
  auto house = world_.as_operator();
  ASSERT_EQ(house.post("/v1/settlement/runs", "thursday", R"({"date":"2025-09-04"})").status, 202);
  ASSERT_EQ(ended(house, "2025-09-04").text("state"), "COMPLETED_WITH_FAILURES");
  sell_by(world_.as_other(), "2025-09-05", "new", 8'000);
  sell("ours", 10'000);
  const auto progress_of = [](const TestAnswer& run) {
    const auto body = run.json();
    const auto& progress = body.at("progress").as_object();
    std::string out;
    for (const auto* name : {"done", "total", "lines", "failed", "lateFailed"})
      out += std::string(out.empty() ? "" : " ") + json::serialize(progress.at(name));
    return out;
  };
  const auto failures = [&](const std::string& date) {
    return house.get("/v1/settlement/runs/" + date + "/failures").json().at("items").as_array().size();
  };

  const auto plan = house.get("/v1/settlement/plans/2025-09-05");
  settle("friday");
  const auto first = ended(house, "2025-09-05");
  const auto between = std::pair(failures("2025-09-04"), failures("2025-09-05"));
  approve(contract(world_.other), "second");
  ASSERT_EQ(look(house, "/v1/settlement/runs").status, 200);
  const auto again = house.post("/v1/settlement/runs/2025-09-05/reruns", "again", "");
  ASSERT_EQ(again.status, 202) << again.body;
  const auto second = ended(house, "2025-09-05");

  EXPECT_EQ(plan.json().at("items").as_int64(), 3) << plan.body;
  EXPECT_EQ(plan.json().at("late").as_int64(), 1);
  EXPECT_EQ(plan.json().at("totals").at(0).at("count").as_int64(), 1);
  EXPECT_EQ(plan.json().at("totals").at(0).at("failed").as_int64(), 2);
  EXPECT_EQ(plan.json().at("problems").at(0).at("merchantId").as_string(), world_.other);
  EXPECT_EQ(first.text("state"), "COMPLETED_WITH_FAILURES");
  EXPECT_EQ(progress_of(first), "3 3 1 1 1") << first.body;
  EXPECT_EQ(failed_in(first, "totals"), "1");
  EXPECT_EQ(failed_in(first, "added"), "1") << "before and added make after";
  EXPECT_EQ(failed_in(first, "after"), "1");
  EXPECT_EQ(between, (std::pair<std::size_t, std::size_t>(1, 1)));
  EXPECT_EQ(progress_of(second), "2 2 2 0 0") << second.body;
  EXPECT_EQ(failed_in(second, "before"), "1");
  EXPECT_EQ(failed_in(second, "added"), "-1");
  EXPECT_EQ(failed_in(second, "after"), "0");
  for (const auto* date : {"2025-09-04", "2025-09-05"}) {
    EXPECT_EQ(house.get(std::string("/v1/settlement/runs/") + date).text("state"), "COMPLETED") << date;
    EXPECT_EQ(failures(date), 0U) << date;
  }
  EXPECT_FALSE(second.json().at("dayNotOver").as_bool());
}

// Found by a first user: the answer to a rerun was RUNNING with the attempt, the start and the sums of the
// one before.
TEST(RunTold, a_run_that_begins_says_nothing_of_the_attempt_before_it) {
  money::RunNow run;
  run.started.emplace().attempt = 1;
  run.ended.emplace().outcome = "COMPLETED";
  const money::RunProgress progress{"count", 0, 0, 0, 0, 0};
  RunLook look{"RUNNING", &progress, {}, {}};
  const auto told = [&] {
    std::string out;
    JsonWriter w(out);
    put_run(w, *parse_business_date("2025-09-05"), &run, look);
    return json::parse(out).as_object();
  };

  EXPECT_FALSE(told().contains("attempt"));
  EXPECT_FALSE(told().contains("startedAt"));
  EXPECT_FALSE(told().contains("after"));
  run.started->attempt = 2;
  run.ended.reset();
  EXPECT_EQ(told().at("attempt").as_int64(), 2);
}

// Found by review: 1,300 lines would move, 1,000 were said, and there was no way on.
TEST_F(MoneyTold, a_what_if_goes_on_where_its_cursors_point) {
  calendar();
  approve(contract(world_.merchant), "first");
  for (int i = 0; i < 5; ++i) sell("w" + std::to_string(i), 10'000 + i);
  auto house = world_.as_operator();
  const auto body = contract(world_.merchant, R"(,"cycle":{"lagDays":3})");
  const auto dry = [&](const std::string& more) {
    return house.post("/v1/changes?dryRun=true" + more, "dry", body);
  };
  ASSERT_EQ(look(house, "/v1/settlement/runs").status, 200);
  const auto whole = dry("");
  ASSERT_EQ(whole.status, 200) << whole.body;
  EXPECT_EQ(whole.json().at("lines").as_array().size(), 5U);
  EXPECT_FALSE(whole.json().at("truncated").as_bool());
  EXPECT_TRUE(whole.json().at("nextLinesCursor").is_null());

  std::set<std::string> seen;
  auto page = dry("&limit=2");
  for (int pages = 1;; ++pages) {
    ASSERT_EQ(page.status, 200) << page.body;
    const auto object = page.json();
    EXPECT_EQ(object.at("counts").at("lines").as_int64(), 5);
    EXPECT_EQ(object.at("counts").at("payouts").as_int64(), 1);
    EXPECT_EQ(object.at("payouts").as_array().size(), pages == 1 ? 1U : 0U) << "one list a page";
    for (const auto& line : object.at("lines").as_array()) seen.insert(text(line.as_object(), "lineId"));
    if (object.at("nextLinesCursor").is_null()) {
      EXPECT_EQ(pages, 3);
      break;
    }
    page = dry("&limit=2&cursor=" + std::string(object.at("nextLinesCursor").as_string()));
  }
  EXPECT_EQ(seen.size(), 5U);

  // The same of the proposal; its cursor is no other's.
  auto one = world_.as(first_);
  const auto proposed = one.post("/v1/changes", "propose", body);
  ASSERT_EQ(proposed.status, 201) << proposed.body;
  position_ = proposed.header("Ledger-Position");
  const auto path = "/v1/changes/" + proposed.text("changeId") + "/what-if";
  const auto first = house.get(path + "?limit=3");
  ASSERT_EQ(first.status, 200) << first.body;
  const auto cursor = first.text("nextLinesCursor");
  EXPECT_EQ(house.get(path + "?limit=3&cursor=" + cursor).json().at("lines").as_array().size(), 2U);
  EXPECT_EQ(dry("&cursor=" + cursor).code(), "INVALID_CURSOR");
  EXPECT_EQ(house.get(path + "?limit=10001").code(), "BAD_PARAMETER");
  EXPECT_EQ(house.post("/v1/changes?limit=3", "no-dry", body).code(), "BAD_PARAMETER");

  // What was read is settled now, and moves no more. The answer goes on as it began as long as it is kept.
  settle("run");
  const auto as_it_began = house.get(path + "?limit=3&cursor=" + cursor);
  ASSERT_EQ(as_it_began.status, 200) << as_it_began.body;
  EXPECT_EQ(as_it_began.json().at("lines").as_array().size(), 2U);
  EXPECT_EQ(as_it_began.json().at("counts").at("lines").as_int64(), 5);
  for (const auto* others : {"4", "5"}) {
    const auto other = contract(world_.merchant, std::string(R"(,"cycle":{"lagDays":)") + others + "}");
    ASSERT_EQ(house.post("/v1/changes?dryRun=true", "dry", other).status, 200);
  }
  const auto moved_on = house.get(path + "?limit=3&cursor=" + cursor);
  EXPECT_EQ(moved_on.code(), "INVALID_CURSOR") << moved_on.body;
  EXPECT_NE(moved_on.body.find("moved on"), std::string::npos) << moved_on.body;
}

// Found by review: of an item that failed, and of money on hold, nothing was said at the payment.
TEST_F(MoneyTold, a_payment_says_what_became_of_its_money_and_why_not) {
  calendar();
  const auto payment = sell("f1", 10'000);
  const auto lines = "/v1/payments/" + payment + "/settlement-lines";
  const auto life = "/v1/payments/" + payment + "/lifecycle";
  auto shop = world_.as_merchant();
  const auto waiting = only(look(shop, lines), "openItems");
  EXPECT_EQ(text(waiting, "state"), "WAITING");
  EXPECT_EQ(text(waiting, "code"), "NO_CONTRACT");
  settle("run");
  for (const auto& path : {lines, life}) {
    const auto failed = only(look(shop, path), "openItems");
    EXPECT_EQ(text(failed, "state"), "FAILED");
    EXPECT_EQ(text(failed, "code"), "NO_CONTRACT");
    EXPECT_FALSE(text(failed, "stateReason").empty());
    EXPECT_EQ(failed.at("amount").as_int64(), 10'000);
  }

  approve(contract(world_.merchant), "late");
  auto house = world_.as_operator();
  ASSERT_EQ(look(house, "/v1/contracts").status, 200);
  const auto again =
      house.send("POST", "/v1/settlement/runs/2025-09-05/reruns", {{"Idempotency-Key", "re"}}, "");
  ASSERT_LT(again.status, 300) << again.body;
  ASSERT_EQ(ended(house, "2025-09-05").text("state"), "COMPLETED");
  EXPECT_EQ(text(only(shop.get(lines), "items"), "state"), "SCHEDULED");
  EXPECT_TRUE(shop.get(lines).json().at("openItems").as_array().empty());
  approve(R"({"kind":"HOLD","hold":{"merchantId":")" + world_.merchant +
              R"(","placed":true,"from":"2025-09-01","reason":"court order 12"}})",
          "hold");
  ASSERT_EQ(look(shop, lines).status, 200);
  for (const auto& [path, list] : {std::pair(lines, "items"), std::pair(life, "settlement")}) {
    const auto answer = shop.get(path);
    const auto held = only(answer, list);
    EXPECT_EQ(text(held, "state"), "WITHHELD") << answer.body;
    EXPECT_EQ(text(held, "stateReason"), "on hold since 2025-09-01: court order 12");
    EXPECT_EQ(answer.json().at("hold").at("reason").as_string(), "court order 12");
  }

  // Lifted, it would go out: the what-if says so.
  const auto lifted = house.post("/v1/changes?dryRun=true", "lift",
                                 R"({"kind":"HOLD","hold":{"merchantId":")" + world_.merchant +
                                     R"(","placed":false,"from":"2025-09-01","reason":"paid"}})");
  const auto payout = only(lifted, "payouts");
  EXPECT_EQ(payout.at("net").as_int64(), 10'000 - 275) << lifted.body;
  EXPECT_EQ(payout.at("date").as_object().count("from"), 0U) << "not as long as it is held";
  EXPECT_EQ(payout.at("date").as_object().count("to"), 1U);
}

TEST_F(MoneyTold, the_life_of_a_payment_names_the_payout_that_covers_it) {
  calendar();
  approve(contract(world_.merchant), "c");
  const auto payment = sell("l1", 10'000);
  auto shop = world_.as_merchant();
  const auto back =
      shop.post("/v1/payments/" + payment + "/cancels", "back",
                R"({"reason":"one of two","amount":4000,"canceledAt":"2025-09-05T11:00:00+09:00"})");
  ASSERT_LT(back.status, 300) << back.body;
  position_ = back.header("Ledger-Position");
  auto house = world_.as_operator();
  ASSERT_EQ(look(house, "/v1/settlement/runs").status, 200);
  settle("run");
  const auto life = "/v1/payments/" + payment + "/lifecycle";
  const auto settled = look(shop, life);
  ASSERT_EQ(settled.status, 200) << settled.body;
  EXPECT_EQ(settled.json().at("settlement").as_array().size(), 2U) << settled.body;
  EXPECT_TRUE(settled.json().at("payouts").as_array().empty()) << "nothing is paid before a payout run";

  const auto paid = house.post("/v1/payouts/runs", "tuesday", R"({"date":"2025-09-09"})");
  ASSERT_EQ(paid.status, 200) << paid.body;
  position_ = paid.header("Ledger-Position");
  const auto listed = only(look(house, "/v1/payouts?from=2025-09-09&until=2025-09-10"), "items");
  for (auto* who : {&shop, &house}) {
    const auto answer = look(*who, life);
    const auto payout = only(answer, "payouts");  // one, of both lines
    EXPECT_EQ(payout, listed) << answer.body;
    EXPECT_EQ(text(payout, "state"), "REQUESTED");
    EXPECT_EQ(payout.at("lines").as_int64(), 2);
    const auto body = answer.json();
    for (const auto& line : body.at("settlement").as_array()) {
      EXPECT_EQ(text(line.as_object(), "payoutId"), text(listed, "payoutId"));
      EXPECT_EQ(text(line.as_object(), "state"), "IN_PAYOUT");
    }
  }
}

// Found by review: the step of the payout day had a raw day number for its value, and only "basis, paid".
// Found by audit: the day was in the totals and in no run.
TEST_F(MoneyTold, a_day_with_adjustments_that_never_ran_is_told_as_such) {
  calendar();
  approve(contract(world_.merchant), "first");
  sell("a1", 10'000);
  auto house = world_.as_operator();
  ASSERT_EQ(look(house, "/v1/settlement/runs").status, 200);
  settle("run");
  auto cheaper = contract(world_.merchant);
  cheaper.replace(cheaper.find("25000"), 5, "10000");
  approve(cheaper, "second");
  const auto change = look(house, "/v1/changes?limit=1");
  const auto id = text(only(change, "items"), "changeId");
  ASSERT_EQ(house.get("/v1/settlement/runs/2025-09-08").text("state"), "NEVER");
  const auto adjusted = house.post("/v1/settlement/adjustments", "adjust",
                                   R"({"contractChangeId":")" + id + R"(","date":"2025-09-08"})");
  ASSERT_EQ(adjusted.status, 200) << adjusted.body;
  position_ = adjusted.header("Ledger-Position");

  const auto runs = look(house, "/v1/settlement/runs?from=2025-09-01&until=2025-10-01");
  const auto day = house.get("/v1/settlement/runs/2025-09-08");

  const auto body = runs.json();
  ASSERT_EQ(body.at("items").as_array().size(), 2U) << runs.body;
  EXPECT_EQ(text(body.at("items").at(0).as_object(), "date"), "2025-09-08") << "newest first";
  EXPECT_EQ(text(body.at("items").at(0).as_object(), "state"), "ADJUSTED");
  EXPECT_EQ(day.text("state"), "ADJUSTED");
  EXPECT_EQ(only(day, "totals").at("net").as_int64(), 165) << day.body;
  EXPECT_EQ(house.post("/v1/settlement/runs/2025-09-08/reruns", "rerun", "").code(), "CANNOT_RUN");
}

// Found by audit: the fee of interest-free instalments couldn't be recomputed from what was told.
TEST_F(MoneyTold, a_line_says_who_pays_the_interest_of_its_instalments) {
  calendar();
  auto terms = contract(world_.merchant);
  const std::string rule = R"("ratePpm":25000})";
  terms.replace(terms.find(rule), rule.size(),
                rule + R"(,{"name":"free","kind":"INTEREST_FREE","ratePpm":10000})");
  approve(terms, "c");
  const auto sold = world_.as_merchant().post(
      "/v1/payments", "i1",
      R"({"orderId":"order-i1","totalAmount":50000,"approvals":[{"method":"CARD","amount":50000,)"
      R"("approvedAt":"2025-09-05T10:00:00+09:00","approveNo":"00012345",)"
      R"("card":{"issuerCode":"11","installmentMonths":3,"interestPayer":"MERCHANT"}}]})");
  ASSERT_EQ(sold.status, 201) << sold.body;
  position_ = sold.header("Ledger-Position");
  auto house = world_.as_operator();
  ASSERT_EQ(look(house, "/v1/settlement/runs").status, 200);
  settle("run");
  const auto line = only(house.get("/v1/payments/" + sold.text("id") + "/settlement-lines"), "items");

  const auto told = house.get("/v1/settlement/lines/" + text(line, "lineId"));

  EXPECT_EQ(told.text("interestPayer"), "MERCHANT") << told.body;
  EXPECT_EQ(told.json().at("months").as_int64(), 3);
  EXPECT_NE(told.body.find("3 months, interest paid by the merchant: 50,000 x 1.00 % = 500"),
            std::string::npos)
      << told.body;
}

TEST_F(MoneyTold, a_contract_that_pays_elsewhere_is_told_before_it_is_approved) {
  calendar();
  approve(contract(world_.merchant), "first");
  sell("n1", 10'000);
  auto house = world_.as_operator();
  ASSERT_EQ(look(house, "/v1/settlement/runs").status, 200);
  settle("run");
  auto elsewhere = contract(world_.merchant, R"(,"keepBack":1000)");
  elsewhere.replace(elsewhere.find("acct-1"), 6, "acct-2");

  const auto dry = house.post("/v1/changes?dryRun=true", "dry", elsewhere);

  ASSERT_EQ(dry.status, 200) << dry.body;
  const auto payout = only(dry, "payouts");
  const auto& next = payout.at("next").as_object();
  EXPECT_EQ(json::serialize(next.at("amount")), R"({"from":9725,"to":8725})") << dry.body;
  EXPECT_EQ(json::serialize(next.at("account")), R"({"from":"acct-1","to":"acct-2"})");
  EXPECT_EQ(payout.at("net").as_int64(), -1'000);
}

TEST_F(MoneyTold, a_line_explains_its_payout_day_by_closed_days_and_calendar) {
  calendar();
  approve(contract(world_.merchant), "c");
  const auto payment = sell("e1", 10'000);
  auto house = world_.as_operator();
  ASSERT_EQ(look(house, "/v1/settlement/runs").status, 200);
  settle("run");
  const auto line = only(house.get("/v1/payments/" + payment + "/settlement-lines"), "items");
  const auto told = house.get("/v1/settlement/lines/" + text(line, "lineId"));
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_TRUE(told.json().at("recomputed").as_bool()) << told.body;
  std::map<std::string, json::object> steps;
  const auto body = told.json();
  for (const auto& step : body.at("explain").as_array())
    steps[text(step.as_object(), "rule")] = step.as_object();
  EXPECT_EQ(text(steps["basis"], "date"), "2025-09-05");
  EXPECT_EQ(text(steps["lag"], "formula"),
            "2025-09-05 + 2 business days = 2025-09-09; closed: 2025-09-06 Saturday, 2025-09-07 Sunday");
  EXPECT_EQ(text(steps["payout date"], "formula"), "basis 2025-09-05, calendar KR version 1; due 2025-09-09");
  EXPECT_EQ(text(steps["payout date"], "date"), "2025-09-09");
  EXPECT_EQ(steps["payout date"].count("value"), 0U);
  EXPECT_EQ(steps["net"].at("value").as_int64(), 9'725);
}

}  // namespace
}  // namespace wonjang
