// The everyday way of payments over real HTTP, with one book and with four.

#include "app/api/api_test_world.h"

namespace wonjang {
namespace {

class Payments : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  std::string made(Asker& shop, const std::string& order, std::int64_t amount = 1000) {
    const auto answer = shop.post("/v1/payments", "create-" + order, card_payment(order, amount));
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.text("id");
  }
  World world_{{.books = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Books, Payments, ::testing::Values(1U, 4U));

TEST_P(Payments, a_created_payment_is_read_back_at_once) {
  auto shop = world_.as_merchant();
  const auto created = shop.post("/v1/payments", "create-1", card_payment("1"));
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_FALSE(created.header("Ledger-Position").empty());
  const auto read = shop.get("/v1/payments/" + created.text("id"));
  ASSERT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(read.body, created.body);
  EXPECT_EQ(read.text("status"), "DONE");
}

TEST_P(Payments, a_payment_is_found_by_its_order) {
  auto shop = world_.as_merchant();
  const auto id = made(shop, "a-1");
  EXPECT_EQ(shop.get("/v1/payments?orderId=order%2Da%2d1").text("id"), id);
  EXPECT_EQ(shop.get("/v1/payments?orderId=order-none").code(), "PAYMENT_NOT_FOUND");
  auto house = world_.as_operator();
  EXPECT_EQ(house.get("/v1/payments?orderId=order%2Da%2d1").code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/payments?orderId=order%2Da%2d1&merchantId=" + world_.merchant).text("id"), id);
}

TEST_P(Payments, partial_cancels_lead_to_zero_and_no_further) {
  auto shop = world_.as_merchant();
  const auto path = "/v1/payments/" + made(shop, "1") + "/cancels";
  const auto first = shop.post(path, "c-1", R"({"amount":400,"reason":"one"})");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.text("status"), "PARTIAL_CANCELED");
  const auto rest = shop.post(path, "c-2", R"({"reason":"the rest"})");
  ASSERT_EQ(rest.status, 201) << rest.body;
  EXPECT_EQ(rest.text("status"), "CANCELED");
  const auto more = shop.post(path, "c-3", R"({"reason":"more"})");
  EXPECT_GE(more.status, 400);
  EXPECT_LT(more.status, 500) << more.body;
}

TEST_P(Payments, a_virtual_account_is_issued_paid_and_taken_back) {
  auto shop = world_.as_merchant();
  const auto issued = shop.post(
      "/v1/payments", "va-1",
      R"({"orderId":"order-va-1","totalAmount":5000,"approvals":[{"method":"VIRTUAL_ACCOUNT","amount":5000,)"
      R"("virtualAccount":{"bankCode":"088","dueAt":"2099-01-01T00:00:00Z"}}]})");
  ASSERT_EQ(issued.status, 201) << issued.body;
  EXPECT_EQ(issued.text("status"), "WAITING_FOR_DEPOSIT");
  const auto path = "/v1/payments/" + issued.text("id");
  const auto paid = shop.post(path + "/deposits", "dep-1",
                              R"({"amount":5000,"depositedAt":"2026-11-22T01:00:00Z","bankNoticeId":"n-1"})");
  EXPECT_EQ(paid.status, 200) << paid.body;
  EXPECT_EQ(paid.text("status"), "DONE");
  const auto back =
      shop.post(path + "/deposit-reversals", "dep-2",
                R"({"effect":"WAITING","reversedAt":"2026-11-22T02:00:00Z","bankNoticeId":"n-2"})");
  EXPECT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(back.text("status"), "WAITING_FOR_DEPOSIT");
}

// https://github.com/juspay/hyperswitch/issues/14003: a notice told twice was answered 500;
// https://github.com/formancehq/stack/issues/1464: whether a webhook told twice counts once
TEST_P(Payments, a_banks_notice_under_another_key_counts_once) {
  auto shop = world_.as_merchant();
  const auto issued = shop.post(
      "/v1/payments", "va-1",
      R"({"orderId":"order-va-1","totalAmount":5000,"approvals":[{"method":"VIRTUAL_ACCOUNT","amount":5000,)"
      R"("virtualAccount":{"bankCode":"088","dueAt":"2099-01-01T00:00:00Z"}}]})");
  ASSERT_EQ(issued.status, 201) << issued.body;
  const auto path = "/v1/payments/" + issued.text("id");
  const std::string notice = R"({"amount":5000,"depositedAt":"2026-11-22T01:00:00Z","bankNoticeId":"n-1"})";
  ASSERT_EQ(shop.post(path + "/deposits", "dep-1", notice).status, 200);
  const auto again = shop.post(path + "/deposits", "dep-1-sent-again", notice);
  EXPECT_LT(again.status, 500) << again.body;
  const auto now = shop.get(path).json();
  EXPECT_EQ(now.at("status").as_string(), "DONE");
  EXPECT_EQ(now.at("balanceAmount").to_number<int>(), 5000) << shop.get(path).body;
}

TEST_P(Payments, steps_before_an_approval_are_taken_in_order) {
  auto shop = world_.as_merchant();
  const auto ready = shop.post("/v1/payments", "s-1", bare_payment("s-1"));
  ASSERT_EQ(ready.status, 201) << ready.body;
  const auto path = "/v1/payments/" + ready.text("id");
  EXPECT_EQ(shop.post(path + "/authenticate", "s-2", "").text("status"), "IN_PROGRESS");
  const auto approved = shop.post(
      path + "/approvals", "s-3",
      R"({"method":"CARD","amount":1000,"approvedAt":"2026-11-22T01:00:00Z","card":{"issuerCode":"11"}})");
  EXPECT_EQ(approved.status, 201) << approved.body;
  EXPECT_EQ(approved.text("status"), "DONE");
  const auto slip = approved.json().at("approvals").at(0).at("approvalId").as_string();
  const auto acquired = shop.post(
      path + "/acquisitions", "s-4",
      R"({"approvalId":")" + std::string(slip) + R"(","state":"READY","at":"2026-11-22T02:00:00Z"})");
  EXPECT_EQ(acquired.status, 200) << acquired.body;
  const auto left = shop.post("/v1/payments", "s-5", bare_payment("s-5"));
  const auto left_path = "/v1/payments/" + left.text("id");
  EXPECT_EQ(shop.post(left_path + "/authenticate", "s-6", "{}").status, 200);
  const auto failed = shop.post(left_path + "/fail", "s-7", R"({"failureCode":"USER_LEFT"})");
  EXPECT_EQ(failed.text("status"), "ABORTED") << failed.body;
}

// Found by a first user, who heard that it isn't possible and to try again under a new key.
TEST_P(Payments, a_second_full_cancel_hears_which_one_took_everything) {
  auto shop = world_.as_merchant();
  const auto path = "/v1/payments/" + made(shop, "1") + "/cancels";
  const auto first = shop.post(path, "c-1", R"({"reason":"all"})");
  ASSERT_EQ(first.status, 201) << first.body;
  const auto again = shop.post(path, "c-2", R"({"reason":"all"})");
  EXPECT_EQ(again.status, 409) << again.body;
  EXPECT_EQ(again.code(), "ALREADY_CANCELED");
  const auto cancel = std::string(first.json().at("cancels").at(0).at("cancelId").as_string());
  EXPECT_NE(again.text("message").find(cancel), std::string::npos) << again.body;
  EXPECT_EQ(again.text("hint").find("new key"), std::string::npos) << again.body;
  EXPECT_NE(again.text("hint").find("under its own idempotency key"), std::string::npos) << again.body;
  EXPECT_EQ(shop.post(path, "c-1", R"({"reason":"all"})").body, first.body);
  EXPECT_EQ(shop.post(path, "c-2", R"({"reason":"all"})").body, again.body);
}

TEST_P(Payments, an_account_that_nobody_could_pay_into_is_refused_at_its_end) {
  auto shop = world_.as_merchant();
  const auto account = [](const std::string& more) {
    return R"({"method":"VIRTUAL_ACCOUNT","amount":1000,"virtualAccount":{"bankCode":"088","dueAt":"2020-01-01T00:00:00Z"}})" +
           more;
  };
  const auto refused = [](const TestAnswer& answer, const std::string& pointer) {
    EXPECT_EQ(answer.status, 422) << answer.body;
    EXPECT_EQ(answer.code(), "METHOD_DETAIL_INVALID");
    EXPECT_NE(answer.body.find("\"pointer\":\"" + pointer + "\""), std::string::npos) << answer.body;
  };
  const std::string order = R"({"orderId":"past-due","totalAmount":1000)";
  refused(shop.post("/v1/payments", "a-1", order + R"(,"approvals":[)" + account("]}")),
          "/approvals/0/virtualAccount/dueAt");
  // The key is free, and what was asked for while the account was open is told later.
  const auto told =
      shop.post("/v1/payments", "a-1",
                order + R"(,"requestedAt":"2019-12-31T00:00:00Z","approvals":[)" + account("]}"));
  EXPECT_EQ(told.status, 201) << told.body;
  const auto bare = shop.post("/v1/payments", "a-2", bare_payment("past-due-2"));
  refused(shop.post("/v1/payments/" + bare.text("id") + "/approve", "a-3", account("")),
          "/virtualAccount/dueAt");
}

TEST_P(Payments, history_is_told_as_events) {
  auto shop = world_.as_merchant();
  const auto id = made(shop, "1");
  shop.post("/v1/payments/" + id + "/cancels", "c-1", R"({"reason":"all"})");
  const auto history = shop.get("/v1/payments/" + id + "/events").json();
  const auto& events = history.at("events").as_array();
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events.front().at("subject").as_string(), id);
  EXPECT_EQ(world_.as_other().get("/v1/payments/" + id + "/events").status, 404);
}

TEST_P(Payments, polling_is_cheap_by_the_version) {
  auto shop = world_.as_merchant();
  const auto path = "/v1/payments/" + made(shop, "1");
  const auto tag = shop.get(path).header("ETag");
  ASSERT_FALSE(tag.empty());
  const auto same = shop.get(path, {{"If-None-Match", "\"77\", " + tag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_TRUE(same.body.empty());
  shop.post(path + "/cancels", "c-1", R"({"reason":"all"})");
  EXPECT_EQ(shop.get(path, {{"If-None-Match", tag}}).status, 200);
}

TEST_P(Payments, a_read_waits_for_its_position_and_says_when_it_does_not_come) {
  auto shop = world_.as_merchant();
  const auto created = shop.post("/v1/payments", "p-1", card_payment("p-1"));
  const auto path = "/v1/payments/" + created.text("id");
  EXPECT_EQ(shop.get(path, {{"Min-Position", created.header("Ledger-Position")}}).status, 200);
  EXPECT_EQ(shop.get(path + "?min-position=" + created.header("Ledger-Position")).status, 200);
  auto token = created.header("Ledger-Position");
  token[5] = token[5] == 'A' ? 'B' : 'A';
  EXPECT_EQ(shop.get(path + "?min-position=" + token).code(), "INVALID_CURSOR");
  // A position that only this server could have given, of a future that doesn't come: of a ledger that went
  // on.
  const auto before = world_.tails();
  World longer{{.books = GetParam()}};
  EXPECT_EQ(
      shop.get(path + "?min-position=" + longer.as_operator().get("/v1/events?limit=1").text("nextCursor"))
          .code(),
      "INVALID_CURSOR");
  EXPECT_EQ(world_.tails(), before);
}

TEST_P(Payments, a_head_request_has_no_body) {
  auto shop = world_.as_merchant();
  const auto answer = shop.send("HEAD", "/v1/payments/" + made(shop, "1"), {}, "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.header("Content-Length").empty());
}

}  // namespace
}  // namespace wonjang
