// The table of reference/ledger.md section 5, line by line, and the famous failures of section 9 that are
// about repeats.

#include <thread>

#include "app/api/api_test_world.h"
#include "app/api/idempotency_header.h"

namespace wonjang {
namespace {

class Idempotency : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  World world_{{.books = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Books, Idempotency, ::testing::Values(1U, 4U));

TEST_P(Idempotency, a_repeat_gets_the_first_answer_byte_for_byte) {
  auto shop = world_.as_merchant();
  const auto first = shop.post("/v1/payments", "k", card_payment("o-1"));
  const auto before = world_.tails();
  const auto again = shop.post("/v1/payments", "k", card_payment("o-1"));
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Ledger-Position"), first.header("Ledger-Position"));
  EXPECT_EQ(first.header("Idempotent-Replayed"), "");
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(world_.tails(), before);
}

TEST_P(Idempotency, transport_noise_does_not_make_another_request) {
  auto shop = world_.as_merchant();
  const auto first = shop.post("/v1/payments", "k", R"({"orderId":"order-1","totalAmount":1000})");
  const auto spaced =
      shop.post("/v1/payments", "\"k\"", "{ \"totalAmount\" : 1000,\n \"orderId\":\"order-\\u0031\"}");
  EXPECT_EQ(spaced.body, first.body);
  EXPECT_EQ(spaced.header("Idempotent-Replayed"), "true");
}

TEST_P(Idempotency, a_key_with_another_body_is_refused_and_recorded) {
  auto shop = world_.as_merchant();
  const auto first = shop.post("/v1/payments", "k", card_payment("o-1", 1000));
  const auto before = world_.tails();
  const auto other = shop.post("/v1/payments", "k", card_payment("o-1", 2000));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.code(), "KEY_REUSED");
  EXPECT_EQ(other.body.find(first.text("id")), std::string::npos) << "never the other request's content";
  EXPECT_NE(world_.tails(), before) << "an audit record";
  EXPECT_EQ(shop.post("/v1/payments", "k", card_payment("o-1", 1000)).body, first.body);
}

TEST_P(Idempotency, a_key_on_another_path_is_another_request) {
  auto shop = world_.as_merchant();
  const auto first = shop.post("/v1/payments", "k", card_payment("o-1"));
  const auto cancel = shop.post("/v1/payments/" + first.text("id") + "/cancels", "k", R"({"reason":"x"})");
  EXPECT_EQ(cancel.code(), "KEY_REUSED");
}

TEST_P(Idempotency, keys_of_two_merchants_do_not_meet) {
  EXPECT_EQ(world_.as_merchant().post("/v1/payments", "k", card_payment("o-1")).status, 201);
  EXPECT_EQ(world_.as_other().post("/v1/payments", "k", card_payment("o-1")).status, 201);
}

TEST_P(Idempotency, a_no_that_looked_at_state_is_frozen) {
  auto shop = world_.as_merchant();
  const auto id = shop.post("/v1/payments", "k", card_payment("o-1", 1000)).text("id");
  const auto path = "/v1/payments/" + id + "/cancels";
  const auto no = shop.post(path, "too-much", R"({"amount":1001,"reason":"x"})");
  EXPECT_EQ(no.status, 422) << no.body;
  EXPECT_EQ(no.code(), "CANCEL_EXCEEDS_BALANCE");
  EXPECT_EQ(shop.post(path, "half", R"({"amount":500,"reason":"x"})").status, 201);
  const auto again = shop.post(path, "too-much", R"({"amount":1001,"reason":"x"})");
  EXPECT_EQ(again.body, no.body);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
}

TEST_P(Idempotency, what_was_malformed_leaves_the_key_free) {
  auto shop = world_.as_merchant();
  EXPECT_EQ(shop.post("/v1/payments", "k", "{").status, 400);
  EXPECT_EQ(shop.post("/v1/payments", "k", R"({"orderId":"o","totalAmount":"1"})").status, 422);
  EXPECT_EQ(world_.as_nobody().post("/v1/payments", "k", card_payment("o-1")).status, 401);
  EXPECT_EQ(shop.post("/v1/payments", "k", card_payment("o-1")).status, 201);
}

// One lost answer, one repeat: https://github.com/LerianStudio/midaz/pull/2485
TEST_P(Idempotency, an_answer_that_was_lost_is_told_again) {
  const auto body = card_payment("lost");
  {
    TestClient client(world_.service->port());
    client.send("POST /v1/payments HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + world_.merchant_key +
                "\r\nIdempotency-Key: lost\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    auto shop = world_.as_merchant();
    ASSERT_TRUE(eventually([&] { return shop.get("/v1/payments?orderId=order-lost").status == 200; }));
  }  // gone without reading
  const auto again = world_.as_merchant().post("/v1/payments", "lost", body);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
}

TEST_P(Idempotency, many_at_once_with_one_key_make_one_payment) {
  std::vector<std::thread> threads;
  std::vector<TestAnswer> answers(8);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back(
        [&, i] { answers[i] = world_.as_merchant().post("/v1/payments", "same", card_payment("same")); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.body, answers[0].body);
  }
}

TEST_P(Idempotency, one_key_for_two_orders_at_once_goes_to_one_of_them) {
  for (int round = 0; round < 10; ++round) {
    const auto key = "race-" + std::to_string(round);
    TestAnswer a;
    TestAnswer b;
    std::thread first([&] { a = world_.as_merchant().post("/v1/payments", key, card_payment(key + "-a")); });
    std::thread second([&] { b = world_.as_merchant().post("/v1/payments", key, card_payment(key + "-b")); });
    first.join();
    second.join();
    EXPECT_TRUE((a.status == 201 && b.code() == "KEY_REUSED") ||
                (b.status == 201 && a.code() == "KEY_REUSED"))
        << a.body << b.body;
  }
}

TEST_P(Idempotency, the_secret_of_a_key_is_shown_once) {
  auto house = world_.as_operator();
  const std::string body = R"({"scopes":["operator"],"label":"second"})";
  const auto first = house.post("/v1/api-keys", "once", body);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_TRUE(first.text("secret").starts_with("wonjang_live_"));
  const auto again = house.post("/v1/api-keys", "once", body);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.text("secret"), "");
  EXPECT_EQ(again.text("id"), first.text("id"));
  EXPECT_EQ(world_.as(first.text("secret")).get("/v1/merchants").status, 200);
}

TEST(IdempotencyHeader, both_spellings_and_every_fault) {
  const auto good = [](std::string_view text) { return std::get<std::string>(parse_idempotency_key(text)); };
  const auto bad = [](std::string_view text) { return std::get<KeyFault>(parse_idempotency_key(text)); };
  EXPECT_EQ(good("a-1"), "a-1");
  EXPECT_EQ(good("\"a-1\""), "a-1");
  EXPECT_EQ(good(R"("a\"\\b c")"), R"(a"\b c)");
  EXPECT_EQ(good(std::string(300, 'x')).size(), 300U);
  EXPECT_EQ(bad(std::string(301, 'x')), KeyFault::too_long);
  EXPECT_EQ(bad(""), KeyFault::empty);
  EXPECT_EQ(bad("\"\""), KeyFault::empty);
  EXPECT_EQ(bad("a b"), KeyFault::bad_character);
  EXPECT_EQ(bad("a\tb"), KeyFault::bad_character);
  EXPECT_EQ(bad("\xED\x95\x9C"), KeyFault::bad_character);
  EXPECT_EQ(bad("\"a"), KeyFault::bad_quoting);
  EXPECT_EQ(bad("\"a\";v=1"), KeyFault::bad_quoting);
  EXPECT_EQ(bad("\"a\\x\""), KeyFault::bad_quoting);
}

}  // namespace
}  // namespace wonjang
