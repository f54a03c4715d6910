// What an answer says to whoever has to put the request right: which field, which scope, which parameter,
// how much, and no number that isn't one. Each was met by a first user of the program.
#include <filesystem>
#include <fstream>

#include "adapters/system/system_clock.h"
#include "app/api/money_api_world.h"

namespace wonjang {
namespace {

namespace json = boost::json;

const json::object* only_error(const json::object& problem) {
  const auto* errors = problem.if_contains("errors");
  if (errors == nullptr || errors->as_array().size() != 1) return nullptr;
  return &errors->as_array().front().as_object();
}

class ToldWhy : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, ToldWhy, ::testing::Values(1U, 4U));

TEST_P(ToldWhy, a_refusal_names_a_number_only_where_its_code_speaks_of_one) {
  const World world({.books = GetParam()});
  auto shop = world.as_merchant();
  const auto wrong = shop.post("/v1/payments", "a", R"({"orderId":"tax-1234","totalAmount":-5})").json();
  ASSERT_NE(only_error(wrong), nullptr) << json::serialize(wrong);
  EXPECT_FALSE(only_error(wrong)->contains("actual")) << json::serialize(wrong);
  const auto made = shop.post("/v1/payments", "b", card_payment("b", 1000));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto path = "/v1/payments/" + made.text("id");
  const auto taken = shop.post("/v1/payments", "c", bare_payment("b", 1000)).json();
  EXPECT_EQ(taken.at("code").as_string(), "ORDER_ID_TAKEN");
  EXPECT_FALSE(only_error(taken)->contains("actual")) << json::serialize(taken);
  const auto much = shop.post(path + "/cancels", "d", R"({"reason":"x","amount":1001})").json();
  ASSERT_NE(only_error(much), nullptr) << json::serialize(much);
  EXPECT_EQ(only_error(much)->at("actual").as_int64(), 1000);
  ASSERT_EQ(shop.post(path + "/cancels", "e", R"({"reason":"x"})").status, 201);
  const auto expected =
      shop.post(path + "/cancels", "f", R"({"reason":"x","amount":1,"expectedCancellableAmount":7})").json();
  if (expected.at("code").as_string() == "CANCELLABLE_MISMATCH") {
    EXPECT_EQ(only_error(expected)->at("actual").as_int64(), 0) << "nothing left is a number";
  }
}

TEST_P(ToldWhy, a_key_of_the_wrong_scope_hears_which_it_would_take) {
  const World world({.books = GetParam()});
  const auto refused = world.as_merchant().get("/v1/trial-balance");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text("detail"), "this path is for keys of the scope operator; this key has merchant");
  EXPECT_EQ(world.as(world.ingest_key).get("/v1/payments").text("detail"),
            "this path is for keys of the scope merchant or operator; this key has ingest");
}

TEST_P(ToldWhy, a_key_that_could_do_nothing_is_not_made) {
  const World world({.books = GetParam()});
  auto house = world.as_operator();
  const auto before = world.tails();
  const auto pointer_of = [](const TestAnswer& answer) {
    EXPECT_EQ(answer.status, 422) << answer.body;
    const auto problem = answer.json();
    const auto* error = only_error(problem);
    return error == nullptr ? std::string() : std::string(error->at("pointer").as_string());
  };
  EXPECT_EQ(pointer_of(house.post("/v1/api-keys", "1", R"({"scopes":["merchant"]})")), "/merchantId");
  EXPECT_EQ(pointer_of(house.post("/v1/api-keys", "2",
                                  R"({"scopes":["operator"],"merchantId":")" + world.merchant + "\"}")),
            "/scopes");
  EXPECT_EQ(pointer_of(house.post("/v1/api-keys", "3",
                                  R"({"scopes":["operator"],"expiresAt":"2020-01-01T00:00:00Z"})")),
            "/expiresAt");
  EXPECT_EQ(world.tails(), before);
}

TEST_P(ToldWhy, a_key_past_its_end_is_listed_as_expired) {
  const World world({.books = GetParam()});
  auto house = world.as_operator();
  std::string soon;
  append_rfc3339(soon, SystemClock().now().plus_ms(1'500));
  const auto made = house.post("/v1/api-keys", "k", R"({"scopes":["operator"],"expiresAt":")" + soon + "\"}");
  ASSERT_EQ(made.status, 201) << made.body;
  for (int i = 0; i < 2'000 && world.as(made.text("secret")).get("/v1/merchants").status != 401; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto listed = house.get("/v1/api-keys").json();
  std::string status;
  for (const auto& key : listed.at("apiKeys").as_array()) {
    if (key.at("id").as_string() == made.text("id")) status = key.at("status").as_string();
  }
  EXPECT_EQ(status, "EXPIRED");
  const auto again =
      house.post("/v1/api-keys", "k", R"({"scopes":["operator"],"expiresAt":")" + soon + "\"}");
  EXPECT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
}

TEST_P(ToldWhy, what_has_ended_already_is_said_to_have_ended) {
  const World world({.books = GetParam()});
  auto house = world.as_operator();
  const auto made = house.post("/v1/api-keys", "k", R"({"scopes":["operator"]})").text("id");
  const auto path = "/v1/api-keys/" + made + "/revoke";
  const auto first = house.post(path, "1", "");
  const auto second = house.post(path, "2", "");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(house.post(path, "2", "").body, first.body) << "and its repeat";
  const auto close = "/v1/merchants/" + world.other + "/close";
  EXPECT_EQ(house.post(close, "3", "").text("status"), "CLOSED");
  EXPECT_EQ(house.post(close, "4", "").text("status"), "CLOSED");
  EXPECT_TRUE(second.body.ends_with("}\n")) << "the prompt stands on a line of its own";
}

TEST_P(ToldWhy, an_unknown_query_parameter_is_named_unless_it_is_a_secret) {
  const World world({.books = GetParam()});
  auto house = world.as_operator();
  EXPECT_EQ(house.get("/v1/changes?stauts=PROPOSED").text("detail").substr(0, 49),
            "this path doesn't know the query parameter stauts");
  for (const std::string secret : {"wonjang_live_abc", "4111111111111111"}) {
    const auto answer = house.get("/v1/changes?" + secret + "=1");
    EXPECT_EQ(answer.code(), "BAD_PARAMETER");
    EXPECT_EQ(answer.body.find(secret), std::string::npos) << answer.body;
  }
}

TEST_P(ToldWhy, a_reused_key_is_told_when_it_was_first_used) {
  const World world({.books = GetParam()});
  auto shop = world.as_merchant();
  ASSERT_EQ(shop.post("/v1/payments", "k", bare_payment("1")).status, 201);
  const auto reused = shop.post("/v1/payments", "k", bare_payment("2"));
  EXPECT_EQ(reused.code(), "KEY_REUSED");
  EXPECT_EQ(reused.text("message"),
            "this key was used for another request, first at " + reused.text("firstUsedAt"));
}

TEST_P(ToldWhy, an_empty_object_is_no_body_where_none_is_taken) {
  const World world({.books = GetParam()});
  auto house = world.as_operator();
  for (const auto* path :
       {"/v1/settlement/runs/2026-11-22/stops", "/v1/settlement/runs/2026-11-22/reruns", "/v1/views/rebuild",
        "/v1/views/verify", "/v1/acquirer-files/fil_01JD4Z7Q8R6G3V5X9T2W0K1MNP/matches"}) {
    EXPECT_NE(house.post(path, std::string("k") + path, " {} ").status, 413) << path;
    const auto refused = house.post(path, std::string("x") + path, R"({"x":1})");
    EXPECT_EQ(refused.status, 413) << path;
    EXPECT_EQ(refused.text("detail"), "this path takes no body: send none, or {}");
  }
  const auto large = house.post("/v1/merchants", "l", std::string(70'000, ' '));
  EXPECT_EQ(large.text("detail"), "this path takes a body of at most 65536 bytes");
}

TEST_P(ToldWhy, what_is_no_utf_8_is_refused_with_its_line) {
  const World world({.books = GetParam()});
  auto house = world.as_operator();
  const std::string target = "/v1/acquirer-files?name=a.csv&kind=DEPOSIT&acquirer=HYUNDAI";
  const auto send = [&](const std::string& path, const std::string& key, const std::string& body) {
    return house.send("POST", path, {{"Idempotency-Key", key}, {"Content-Type", "text/csv"}}, body);
  };
  const auto before = world.tails();
  const auto korean = send(target, "1", "their_key,amount,date\n\xB0\xA1,1000,2026-11-22\n");
  EXPECT_EQ(korean.status, 422);
  EXPECT_NE(korean.text("detail").find("line 2 isn't UTF-8"), std::string::npos) << korean.body;
  EXPECT_NE(send("/v1/payouts/results?name=r", "2", "\xB0").text("detail").find("line 1 isn't UTF-8"),
            std::string::npos);
  EXPECT_NE(send(target, "3", "").text("detail").find("the file is empty"), std::string::npos);
  const auto other = house.send(
      "POST", "/v1/merchants",
      {{"Idempotency-Key", "4"}, {"Content-Type", "application/json; charset=euc-kr"}}, R"({"code":"x"})");
  EXPECT_EQ(other.status, 415) << other.body;
  EXPECT_EQ(world.tails(), before);
}

TEST_F(MoneyApi, a_date_that_there_is_not_is_a_wrong_parameter_and_not_a_missing_thing) {
  auto house = world_.as_operator();
  for (const auto* path : {"/v1/settlement/plans/2026-02-30", "/v1/settlement/runs/today",
                           "/v1/settlement/runs/2026-13-01/lines", "/v1/funds/reports/2026-02-30"}) {
    const auto answer = house.get(path);
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_NE(answer.text("detail").find("business date"), std::string::npos) << answer.body;
  }
  const auto ahead = house.get("/v1/trial-balance?asOf=2999-01-01");
  EXPECT_EQ(ahead.status, 400) << ahead.body;
  EXPECT_NE(ahead.text("detail").find("still to come"), std::string::npos) << ahead.body;
}

TEST_F(MoneyApi, a_second_decision_hears_of_the_first) {
  auto one = world_.as(world_.make_key(R"({"scopes":["operator"]})", "first"));
  auto other = world_.as(second_key());
  const auto proposed = one.post("/v1/changes", "p", contract(world_.merchant));
  ASSERT_EQ(proposed.status, 201) << proposed.body;
  const auto path = "/v1/changes/" + proposed.text("changeId") + "/decisions";
  const auto decided = other.post(path, "d", R"({"decision":"APPROVE"})");
  ASSERT_EQ(decided.status, 200) << decided.body;
  const auto late = other.post(path, "late", R"({"decision":"REJECT"})");
  EXPECT_EQ(late.code(), "ALREADY_DECIDED");
  EXPECT_EQ(late.text("detail").substr(0, 12), "approved at ") << late.body;
  EXPECT_NE(late.text("detail").find(" by " + decided.text("decidedBy")), std::string::npos) << late.body;
}

// Written into, it is no copy any more, and nothing restores it.
TEST_P(ToldWhy, a_backup_is_not_served) {
  const World world({.books = GetParam(), .on_disk = true});
  const auto backup = world.directory / "copy";
  std::filesystem::create_directories(backup);
  std::filesystem::copy(world.directory / "layout", backup / "layout");
  std::ofstream(backup / "manifest") << "wonjang-backup 1\n";
  auto config = world.config;
  config.data_dir = backup.string();
  const auto opened = Service::open(config);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::invalid);
  EXPECT_NE(opened.error().message.find("wonjang restore"), std::string::npos) << opened.error().message;
  EXPECT_FALSE(std::filesystem::exists(backup / "book-0"));
}

}  // namespace
}  // namespace wonjang
