// A server that was told not to keep the views or the money side: it takes payments, answers from the book,
// and says of everything else which setting keeps it from answering.
#include <gmock/gmock.h>

#include <set>

#include "app/api/api_test_world.h"
#include "app/api/routes.h"

namespace wonjang {
namespace {

using ::testing::HasSubstr;

void serve_nothing_derived(ServiceConfig& config) {
  config.serving_enabled = false;
  config.money_enabled = false;
}

// What the book alone answers: GET /v1/payments with orderId, GET /v1/merchants without contains.
const std::set<std::string> kOfTheLedger = {
    "POST /v1/payments",
    "GET /v1/payments",
    "GET /v1/payments/{paymentId}",
    "GET /v1/payments/{paymentId}/events",
    "GET /v1/payments/{paymentId}/proof",
    "POST /v1/payments/{paymentId}/authenticate",
    "POST /v1/payments/{paymentId}/approve",
    "POST /v1/payments/{paymentId}/approvals",
    "POST /v1/payments/{paymentId}/cancels",
    "POST /v1/payments/{paymentId}/fail",
    "POST /v1/payments/{paymentId}/deposits",
    "POST /v1/payments/{paymentId}/deposit-reversals",
    "POST /v1/payments/{paymentId}/acquisitions",
    "POST /v1/payments/{paymentId}/resolutions",
    "GET /v1/events",
    "POST /v1/ingest",
    "POST /v1/merchants",
    "GET /v1/merchants",
    "GET /v1/merchants/{merchantId}",
    "POST /v1/merchants/{merchantId}/close",
    "POST /v1/api-keys",
    "GET /v1/api-keys",
    "POST /v1/api-keys/{apiKeyId}/revoke",
    "POST /v1/session",
    "GET /v1/session",
    "DELETE /v1/session",
    "GET /v1/in-doubt",
    "PUT /v1/admin/backups/{backupName}",
    "GET /v1/checkpoints",
    "GET /v1/signing-key",
    "GET /livez",
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
};

// With something in place of the parameter.
std::string target_of(const Route& route) {
  std::string out(route.path);
  if (const auto open = out.find('{'); open != std::string::npos)
    out.replace(open, out.find('}') - open + 1, "pay_01JD4Z7Q8R6G3V5X9T2W0K1MNP");
  return out;
}

TestAnswer ask(Asker& asker, const Route& route) {
  TestHeaders headers;
  if (route.needs_key) headers.push_back({"Idempotency-Key", "key-of-a-test"});
  if (route.method == "GET") return asker.get(target_of(route));
  if (route.body_max == 0) return asker.send(std::string(route.method), target_of(route), headers, "");
  headers.push_back({"Content-Type", "application/json"});
  return asker.send(std::string(route.method), target_of(route), headers, "{}");
}

TEST(LedgerAlone, takes_payments_and_answers_from_the_book) {
  const World world({}, &serve_nothing_derived);
  auto shop = world.as_merchant();
  const auto made = shop.post("/v1/payments", "p-1", card_payment("1"));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto id = made.text("id");
  EXPECT_EQ(shop.get("/v1/payments/" + id).status, 200);
  EXPECT_EQ(shop.get("/v1/payments/" + id + "/events").status, 200);
  EXPECT_EQ(shop.get("/v1/payments?orderId=order-1").text("id"), id);
  EXPECT_EQ(shop.post("/v1/payments/" + id + "/cancels", "c-1", R"({"reason":"back"})").status, 201);
  auto house = world.as_operator();
  EXPECT_THAT(house.get("/v1/events").body, HasSubstr(id));
  EXPECT_EQ(house.get("/v1/merchants").status, 200);
  EXPECT_EQ(house.get("/v1/merchants?contains=shop").code(), "NOT_SERVED");
  const auto lines = world.as(world.ingest_key)
                         .ingest(R"({"op":"create","idempotencyKey":"i-1","data":{"merchantId":")" +
                                 world.merchant + R"(","orderId":"order-2","totalAmount":1000}})" + "\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("status").as_int64(), 201) << boost::json::serialize(lines[0]);
}

TEST(LedgerAlone, every_other_route_names_the_setting) {
  const World world({}, &serve_nothing_derived);
  auto house = world.as_operator();
  std::set<std::string> served;
  for (const auto& route : routes()) {
    const auto name = std::string(route.method) + " " + std::string(route.path);
    if (route.part == Part::ledger) served.insert(name);
    if (route.handler == nullptr) continue;
    const auto answer = ask(house, route);
    EXPECT_EQ(answer.status == 501, route.part != Part::ledger || name == "GET /v1/payments")
        << name << ' ' << answer.body;
    if (route.part == Part::ledger) continue;
    EXPECT_EQ(answer.code(), "NOT_SERVED") << name;
    EXPECT_THAT(answer.text("detail"),
                HasSubstr(route.part == Part::views ? "serving.enabled = false" : "money.enabled = false"))
        << name;
  }
  EXPECT_EQ(served, kOfTheLedger);
}

TEST(LedgerAlone, who_may_not_ask_does_not_hear_what_is_served) {
  const World world({}, &serve_nothing_derived);
  EXPECT_EQ(world.as_nobody().get("/v1/journal").status, 401);
  EXPECT_EQ(world.as_merchant().get("/v1/journal").status, 403);
}

TEST(LedgerAlone, is_ready_and_says_what_it_does_not_serve) {
  const World world({}, &serve_nothing_derived);
  auto nobody = world.as_nobody();
  const auto ready = nobody.get("/readyz?verbose");
  EXPECT_EQ(ready.status, 200);
  EXPECT_THAT(ready.text("views"), HasSubstr("serving.enabled = false"));
  EXPECT_THAT(ready.text("money"), HasSubstr("money.enabled = false"));
  const auto metrics = nobody.get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("views_served 0"));
  EXPECT_THAT(metrics, HasSubstr("money_served 0"));
}

TEST(LedgerAlone, views_answer_without_a_money_side) {
  const World world({}, [](ServiceConfig& config) {
    config.money_enabled = false;
    config.position_wait_ms = 5'000;
  });
  auto shop = world.as_merchant();
  const auto made = shop.post("/v1/payments", "p-1", card_payment("1"));
  const auto seen = "min-position=" + made.header("Ledger-Position");
  EXPECT_EQ(shop.get("/v1/transactions?" + seen).status, 200);
  EXPECT_EQ(shop.get("/v1/payments/" + made.text("id") + "/lifecycle?" + seen).status, 200);
  EXPECT_EQ(shop.get("/v1/search?q=order-1&" + seen).status, 200);
  auto house = world.as_operator();
  EXPECT_EQ(house.get("/v1/search?q=po_01JD4Z7Q8R6G3V5X9T2W0K1MNP").status, 200);
  EXPECT_EQ(house.get("/v1/merchants?contains=Shop").status, 200);
  EXPECT_EQ(house.get("/v1/merchants?contains=123-45-67890").status, 200);
  EXPECT_EQ(house.get("/v1/views").json().at("views").as_array().size(), 1U);
  EXPECT_EQ(house.get("/v1/journal").code(), "NOT_SERVED");
}

TEST(LedgerAlone, served_again_the_views_have_what_came_meanwhile) {
  World world({.on_disk = true}, [](ServiceConfig& config) {
    serve_nothing_derived(config);
    config.position_wait_ms = 5'000;
  });
  const auto made = world.as_merchant().post("/v1/payments", "p-1", card_payment("1"));
  ASSERT_EQ(made.status, 201) << made.body;
  world.config.serving_enabled = world.config.money_enabled = true;
  world.restart();
  const auto seen = "?min-position=" + made.header("Ledger-Position");
  const auto list = world.as_merchant().get("/v1/payments" + seen);
  EXPECT_EQ(list.status, 200) << list.body;
  EXPECT_THAT(list.body, HasSubstr(made.text("id")));
  EXPECT_EQ(world.as_operator().get("/v1/journal" + seen).status, 200);
}

}  // namespace
}  // namespace wonjang
