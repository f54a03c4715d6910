// Terms of single methods over HTTP: what is refused and where, what a contract shows, what a line says it
// was computed by; and contracts as they were known at an earlier time.
#include <map>

#include "app/api/money_api_world.h"

namespace wonjang {
namespace {

namespace json = boost::json;

constexpr const char* kTermsOfTransfers =
    R"(,"cycle":{"lagDays":6},"cycleByMethod":[)"
    R"({"name":"transfers","method":"TRANSFER","cycle":{"lagDays":3}},)"
    R"({"name":"coupons","method":"COUPON","cycle":{"kind":"MANUAL"}}])";

class MethodTermsApi : public MoneyApi {
 protected:
  // As contract(), with more in its fees.
  std::string contract_with_fees(const std::string& of_fees) {
    auto body = contract(world_.merchant);
    const std::string end_of_rules = "}]}";
    body.insert(body.find(end_of_rules) + end_of_rules.size() - 1, "," + of_fees);
    return body;
  }
  std::string pointer_of(const std::string& body) {
    auto house = world_.as_operator();
    const auto answer = house.post("/v1/changes?dryRun=true", "bad-" + std::to_string(++asked_), body);
    EXPECT_EQ(answer.status, 422) << body << answer.body;
    const auto object = answer.json();
    const auto& errors = object.at("errors").as_array();
    EXPECT_EQ(errors.size(), 1U) << answer.body;
    return std::string(errors.at(0).at("pointer").as_string());
  }
  // A sale on a Friday.
  std::string sell(const std::string& order, const std::string& how) {
    auto shop = world_.as_merchant();
    const auto sold =
        shop.post("/v1/payments", order,
                  R"({"orderId":"order-)" + order +
                      R"(","totalAmount":10000,"approvals":[{"amount":10000,"approveNo":"00012345",)"
                      R"("approvedAt":"2025-09-05T10:00:00+09:00",)" +
                      how + "}]}");
    EXPECT_EQ(sold.status, 201) << sold.body;
    position_ = sold.header("Ledger-Position");
    return sold.text("id");
  }
  json::object line_of(const std::string& payment) {
    auto house = world_.as_operator();
    const auto lines = look(house, "/v1/payments/" + payment + "/settlement-lines").json();
    const auto& items = lines.at("items").as_array();
    EXPECT_EQ(items.size(), 1U);
    const auto id = std::string(items.at(0).at("lineId").as_string());
    return house.get("/v1/settlement/lines/" + id).json();
  }
  static std::string text(const json::object& of, std::string_view name) {
    const auto* value = of.if_contains(name);
    return value == nullptr ? "" : std::string(value->as_string());
  }

 private:
  int asked_ = 0;
};

TEST_F(MethodTermsApi, what_is_ambiguous_unknown_or_empty_is_refused_where_it_stands) {
  const auto cycles = [&](const std::string& list) {
    return pointer_of(contract(world_.merchant, R"(,"cycleByMethod":[)" + list + "]"));
  };
  const auto fees = [&](const std::string& list) {
    return pointer_of(contract_with_fees(R"("byMethod":[)" + list + "]"));
  };
  const std::string three_days = R"({"name":"t","method":"TRANSFER","cycle":{"lagDays":3}})";
  EXPECT_EQ(cycles(three_days + R"(,{"name":"u","method":"TRANSFER","cycle":{"lagDays":4}})"),
            "/contract/cycleByMethod/1/method");
  EXPECT_EQ(cycles(three_days + R"(,{"name":"t","method":"CARD","cycle":{"lagDays":4}})"),
            "/contract/cycleByMethod/1/name");
  EXPECT_EQ(cycles(R"({"name":"t","method":"BARTER","cycle":{"lagDays":3}})"),
            "/contract/cycleByMethod/0/method");
  EXPECT_EQ(cycles(R"({"name":"t","cycle":{"lagDays":3}})"), "/contract/cycleByMethod/0/method");
  EXPECT_EQ(cycles(R"({"name":"t","method":"TRANSFER"})"), "/contract/cycleByMethod/0/cycle");
  EXPECT_EQ(cycles(R"({"name":"t","method":"TRANSFER","cycle":{}})"), "/contract/cycleByMethod/0/cycle");
  EXPECT_EQ(cycles(R"({"name":"t","method":"TRANSFER","cycle":{"lagDays":61}})"),
            "/contract/cycleByMethod/0/cycle/lagDays");
  EXPECT_EQ(cycles(R"({"name":"t","method":"TRANSFER","vat":"NONE","cycle":{"lagDays":3}})"),
            "/contract/cycleByMethod/0/vat");
  EXPECT_EQ(fees(R"({"name":"t","method":"TRANSFER"})"), "/contract/fees/byMethod/0");
  EXPECT_EQ(fees(R"({"name":"t","method":"TRANSFER","rounding":"UP"})"),
            "/contract/fees/byMethod/0/rounding");
  EXPECT_EQ(fees(R"({"name":"t","method":"CARD","issuer":"11","vat":"NONE"},)"
                 R"({"name":"u","method":"CARD","issuer":"11","vat":"ADDED"})"),
            "/contract/fees/byMethod/1/issuer");
  EXPECT_EQ(pointer_of(R"({"kind":"CANARY","canary":{"name":"c","candidate":{"rules":[)"
                       R"({"name":"card","kind":"BASE_RATE","ratePpm":25000}],)"
                       R"("byMethod":[{"name":"t","method":"TRANSFER"}]}}})"),
            "/canary/candidate/byMethod/0");
}

TEST_F(MethodTermsApi, cards_after_six_days_and_transfers_after_three) {
  approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "kr");
  approve(contract(world_.merchant), "plain");
  const auto card = sell("card", R"("method":"CARD","card":{"issuerCode":"11","last4":"7890"})");
  const auto transfer = sell("transfer", R"("method":"TRANSFER","transfer":{"bankCode":"88"})");
  auto terms = contract_with_fees(R"("byMethod":[{"name":"no-vat","method":"TRANSFER","vat":"NONE"}])");
  terms.insert(terms.size() - 2, kTermsOfTransfers);
  auto house = world_.as_operator();
  const auto moved = house.post("/v1/changes?dryRun=true", "what-if", terms);
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(moved.json().at("lines").as_array().size(), 2U) << moved.body;
  approve(terms, "terms");
  const auto shown = look(house, "/v1/contracts?merchant=" + world_.merchant).json();
  const auto contract = shown.at("items").at(1).as_object();
  EXPECT_EQ(contract.at("cycleByMethod").at(0).at("method").as_string(), "TRANSFER");
  EXPECT_EQ(contract.at("cycleByMethod").at(0).at("cycle").at("lagDays").as_int64(), 3);
  EXPECT_EQ(json::serialize(contract.at("fees").at("byMethod")),
            R"([{"name":"no-vat","method":"TRANSFER","vat":"NONE"}])");

  ASSERT_EQ(house.post("/v1/settlement/runs", "run", R"({"date":"2025-09-05"})").status, 202);
  ASSERT_EQ(ended(house, "2025-09-05").text("state"), "COMPLETED");

  const auto of_card = line_of(card);
  EXPECT_EQ(text(of_card, "payoutDate"), "2025-09-15");
  EXPECT_EQ(of_card.at("fee").as_int64(), 275);
  EXPECT_EQ(text(of_card, "cycleTerms") + text(of_card, "feeTerms"), "");
  const auto of_transfer = line_of(transfer);
  EXPECT_EQ(text(of_transfer, "payoutDate"), "2025-09-10");
  EXPECT_EQ(of_transfer.at("fee").as_int64(), 250);
  EXPECT_EQ(text(of_transfer, "cycleTerms"), "transfers");
  EXPECT_EQ(text(of_transfer, "feeTerms"), "no-vat");
  EXPECT_TRUE(of_transfer.at("recomputed").as_bool());
}

TEST_F(MethodTermsApi, contracts_are_shown_as_they_were_known_at_an_earlier_time) {
  approve(contract(world_.merchant), "first");
  auto house = world_.as_operator();
  const auto versions = [&](const std::string& known_at) {
    const auto answer = look(house, "/v1/contracts?merchant=" + world_.merchant +
                                        (known_at.empty() ? "" : "&knownAt=" + known_at));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json().at("items").as_array();
  };
  const auto first = versions("");
  ASSERT_EQ(first.size(), 1U);
  const auto then = std::string(first.at(0).at("knownAt").as_string());
  // A correction for the same days.
  approve(contract(world_.merchant, R"(,"tier":"SMALL")"), "correction");

  ASSERT_EQ(versions("").size(), 2U);
  const auto as_known = versions(then);
  ASSERT_EQ(as_known.size(), 1U) << "the correction wasn't known yet";
  EXPECT_EQ(as_known.at(0).at("tier").as_string(), "GENERAL");
  EXPECT_EQ(versions("2020-01-01T00:00:00%2B09:00").size(), 0U);
  const auto day = house.get("/v1/contracts?knownAt=2025-09-05");
  EXPECT_EQ(day.status, 400);
  EXPECT_EQ(day.code(), "BAD_PARAMETER") << day.body;
  auto shop = world_.as_merchant();
  EXPECT_EQ(look(shop, "/v1/contracts?knownAt=" + then).json().at("items").as_array().size(), 1U);
}

}  // namespace
}  // namespace wonjang
