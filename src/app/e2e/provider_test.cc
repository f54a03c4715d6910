// A provider in a process of its own, and a server that dies before it knows how an approval ended. In the
// end both books say the same.
#include <fstream>

#include "app/e2e/server.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

const char* const kApprove = R"({"method":"CARD","amount":1000,"card":{"issuerCode":"11"}})";

class UnknownOutcome : public testing::TestWithParam<std::uint32_t> {
 protected:
  void SetUp() override {
    const auto line = provider_.read_line("listening on http://");
    const auto from = line.find("http://");
    ASSERT_NE(from, std::string::npos);
    provider_url_ = line.substr(from, line.find(',') - from);
    std::ofstream(config_) << "[[providers]]\nname = \"default\"\nurl = \"" << provider_url_ << "\"\n";
    ASSERT_TRUE(server_.start(asleep_));
    shop_ = open_shop(server_);
  }

  std::string path_of_new(const std::string& order) {
    const auto made =
        server_.client(shop_.key).post("/v1/payments", "create-" + order, bare_payment(order, 1000));
    EXPECT_TRUE(made && made->status == 201) << (made ? made->body : "");
    return "/v1/payments/" + (made ? made->text("id") : "");
  }

  // Long polls until an event of one of these types comes; false after 20 s without any event.
  bool wait_for_event(const std::vector<std::string>& types) {
    auto house = server_.house();
    std::string cursor;
    for (int silent_polls = 0; silent_polls < 4;) {
      const auto page =
          house.get("/v1/events?limit=1000&wait=5" + (cursor.empty() ? "" : "&after=" + cursor));
      if (!page || page->status != 200) return false;
      for (const auto& type : types) {
        if (page->body.find("\"com.wonjang." + type + "\"") != std::string::npos) return true;
      }
      silent_polls += page->json().at("events").as_array().empty() ? 1 : 0;
      cursor = page->text("nextCursor");
    }
    return false;
  }

  void restart_awake() {
    server_.kill();
    ASSERT_TRUE(server_.start(awake_));
  }

  boost::json::object truth() const {
    std::uint16_t port =
        static_cast<std::uint16_t>(std::stoi(provider_url_.substr(provider_url_.rfind(':') + 1)));
    const auto answer = Client(port, "").get("/v1/truth");
    EXPECT_TRUE(answer && answer->status == 200);
    return answer ? answer->json() : boost::json::object();
  }
  void expect_truth(const std::string& captured) const {
    const auto told = truth();
    EXPECT_EQ(boost::json::serialize(told.at("captured")), captured);
    EXPECT_EQ(boost::json::serialize(told.at("violations")), "[]");
    EXPECT_EQ(told.at("inFlight").to_number<int>(), 0);
  }

  TempDir directory_;
  std::string config_ = directory_ / "wonjang.toml";
  Process provider_{{wonjang_program(), "sim", "acquirer", "--profile", "perfect"}};
  std::string provider_url_;
  Server server_{directory_ / "ledger",
                 {.books = GetParam(),
                  .arguments = {"--config", config_, "--set", "provider.call_timeout=1s", "--set",
                                "resolver.call_timeout=1s"}}};
  // One that looks once an hour can't settle anything before it is killed.
  const std::vector<std::string> asleep_{"--set", "resolver.poll=1h"};
  const std::vector<std::string> awake_{"--set", "resolver.poll=20ms", "--set", "resolver.delay_first=50ms"};
  Shop shop_;
};
INSTANTIATE_TEST_SUITE_P(Books, UnknownOutcome, testing::Values(1U, 4U));

TEST_P(UnknownOutcome, an_approval_whose_answer_was_lost_is_settled_after_a_kill) {
  const auto path = path_of_new("1-sim-lost-after");
  auto client = server_.client(shop_.key);
  const auto unknown = client.post(path + "/approve", "approve-1", kApprove);
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, 504) << unknown->body;
  EXPECT_EQ(unknown->code(), "OUTCOME_UNKNOWN");
  EXPECT_TRUE(client.get(path)->json().at("inDoubt").as_bool())
      << "it is settled: the kill would show nothing";
  expect_truth(R"({"KRW":1000})");

  restart_awake();
  ASSERT_TRUE(wait_for_event({"approval.approved"})) << server_.log();
  auto again = server_.client(shop_.key);
  const auto settled = again.post(path + "/approve", "approve-1", kApprove);
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->status, 201) << settled->body;
  EXPECT_TRUE(settled->replayed);
  EXPECT_EQ(settled->text("status"), "DONE");
  EXPECT_EQ(settled->json().at("approvals").as_array().size(), 1U);
  const auto once_more = again.post(path + "/approve", "approve-1", kApprove);
  ASSERT_TRUE(once_more);
  EXPECT_EQ(once_more->body, settled->body);
  EXPECT_EQ(again.get(path)->json().at("balanceAmount").to_number<int>(), 1000);
  expect_truth(R"({"KRW":1000})");
  server_.kill();
  expect_checked(server_.data_dir());
}

TEST_P(UnknownOutcome, a_kill_between_the_question_and_its_answer_loses_no_money) {
  const auto path = path_of_new("2-sim-silent");
  std::thread asker([&] { (void)server_.client(shop_.key).post(path + "/approve", "approve-2", kApprove); });
  const bool asked = wait_for_event({"approval.requested"});
  server_.kill();
  asker.join();
  ASSERT_TRUE(asked);

  ASSERT_TRUE(server_.start(awake_));
  // The provider may have got the question or not: both ends are right, as long as the books agree.
  ASSERT_TRUE(wait_for_event({"approval.approved", "network_cancel.confirmed"})) << server_.log();
  auto client = server_.client(shop_.key);
  const auto settled = client.post(path + "/approve", "approve-2", kApprove);
  ASSERT_TRUE(settled);
  EXPECT_TRUE(settled->status == 201 || settled->status == 402) << settled->body;
  EXPECT_TRUE(settled->replayed);
  EXPECT_EQ(client.post(path + "/approve", "approve-2", kApprove)->body, settled->body);
  const auto balance = client.get(path)->json().at("balanceAmount").to_number<int>();
  const auto captured = truth().at("captured").as_object();
  const auto* krw = captured.if_contains("KRW");
  EXPECT_EQ(settled->status == 201 ? balance : 0, krw != nullptr ? krw->to_number<int>() : 0);
}

TEST_P(UnknownOutcome, a_cancel_whose_answer_was_lost_is_settled_after_a_kill) {
  const auto path = path_of_new("3-sim-cancel-lost-after");
  auto client = server_.client(shop_.key);
  auto approved = client.post(path + "/approve", "approve-3", kApprove);
  // On a busy machine a second may be too short to reach the provider; then nothing was charged.
  const auto is_unreached = [&] {
    return approved && approved->body.find("PROVIDER_UNAVAILABLE") != std::string::npos;
  };
  for (int again = 0; again < 20 && is_unreached(); ++again) {
    approved = client.post(path + "/approve", "approve-3-" + std::to_string(again), kApprove);
  }
  ASSERT_TRUE(approved && approved->status == 201) << (approved ? approved->body : "");
  const char* const cancel = R"({"amount":300,"reason":"e2e"})";
  const auto unknown = client.post(path + "/cancels", "cancel-3", cancel);
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, 504) << unknown->body;

  restart_awake();
  ASSERT_TRUE(wait_for_event({"cancel.succeeded"})) << server_.log();
  auto again = server_.client(shop_.key);
  const auto settled = again.post(path + "/cancels", "cancel-3", cancel);
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->status, 201) << settled->body;
  EXPECT_TRUE(settled->replayed);
  EXPECT_EQ(again.get(path)->json().at("balanceAmount").to_number<int>(), 700);
  expect_truth(R"({"KRW":700})");
}

}  // namespace
}  // namespace wonjang::e2e
