// Who may do what: every route with every kind of key, and the table of routes against openapi.json in both
// directions.

#include <fcntl.h>
#include <sys/stat.h>

#include <map>
#include <set>
#include <sstream>

#include "adapters/system/system_clock.h"
#include "app/api/api_test_world.h"
#include "app/api/openapi.h"
#include "app/api/routes.h"
#include "engine/serving/cube.h"

namespace wonjang {
namespace {

std::string target_of(const Route& route, const World& world) {
  std::string target(route.path);
  const auto put = [&](std::string_view name, const std::string& value) {
    if (const auto at = target.find(name); at != std::string::npos) target.replace(at, name.size(), value);
  };
  put("{paymentId}", "pay_01JD4Z7Q8R6G3V5X9T2W0K1MNP");
  put("{merchantId}", world.merchant);
  put("{apiKeyId}", "key_01JD4Z7Q8R6G3V5X9T2W0K1MNP");
  put("{backupName}", "monday");
  put("{cube}", "merchant_day");
  return target;
}

int ask(const World& world, const Route& route, const std::string& key) {
  auto asker = world.as(key);
  if (route.method == "GET") return asker.get(target_of(route, world)).status;
  if (route.method == "DELETE") return asker.send("DELETE", target_of(route, world), {}, "").status;
  if (route.method == "PUT") return asker.send("PUT", target_of(route, world), {}, "").status;
  if (route.handler == nullptr) {
    return asker.send("POST", target_of(route, world), {{"Content-Type", "text/csv"}}, "x").status;
  }
  return asker.post(target_of(route, world), "", "").status;  // 400 for want of a key once it may
}

class Access : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Access, testing::Values(1U, 4U));

TEST_P(Access, every_route_with_every_kind_of_key) {
  const World world({.books = GetParam()});
  const auto revoked = world.as_operator().post("/v1/api-keys", "r", R"({"scopes":["operator"]})");
  ASSERT_EQ(world.as_operator().post("/v1/api-keys/" + revoked.text("id") + "/revoke", "rr", "").status, 200);
  std::string soon;
  append_rfc3339(soon, SystemClock().now().plus_ms(300));
  const auto expired =
      world.as_operator().post("/v1/api-keys", "e", R"({"scopes":["operator"],"expiresAt":")" + soon + "\"}");
  ASSERT_EQ(expired.status, 201) << expired.body;
  while (SystemClock().now() <= *parse_rfc3339(soon)) std::this_thread::yield();
  auto cut = world.operator_key;
  cut.pop_back();
  auto mistyped = world.operator_key;
  mistyped[50] = mistyped[50] == '7' ? '8' : '7';
  for (const auto& route : routes()) {
    SCOPED_TRACE(std::string(route.method) + " " + std::string(route.path));
    if (route.path == "/v1/session" && route.method == "POST") continue;  // takes a key: sessions_test.cc
    if (route.scopes == kScopeNone) {
      EXPECT_EQ(ask(world, route, ""), 200);
      continue;
    }
    for (const auto& key : {std::string(), std::string("garbage"), cut, mistyped, revoked.text("secret"),
                            expired.text("secret")}) {
      EXPECT_EQ(ask(world, route, key), 401) << key;
    }
    const auto check = [&](const std::string& key, Scopes scope) {
      const auto status = ask(world, route, key);
      EXPECT_NE(status, 401);
      EXPECT_EQ(status == 403, (route.scopes & scope) == 0) << status;
      EXPECT_LT(status, 500);
    };
    check(world.merchant_key, kScopeMerchant);
    check(world.other_key, kScopeMerchant);
    check(world.operator_key, kScopeOperator | kScopeIngest);
    check(world.ingest_key, kScopeIngest);
  }
}

TEST_P(Access, a_body_is_not_waited_for_from_somebody_who_may_not_send_it) {
  const World world({.books = GetParam()});
  const auto ask = [&](const std::string& authorization) {
    TestClient client(world.service->port());
    client.send("POST /v1/merchants HTTP/1.1\r\nHost: t\r\n" + authorization +
                "Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n"
                "Expect: 100-continue\r\n\r\n");
    return client.read_answer();
  };
  const auto nobody = ask("");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_NE(nobody.head.find("Connection: close"), std::string::npos);
  EXPECT_EQ(ask("Authorization: Bearer garbage\r\n").status, 401);
  EXPECT_EQ(ask("Authorization: Bearer " + world.merchant_key + "\r\n").status, 403);
  EXPECT_EQ(ask("Authorization: Bearer " + world.operator_key + "\r\n").status, 100);
}

TEST_P(Access, another_merchants_payment_looks_as_if_it_were_not_there) {
  const World world({.books = GetParam()});
  const auto made = world.as_merchant().post("/v1/payments", "k", card_payment("o"));
  const auto id = made.text("id");
  const std::string missing = "pay_01JD4Z7Q8R6G3V5X9T2W0K1MNP";
  auto other = world.as_other();
  const auto before = world.tails();
  for (const auto& route : routes()) {
    if (route.path.find("{paymentId}") == std::string_view::npos) continue;
    if ((route.scopes & kScopeMerchant) == 0) continue;  // refused by the key's scope, whosever it is
    SCOPED_TRACE(route.path);
    const auto tail = std::string(route.path.substr(std::string_view("/v1/payments/{paymentId}").size()));
    const std::map<std::string, std::string> bodies{
        {"/authenticate", ""},
        {"/approve", R"({"method":"CARD","amount":10,"card":{"issuerCode":"11"}})"},
        {"/approvals",
         R"({"method":"CARD","amount":10,"approvedAt":"2026-11-22T01:00:00Z","card":{"issuerCode":"11"}})"},
        {"/cancels", R"({"reason":"x"})"},
        {"/fail", R"({"failureCode":"X"})"},
        {"/deposits", R"({"amount":10,"depositedAt":"2026-11-22T01:00:00Z","bankNoticeId":"n"})"},
        {"/deposit-reversals",
         R"({"effect":"WAITING","reversedAt":"2026-11-22T01:00:00Z","bankNoticeId":"n"})"},
        {"/acquisitions",
         R"({"approvalId":"apr_01JD4Z7Q8R6G3V5X9T2W0K1MNP","state":"READY","at":"2026-11-22T02:00:00Z"})"}};
    const auto ask_for = [&](const std::string& payment) {
      const auto target = "/v1/payments/" + payment + tail;
      return route.method == "GET" ? other.get(target)
                                   : other.post(target, "spy" + payment + tail, bodies.at(tail));
    };
    const auto theirs = ask_for(id);
    const auto nobodys = ask_for(missing);
    EXPECT_EQ(theirs.status, 404) << theirs.body;
    EXPECT_EQ(theirs.code(), nobodys.code());
  }
  EXPECT_EQ(world.tails(), before);
}

TEST_P(Access, a_revoked_key_ends_at_once_and_a_new_one_works_at_once) {
  World world({.books = GetParam()});
  const auto made = world.as_operator().post("/v1/api-keys", "n", R"({"scopes":["operator"]})");
  auto user = world.as(made.text("secret"));
  EXPECT_EQ(user.get("/v1/merchants").status, 200);
  world.as_operator().post("/v1/api-keys/" + made.text("id") + "/revoke", "nr", "");
  EXPECT_EQ(user.get("/v1/merchants").status, 401);
}

TEST_P(Access, a_merchant_makes_no_more_than_merchants_keys) {
  World world({.books = GetParam()});
  auto shop = world.as_merchant();
  EXPECT_EQ(shop.post("/v1/api-keys", "1", R"({"scopes":["operator"]})").status, 422);
  EXPECT_EQ(
      shop.post("/v1/api-keys", "2", R"({"scopes":["merchant"],"merchantId":")" + world.other + "\"}").status,
      422);
  EXPECT_EQ(shop.post("/v1/api-keys", "3", R"({"scopes":["merchant"]})").status, 201);
  EXPECT_EQ(shop.get("/v1/api-keys").json().at("apiKeys").as_array().size(), 2U);
  EXPECT_EQ(shop.get("/v1/merchants/" + world.other).status, 404);
}

TEST_P(Access, a_closed_merchant_takes_no_new_payments_but_repeats_are_answered) {
  World world({.books = GetParam()});
  auto shop = world.as_merchant();
  const auto first = shop.post("/v1/payments", "k", card_payment("o"));
  ASSERT_EQ(world.as_operator().post("/v1/merchants/" + world.merchant + "/close", "close", "").status, 200);
  EXPECT_EQ(shop.post("/v1/payments", "k2", card_payment("o2")).code(), "MERCHANT_CLOSED");
  EXPECT_EQ(shop.post("/v1/payments", "k", card_payment("o")).body, first.body);
}

TEST_P(Access, unknown_paths_and_methods_are_named) {
  World world({.books = GetParam()});
  auto house = world.as_operator();
  EXPECT_EQ(house.get("/v1/nothing").status, 404);
  EXPECT_EQ(house.get("/v1/payments/").status, 404);
  EXPECT_EQ(house.get("/v1/payments/a/b/c").status, 404);
  const auto wrong = house.send("DELETE", "/v1/payments", {}, "");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST, GET, HEAD");
}

TEST(Routes, openapi_and_the_table_of_routes_agree_in_both_directions) {
  const auto api = boost::json::parse(std::string(openapi_json())).as_object();
  std::set<std::string> described;
  for (const auto& [path, item] : api.at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      std::string name(method);
      for (auto& c : name) c = static_cast<char>(std::toupper(c));
      if (name != "GET" && name != "POST" && name != "PUT" && name != "DELETE") continue;
      std::set<std::string> scopes;
      if (const auto* list = operation.as_object().if_contains("x-scopes")) {
        for (const auto& scope : list->as_array()) scopes.insert(std::string(scope.as_string()));
      }
      std::string line = name + " " + std::string(path) + " :";
      for (const auto& scope : scopes) line += " " + scope;
      described.insert(line);
    }
  }
  std::set<std::string> served;
  for (const auto& route : routes()) {
    std::set<std::string> scopes;
    if ((route.scopes & kScopeMerchant) != 0) scopes.insert("merchant");
    if ((route.scopes & kScopeOperator) != 0) scopes.insert("operator");
    if ((route.scopes & kScopeIngest) != 0) scopes.insert("ingest");
    std::string line = std::string(route.method) + " " + std::string(route.path) + " :";
    for (const auto& scope : scopes) line += " " + scope;
    served.insert(line);
  }
  EXPECT_EQ(described, served);
}

// Such a cube would be kept and could never be asked.
TEST(Routes, no_cube_can_have_the_name_of_a_path_beside_it) {
  const std::string_view above = "/v1/totals/";
  int names = 0;
  for (const auto& route : routes()) {
    if (!route.path.starts_with(above) || route.path.find('{') != std::string_view::npos) continue;
    serving::CubeDeclaration cube;
    cube.name = route.path.substr(above.size());
    const auto parsed = serving::parse_cube(cube);
    ASSERT_FALSE(parsed) << cube.name;
    EXPECT_NE(parsed.error().message.find("name"), std::string::npos) << parsed.error().message;
    ++names;
  }
  EXPECT_GE(names, 2);
}

// Found by an audit: `explain=banana` was false.
TEST_P(Access, every_yes_or_no_is_true_or_false_and_nothing_else) {
  World world({.books = GetParam()});
  auto house = world.as_operator();
  const auto made = world.as_merchant().post("/v1/payments", "k", card_payment("1"));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto api = boost::json::parse(std::string(openapi_json()));
  std::set<std::string> tried;
  const auto refuses = [&](const std::string& method, const std::string& target, const TestHeaders& headers) {
    const auto answer = house.send(method, target, headers, method == "GET" ? "" : "{}");
    EXPECT_EQ(answer.status, 400) << method << " " << target << "\n" << answer.body;
    EXPECT_EQ(answer.code(), "BAD_PARAMETER") << answer.body;
    EXPECT_NE(answer.text("detail").find("true"), std::string::npos)
        << method << " " << target << answer.body;
  };
  for (const auto& [pattern, item] : api.at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      const auto* list = operation.as_object().if_contains("parameters");
      for (std::size_t i = 0; list != nullptr && i < list->as_array().size(); ++i) {
        const auto& one = list->as_array()[i];
        const auto* ref = one.as_object().if_contains("$ref");
        const auto& said = ref == nullptr ? one : api.at_pointer(std::string(ref->as_string()).substr(1));
        if (said.at("in").as_string() != "query" || said.at("schema").at("type").as_string() != "boolean")
          continue;
        std::string path(pattern), verb(method == "get" ? "GET" : "POST");
        const std::pair<std::string, std::string> values[] = {
            {"{cube}", "merchant_day"}, {"{paymentId}", made.text("id")}, {"{fileId}", "1"}};
        for (const auto& [name, value] : values) {
          if (const auto at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
        }
        ASSERT_EQ(path.find('{'), std::string::npos) << "give the test a value for it: " << path;
        const std::string name(said.at("name").as_string());
        const TestHeaders headers =
            verb == "GET" ? TestHeaders()
                          : TestHeaders{{"Content-Type", "application/json"}, {"Idempotency-Key", "banana"}};
        std::string rest;  // what the path can't do without
        if (path == "/v1/transactions") rest = "&merchantId=" + world.merchant;
        if (path == "/v1/search") rest = "&q=a";
        if (path == "/v1/merchants/top") rest = "&from=2026-11-01";
        if (path.starts_with("/v1/totals/merchant_day")) rest = "&from=2026-11-01&asOf=2026-11-02";
        const auto asked = path + "?" + name + "=banana" + rest;
        refuses(verb, asked, headers);
        if (name == "explain") refuses(verb, path, {{"Explain", "banana"}});
        tried.insert(name);
      }
    }
  }
  EXPECT_EQ(tried, (std::set<std::string>{"count", "difference", "disputed", "dryRun", "explain", "quick",
                                          "totals"}));
  refuses("GET", "/v1/events", {{"Explain", "yes"}});
  EXPECT_EQ(house.get("/v1/events", {{"Explain", "0"}}).status, 200);
  EXPECT_EQ(house.get("/v1/payments", {{"Explain", "0"}}).status, 200);
}

// What openapi.json calls the query parameters of each "METHOD path".
std::map<std::string, std::set<std::string>> described_parameters() {
  const auto api = boost::json::parse(std::string(openapi_json()));
  std::map<std::string, std::set<std::string>> out;
  for (const auto& [path, item] : api.at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      std::string name(method);
      for (auto& c : name) c = static_cast<char>(std::toupper(c));
      auto& parameters = out[name + " " + std::string(path)];
      const auto* list = operation.as_object().if_contains("parameters");
      if (list == nullptr) continue;
      for (const auto& one : list->as_array()) {
        const auto* ref = one.as_object().if_contains("$ref");
        const auto& said = ref == nullptr ? one : api.at_pointer(std::string(ref->as_string()).substr(1));
        if (said.at("in").as_string() != "query") continue;
        const std::string parameter(said.at("name").as_string());
        parameters.insert(parameter.substr(0, parameter.find('{')));  // metadata.{name}
      }
    }
  }
  return out;
}

// "... it knows: limit after" as a set.
std::set<std::string> names_it_knows(const std::string& detail) {
  std::set<std::string> out;
  const std::string_view opening = "it knows:";
  const auto at = detail.find(opening);
  if (at == std::string::npos) return out;
  std::istringstream words(detail.substr(at + opening.size()));
  for (std::string word; words >> word;) out.insert(word);
  return out;
}

// A `dryRun` that nobody reads must not pay, cancel or settle; a filter that nobody reads must not show all.
TEST_P(Access, every_route_refuses_query_parameters_it_does_not_know_and_knows_those_of_openapi) {
  const World world({.books = GetParam()});
  const auto described = described_parameters();
  const auto before = world.tails();
  for (const auto& route : routes()) {
    const auto name = std::string(route.method) + " " + std::string(route.path);
    SCOPED_TRACE(name);
    auto house = world.as_operator();
    TestHeaders headers;
    if (route.needs_key) headers.push_back({"Idempotency-Key", "q" + std::to_string(index_of(route))});
    const bool has_body = route.body_max > 0 && route.method == "POST";
    if (has_body) {
      headers.push_back(
          {"Content-Type", route.handler == nullptr ? "application/x-ndjson" : "application/json"});
    }
    const auto answer = house.send(std::string(route.method), target_of(route, world) + "?dry-run=true",
                                   headers, has_body ? "{}" : "");
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.code(), "BAD_PARAMETER") << answer.body;
    EXPECT_EQ(names_it_knows(answer.text("detail")), described.at(name)) << answer.body;
    EXPECT_EQ(route.takes_query, !described.at(name).empty());
    if (!route.takes_query && has_body) {
      EXPECT_NE(answer.text("detail").find("body"), std::string::npos) << answer.body;
    }
  }
  EXPECT_EQ(world.tails(), before);
}

TEST_P(Access, a_dry_run_that_a_path_does_not_know_cancels_nothing) {
  const World world({.books = GetParam()});
  auto shop = world.as_merchant();
  const auto id = shop.post("/v1/payments", "k", card_payment("o")).text("id");
  const auto before = world.tails();
  const auto refused =
      shop.post("/v1/payments/" + id + "/cancels?dryRun=true&amount=1", "c", R"({"reason":"x"})");
  EXPECT_EQ(refused.code(), "BAD_PARAMETER") << refused.body;
  EXPECT_EQ(shop.post("/v1/payments?dryRun=true", "k2", card_payment("p")).code(), "BAD_PARAMETER");
  EXPECT_EQ(world.tails(), before);
  EXPECT_EQ(shop.post("/v1/payments/" + id + "/cancels", "c", R"({"reason":"x"})").status, 201)
      << "the key was not spent";
}

}  // namespace
}  // namespace wonjang
