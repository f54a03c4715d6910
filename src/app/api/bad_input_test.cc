// What is malformed, mistyped, oversized or misplaced gets a problem that names the place, and changes
// nothing.

#include "app/api/api_test_world.h"

namespace wonjang {
namespace {

struct BadBody {
  const char* name;
  const char* body;
  int status;
  const char* pointer;  // one of errors[]; empty: none expected
};

const BadBody kCreates[] = {
    {"not json", "{", 400, nullptr},
    {"truncated", R"({"orderId":"order-1","totalAm)", 400, nullptr},
    {"trailing bytes", R"({"orderId":"order-1","totalAmount":1}x)", 400, nullptr},
    {"an array", "[]", 422, ""},
    {"missing", R"({"orderId":"order-1"})", 422, "/totalAmount"},
    {"wrong type", R"({"orderId":"order-1","totalAmount":"1000"})", 422, "/totalAmount"},
    {"a fraction", R"({"orderId":"order-1","totalAmount":10.5})", 422, "/totalAmount"},
    {"an exponent", R"({"orderId":"order-1","totalAmount":1e3})", 422, "/totalAmount"},
    {"overflow", R"({"orderId":"order-1","totalAmount":99999999999999999999})", 422, "/totalAmount"},
    {"negative", R"({"orderId":"order-1","totalAmount":-1})", 422, "/totalAmount"},
    {"too large", R"({"orderId":"order-1","totalAmount":140737488355328})", 422, "/totalAmount"},
    {"null", R"({"orderId":null,"totalAmount":1})", 422, "/orderId"},
    {"unknown field", R"({"orderId":"order-1","totalAmount":1,"colour":"red"})", 422, "/colour"},
    {"misplaced field", R"({"orderId":"order-1","totalAmount":1,"card":{}})", 422, "/card"},
    {"duplicate name", R"({"orderId":"order-1","orderId":"order-2","totalAmount":1})", 422, "/orderId"},
    {"unknown currency", R"({"orderId":"order-1","totalAmount":1,"currency":"XXQ"})", 422, "/currency"},
    {"another's merchant",
     R"({"orderId":"order-1","totalAmount":1,"merchantId":"mch_01JD4Z7Q8R6G3V5X9T2W0K1MNP"})", 422,
     "/merchantId"},
    {"a card number", R"({"orderId":"4111111111111111","totalAmount":1})", 422, "/orderId"},
    {"a card number as a number", R"({"orderId":"order-1","totalAmount":4111111111111111})", 422,
     "/totalAmount"},
    {"a card number deep",
     R"({"orderId":"order-1","totalAmount":1,"metadata":{"note":"pan 4111-1111-1111-1111"}})", 422,
     "/metadata/note"},
    {"a card number as a phone",
     R"({"orderId":"order-1","totalAmount":1,"buyer":{"phone":"4111--1111--1111--1111"}})", 422,
     "/buyer/phone"},
    {"a card number as a phone, digit by digit",
     R"({"orderId":"order-1","totalAmount":1,"buyer":{"phone":"+4     1111111    1111-1111"}})", 422,
     "/buyer/phone"},
    {"a card number and what follows it",
     R"({"orderId":"order-1","totalAmount":1,"metadata":{"note":"4111111111111111exp1229"}})", 422,
     "/metadata/note"},
    {"a card number with dots", R"({"orderId":"order-1","totalAmount":1,"orderName":"4111.1111.1111.1111"})",
     422, "/orderName"},
    {"a card number with no-break blanks",
     R"({"orderId":"order-1","totalAmount":1,"orderName":"4111\u00a01111\u00a01111\u00a01111"})", 422,
     "/orderName"},
    {"a card number with underscores", R"({"orderId":"4111_1111_1111_1111","totalAmount":1})", 422,
     "/orderId"},
};

bool names(const TestAnswer& answer, std::string_view pointer) {
  const auto json = answer.json();
  const auto* errors = json.if_contains("errors");
  if (errors == nullptr) return false;
  for (const auto& error : errors->as_array()) {
    const auto* found = error.as_object().if_contains("pointer");
    if (found != nullptr && found->as_string() == pointer) return true;
  }
  return false;
}

// Long enough that no random id holds it by chance.
bool says_card(const std::string& body) {
  return body.find("11111111") != std::string::npos || body.find("4111-1111") != std::string::npos ||
         body.find("4111 1111") != std::string::npos;
}

class BadInput : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, BadInput, testing::Values(1U, 4U));

TEST_P(BadInput, every_bad_body_is_answered_with_its_place_and_changes_nothing) {
  const World world({.books = GetParam()});
  const auto before = world.tails();
  auto shop = world.as_merchant();
  int n = 0;
  for (const auto& bad : kCreates) {
    SCOPED_TRACE(bad.name);
    const auto answer = shop.post("/v1/payments", "bad-" + std::to_string(n++), bad.body);
    EXPECT_EQ(answer.status, bad.status) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_FALSE(answer.header("X-Request-Id").empty());
    EXPECT_TRUE(bad.pointer == nullptr || names(answer, bad.pointer)) << answer.body;
    EXPECT_FALSE(says_card(answer.body)) << "never the value";
  }
  EXPECT_EQ(world.tails(), before);
}

TEST_P(BadInput, headers_that_are_missing_doubled_or_wrong_are_named) {
  const World world({.books = GetParam()});
  const auto before = world.tails();
  auto shop = world.as_merchant();
  const auto body = card_payment("o");
  const TestHeaders json{{"Content-Type", "application/json"}};
  const auto with = [&](TestHeaders headers) {
    headers.insert(headers.begin(), json.begin(), json.end());
    return shop.send("POST", "/v1/payments", headers, body);
  };
  EXPECT_EQ(with({}).code(), "IDEMPOTENCY_KEY_MISSING");
  EXPECT_EQ(with({{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}}).code(), "IDEMPOTENCY_KEY_MALFORMED");
  EXPECT_EQ(with({{"Idempotency-Key", "a b"}}).code(), "IDEMPOTENCY_KEY_MALFORMED");
  EXPECT_EQ(with({{"Idempotency-Key", std::string(301, 'k')}}).code(), "IDEMPOTENCY_KEY_MALFORMED");
  EXPECT_EQ(shop.send("POST", "/v1/payments", {{"Idempotency-Key", "a"}}, body).code(),
            "UNSUPPORTED_MEDIA_TYPE");
  EXPECT_EQ(
      shop.send("POST", "/v1/payments", {{"Idempotency-Key", "a"}, {"Content-Type", "text/plain"}}, body)
          .status,
      415);
  auto twice = world.as_nobody();
  EXPECT_EQ(twice
                .send("GET", "/v1/merchants",
                      {{"Authorization", "Bearer " + world.operator_key},
                       {"Authorization", "Bearer " + world.operator_key}},
                      "")
                .status,
            401);
  EXPECT_EQ(world.tails(), before);
}

// Found by an audit: it was read as if it were plain.
TEST_P(BadInput, a_body_that_is_said_to_be_packed_is_refused) {
  const World world({.books = GetParam()});
  const auto before = world.tails();
  auto shop = world.as_merchant();
  const auto send = [&](TestHeaders headers) {
    headers.push_back({"Content-Type", "application/json"});
    headers.push_back({"Idempotency-Key", "k"});
    return shop.send("POST", "/v1/payments", headers, card_payment("o"));
  };
  for (const auto& headers : {TestHeaders{{"Content-Encoding", "gzip"}},
                              {{"content-encoding", "BR"}},
                              {{"Content-Encoding", "identity, gzip"}},
                              {{"Content-Encoding", "identity"}, {"Content-Encoding", "zstd"}}}) {
    const auto answer = send(headers);
    EXPECT_EQ(answer.status, 415) << answer.body;
    EXPECT_EQ(answer.code(), "UNSUPPORTED_MEDIA_TYPE");
    EXPECT_NE(answer.text("detail").find("without Content-Encoding"), std::string::npos) << answer.body;
    EXPECT_EQ(answer.header("Accept-Encoding"), "identity");
  }
  const auto lines =
      world.as(world.ingest_key)
          .send("POST", "/v1/ingest",
                {{"Content-Type", "application/x-ndjson"}, {"Content-Encoding", "gzip"}}, "{}\n");
  EXPECT_EQ(lines.status, 415) << lines.body;
  EXPECT_EQ(lines.header("Accept-Encoding"), "identity");
  EXPECT_EQ(world.tails(), before);
  EXPECT_EQ(send({{"Content-Encoding", "Identity"}}).status, 201);
  EXPECT_EQ(shop.send("GET", "/v1/payments?limit=1", {{"Content-Encoding", "gzip"}}, "").status, 200)
      << "there is no body";
}

// Keys are kept for ever and ids are logged: neither may be a card number, nor may a path be said back.
TEST_P(BadInput, a_card_number_or_a_key_in_a_header_or_path_is_never_said_back) {
  const World world({.books = GetParam()});
  const auto before = world.tails();
  auto shop = world.as_merchant();
  for (const std::string secret : {"4111111111111111", "\"4111 1111 1111 1111\"", "wonjang_live_abc"}) {
    SCOPED_TRACE(secret);
    const auto answer = shop.post("/v1/payments", secret, card_payment("o"));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "IDEMPOTENCY_KEY_MALFORMED");
    EXPECT_FALSE(says_card(answer.body));
  }
  for (const std::string id :
       {"4111111111111111", "4111-1111-1111-1111", "wonjang_live_abc", "x-wonjang_test_abc"}) {
    SCOPED_TRACE(id);
    const auto answer = shop.get("/v1/payments/" + id, {{"X-Request-Id", id}});
    EXPECT_EQ(answer.status, 404);
    EXPECT_TRUE(answer.header("X-Request-Id").starts_with("req_")) << answer.head;
    EXPECT_EQ((answer.head + answer.body).find(id), std::string::npos) << answer.body;
    EXPECT_EQ(shop.get("/nowhere/" + id).body.find(id), std::string::npos);
  }
  EXPECT_EQ(shop.get("/nowhere/%34111111111111111").body.find("111111"), std::string::npos);
  for (const std::string query : {"/v1/search?q=", "/v1/payments?contains=", "/v1/payments?orderId=",
                                  "/v1/payments?metadata.x=", "/v1/payments?issuer="}) {
    const auto answer = shop.get(query + "4111_1111_1111_1111");
    EXPECT_EQ(answer.status, 400) << query << answer.body;
    EXPECT_EQ(answer.body.find("1111"), std::string::npos) << answer.body;
  }
  EXPECT_EQ(shop.get("/nowhere/pay_1").text("instance"), "/nowhere/pay_1");
  EXPECT_EQ(shop.get("/livez", {{"X-Request-Id", "mine-1"}}).header("X-Request-Id"), "mine-1");
  EXPECT_EQ(world.tails(), before);
}

TEST_P(BadInput, what_is_too_large_is_cut_off_with_an_answer) {
  const World world({.books = GetParam()});
  const auto before = world.tails();
  const auto huge =
      R"({"orderId":"order-1","totalAmount":1,"orderName":")" + std::string(300'000, 'x') + "\"}";
  EXPECT_EQ(world.as_merchant().post("/v1/payments", "big", huge).status, 413);
  EXPECT_EQ(world.as_merchant().get("/v1/payments?orderId=" + std::string(20'000, 'x')).status, 431);
  EXPECT_EQ(
      world.as_merchant().send("GET", "/v1/events", {{"Content-Type", "application/json"}}, "{}").status,
      413);
  EXPECT_EQ(world.tails(), before);
}

TEST_P(BadInput, an_unknown_path_or_method_with_a_body_is_not_too_large) {
  const World world({.books = GetParam()});
  auto shop = world.as_merchant();
  EXPECT_EQ(shop.post("/v1/nothing", "k", card_payment("o")).status, 404);
  const auto answer = shop.send("PUT", "/v1/payments", {{"Content-Type", "application/json"}}, "{}");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("Allow"), "POST, GET, HEAD");
  EXPECT_EQ(shop.send("DELETE", "/v1/payments/pay_1", {}, "{}").status, 405);
}

TEST_P(BadInput, the_configured_bound_of_bodies_holds_for_every_route) {
  const World world({.books = GetParam()}, [](ServiceConfig& c) { c.body_bytes_max = 300; });
  auto shop = world.as_merchant();
  EXPECT_EQ(shop.post("/v1/payments", "a", bare_payment("1")).status, 201);
  const auto large = R"({"orderId":"order-2","totalAmount":1,"orderName":")" + std::string(300, 'x') + "\"}";
  EXPECT_EQ(shop.post("/v1/payments", "b", large).status, 413);
}

TEST_P(BadInput, a_broken_request_is_a_problem_too) {
  const World world({.books = GetParam()});
  const auto before = world.tails();
  auto nobody = world.as_nobody();
  const auto answer = nobody.exchange("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(world.tails(), before);
}

TEST_P(BadInput, bad_ids_are_not_found_and_bad_queries_are_named) {
  const World world({.books = GetParam()});
  auto shop = world.as_merchant();
  for (const auto* id : {"pay_", "pay_01JD", "mch_01JD4Z7Q8R6G3V5X9T2W0K1MNP",
                         "pay_01jd4z7q8r6g3v5x9t2w0k1mnp", "%00", "..."}) {
    EXPECT_EQ(shop.get(std::string("/v1/payments/") + id).status, 404) << id;
  }
  EXPECT_EQ(shop.get("/v1/payments?form=2026-01-01").code(), "BAD_PARAMETER");
  EXPECT_EQ(shop.get("/v1/payments?orderId=a&orderId=b").code(), "BAD_PARAMETER");
  EXPECT_EQ(shop.get("/v1/payments?orderId=%zz").code(), "BAD_PARAMETER");
  EXPECT_EQ(shop.get("/v1/payments?orderId=%0a").code(), "BAD_PARAMETER");
  EXPECT_EQ(shop.get("/v1/payments?order=a").code(), "BAD_PARAMETER");
}

}  // namespace
}  // namespace wonjang
