// Approvals and cancels through a provider: yes, no, and the answers that never came.

#include <thread>

#include "app/api/api_test_world.h"

namespace wonjang {
namespace {

class Provider : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  // The path of a payment whose order id says how the provider behaves.
  std::string ready(const std::string& order) {
    auto shop = world_.as_merchant();
    const auto made = shop.post("/v1/payments", "create-" + order, bare_payment(order));
    EXPECT_EQ(made.status, 201) << made.body;
    return "/v1/payments/" + made.text("id");
  }
  World world_{{.books = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Books, Provider, ::testing::Values(1U, 4U));

TEST_P(Provider, a_yes_is_written_and_answered) {
  auto shop = world_.as_merchant();
  const auto path = ready("yes");
  const auto approved = shop.post(path + "/approve", "a", kApprove);
  ASSERT_EQ(approved.status, 201) << approved.body;
  EXPECT_EQ(approved.text("status"), "DONE");
  const auto again = shop.post(path + "/approve", "a", kApprove);
  EXPECT_EQ(again.body, approved.body);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  const auto canceled = shop.post(path + "/cancels", "c", R"({"amount":300,"reason":"x"})");
  EXPECT_EQ(canceled.status, 201) << canceled.body;
  EXPECT_EQ(canceled.text("status"), "PARTIAL_CANCELED");
}

TEST_P(Provider, an_answered_request_leaves_no_deadline_behind) {
  auto shop = world_.as_merchant();
  const auto path = ready("yes");
  ASSERT_EQ(shop.post(path + "/approve", "a", kApprove).status, 201);
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(shop.post(path + "/cancels", std::to_string(i), R"({"amount":10,"reason":"x"})").status, 201);
  }
  EXPECT_NE(world_.as_nobody().get("/metrics").body.find("wonjang_http_open_deadlines 0\n"),
            std::string::npos);
}

// https://github.com/formancehq/ledger/pull/1600: a business no as a 500
TEST_P(Provider, a_no_is_never_a_500_and_stays_a_no) {
  auto shop = world_.as_merchant();
  const auto path = ready("no-sim-decline");
  const auto no = shop.post(path + "/approve", "a", kApprove);
  EXPECT_EQ(no.status, 402) << no.body;
  EXPECT_EQ(no.code(), "PROVIDER_DECLINED");
  EXPECT_EQ(shop.post(path + "/approve", "a", kApprove).body, no.body);
}

TEST_P(Provider, an_unknown_provider_is_refused_before_anything_happens) {
  auto shop = world_.as_merchant();
  const auto path = ready("nobody");
  const auto before = world_.tails();
  const auto no =
      shop.post(path + "/approve", "a",
                R"({"method":"CARD","amount":1000,"provider":"nobody","card":{"issuerCode":"11"}})");
  EXPECT_EQ(no.code(), "PROVIDER_UNKNOWN") << no.body;
  EXPECT_EQ(world_.tails(), before);
}

// https://github.com/killbill/killbill/pull/643: a repeat after an unknown outcome must not pay twice
TEST_P(Provider, an_unknown_outcome_is_told_then_resolved_then_replayed) {
  auto shop = world_.as_merchant();
  const auto path = ready("x-sim-lost-after");
  const auto unknown = shop.post(path + "/approve", "a", kApprove);
  ASSERT_EQ(unknown.status, 504) << unknown.body;
  EXPECT_EQ(unknown.code(), "OUTCOME_UNKNOWN");
  TestAnswer last;
  ASSERT_TRUE(eventually([&] {
    last = shop.post(path + "/approve", "a", kApprove);
    EXPECT_TRUE(last.status == 504 || last.status == 409 || last.status == 201) << last.body;
    return last.status == 201;
  }));
  EXPECT_EQ(last.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(last.text("status"), "DONE");
  EXPECT_EQ(last.json().at("approvals").as_array().size(), 1U);
}

TEST_P(Provider, a_request_that_vanished_is_network_cancelled_and_its_key_says_so) {
  auto shop = world_.as_merchant();
  const auto path = ready("x-sim-lost-before");
  ASSERT_EQ(shop.post(path + "/approve", "a", kApprove).status, 504);
  EXPECT_EQ(world_.as_operator().get("/v1/in-doubt").status, 200);
  TestAnswer last;
  ASSERT_TRUE(eventually([&] {
    last = shop.post(path + "/approve", "a", kApprove);
    return last.status == 402;
  })) << last.body;
  EXPECT_EQ(last.code(), "APPROVAL_REVERSED");
  EXPECT_EQ(shop.post(path + "/approve", "b", kApprove).status, 504) << "a new key is a new attempt";
}

// Of several who send the same at once one waits for the silent provider. He hears that nobody knows, or how
// it went where the resolver found it out first; who came meanwhile, that it is under way. On a busy machine
// the wait may be over before a second one comes: then the next payment is tried.
TEST_P(Provider, an_intent_under_way_is_said_to_be) {
  int running = 0;
  for (int round = 0; round < 20 && running == 0; ++round) {
    const auto path = ready("x-sim-silent-" + std::to_string(round));
    std::vector<TestAnswer> answers(4);
    std::vector<std::thread> askers;
    for (auto& answer : answers) {
      askers.emplace_back([&] { answer = world_.as_merchant().post(path + "/approve", "a", kApprove); });
    }
    for (auto& asker : askers) asker.join();
    int waited = 0;
    for (const auto& answer : answers) {
      const auto code = answer.status == 201 ? "FOUND" : answer.code();
      running += code == "REQUEST_IN_PROGRESS" ? 1 : 0;
      waited += code == "OUTCOME_UNKNOWN" || code == "FOUND" ? 1 : 0;
      EXPECT_NE(answer.header("Retry-After").empty(), answer.status == 409) << answer.head;
    }
    std::string said;
    for (const auto& answer : answers) said += std::to_string(answer.status) + " " + answer.body + "\n";
    EXPECT_GE(waited, 1) << said;
    EXPECT_EQ(waited + running, 4) << said;
  }
  EXPECT_GE(running, 1) << "nobody was told that it is under way";
}

// https://github.com/juspay/hyperswitch/issues/13182: 60 + 60 on 100
TEST_P(Provider, two_cancels_at_once_never_exceed_the_payment) {
  for (int round = 0; round < 5; ++round) {
    const auto order = "both-" + std::to_string(round);
    const auto made = world_.as_merchant().post("/v1/payments", order, card_payment(order, 100));
    const auto path = "/v1/payments/" + made.text("id") + "/cancels";
    TestAnswer a;
    TestAnswer b;
    std::thread first(
        [&] { a = world_.as_merchant().post(path, order + "-1", R"({"amount":60,"reason":"x"})"); });
    std::thread second(
        [&] { b = world_.as_merchant().post(path, order + "-2", R"({"amount":60,"reason":"x"})"); });
    first.join();
    second.join();
    EXPECT_EQ((a.status == 201) + (b.status == 201), 1) << a.body << b.body;
    EXPECT_EQ((a.code() == "CANCEL_EXCEEDS_BALANCE") + (b.code() == "CANCEL_EXCEEDS_BALANCE"), 1);
  }
}

// https://github.com/LerianStudio/midaz/issues/1894: 404 for a cancel 15 ms after the create
TEST_P(Provider, a_cancel_right_behind_its_create_finds_it) {
  for (int round = 0; round < 20; ++round) {
    const auto order = "quick-" + std::to_string(round);
    auto shop = world_.as_merchant();
    const auto made = shop.post("/v1/payments", order, card_payment(order));
    EXPECT_EQ(world_.as_merchant()
                  .post("/v1/payments/" + made.text("id") + "/cancels", order + "-c", R"({"reason":"x"})")
                  .status,
              201);
  }
}

}  // namespace
}  // namespace wonjang
