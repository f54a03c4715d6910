#include "adapters/acquirer/acquirer_server.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>
#include <vector>

#include "adapters/acquirer/http_acquirer.h"
#include "adapters/acquirer/test_clocks.h"

namespace wonjang {
namespace {

using boost::asio::ip::tcp;

class AcquirerServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = AcquirerServer::start({}, provider_, clock_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  // Everything that comes back until the server ends the connection.
  std::string exchange(const std::string& request) const {
    boost::asio::io_context loop;
    tcp::socket socket(loop);
    socket.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), server_->port()));
    boost::system::error_code error;
    boost::asio::write(socket, boost::asio::buffer(request), error);
    std::string answer;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    return answer;
  }
  std::string get(const std::string& target) const {
    return exchange("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  std::string post(const std::string& target, const std::string& body) const {
    return exchange("POST " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  std::string approve(const std::string& reference, const std::string& order_id) const {
    return post("/v1/approvals", R"({"reference":")" + reference + R"(","merchant":"m","orderId":")" +
                                     order_id +
                                     R"(","amount":1000,"currency":"KRW","method":{"type":"CARD"}})");
  }

  const WallClock clock_{};
  SimulatedProvider provider_{SimulatedProfile(), 42};
  std::unique_ptr<AcquirerServer> server_;
};

TEST_F(AcquirerServerTest, tells_the_truth_for_reconciliation) {
  EXPECT_NE(approve("apr_1", "o").find("\"result\":\"APPROVED\""), std::string::npos);
  EXPECT_EQ(approve("apr_2", "sim-lost-after"), "");
  const std::string truth = get("/v1/truth");
  EXPECT_NE(truth.find(R"("captured":{"KRW":2000},"inFlight":0,"violations":[])"), std::string::npos)
      << truth;
  EXPECT_NE(truth.find(R"("capturedAmount":1000)"), std::string::npos) << truth;
  const std::string page = get("/v1/truth?limit=1&after=apr_1");
  EXPECT_EQ(page.find("\"apr_1\""), std::string::npos) << page;
  EXPECT_NE(page.find("\"next\":\"apr_2\""), std::string::npos) << page;
}

TEST_F(AcquirerServerTest, bad_requests_get_a_status_and_a_reason) {
  EXPECT_TRUE(post("/v1/approvals", "{").starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_NE(post("/v1/cancels", "{}").find("field reference is missing"), std::string::npos);
  EXPECT_TRUE(get("/v1/transactions/a%2Fb").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(get("/v1/truth?limit=10001").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(get("/v1/nothing").starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(get("/v1/approvals").starts_with("HTTP/1.1 404"));
  EXPECT_NE(approve("apr_1", "o"), "");
  EXPECT_TRUE(approve("apr_1", "other").starts_with("HTTP/1.1 409"));
}

TEST_F(AcquirerServerTest, ends_the_connection_on_what_is_not_http_or_too_large) {
  EXPECT_EQ(exchange("\r\n\x16\x03 nonsense\r\n\r\n"), "");
  EXPECT_EQ(post("/v1/approvals", std::string(65 * 1024, ' ')), "");
  EXPECT_NE(approve("apr_1", "o"), "") << "and goes on with the others";
}

TEST_F(AcquirerServerTest, a_lost_answer_shows_on_the_wire) {
  EXPECT_EQ(approve("apr_1", "sim-lost-after"), "");
  const std::string half = approve("apr_2", "sim-half-answer");
  EXPECT_TRUE(half.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(half.find('}'), std::string::npos) << half;
  EXPECT_NE(approve("apr_3", "sim-garbage").find("<html>"), std::string::npos);
}

TEST_F(AcquirerServerTest, a_port_that_is_taken_is_unavailable) {
  const auto second = AcquirerServer::start({.port = server_->port()}, provider_, clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(AcquirerServer::start({.address = "nowhere"}, provider_, clock_).error().kind,
            ErrorKind::invalid);
}

TEST_F(AcquirerServerTest, stopping_ends_the_calls_that_wait) {
  auto acquirer = *HttpAcquirer::open({.host = "127.0.0.1", .port = server_->port()}, clock_);
  Result<ApproveAnswer> answer = unavailable("not asked yet");
  std::thread caller([&] {
    ApproveRequest request;
    request.reference = "apr_1";
    request.merchant = "m";
    request.order_id = "sim-late";
    request.amount = krw(1'000);
    request.deadline = clock_.now().plus_ms(15'000);
    answer = acquirer->approve(request);
  });
  for (int tries = 0; !provider_.truth_of("apr_1", clock_.now()) && tries < 10'000'000; ++tries) {
    std::this_thread::yield();
  }
  const Instant stopped_at = clock_.now();
  server_->stop();
  caller.join();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::in_doubt);
  EXPECT_LT(clock_.now().us - stopped_at.us, 5'000'000);
}

TEST_F(AcquirerServerTest, many_callers_at_once_are_each_answered_about_their_own) {
  auto acquirer = *HttpAcquirer::open({.host = "127.0.0.1", .port = server_->port()}, clock_);
  constexpr int kThreads = 8;
  constexpr int kEach = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        ApproveRequest request;
        request.reference = "apr_" + std::to_string(t) + "_" + std::to_string(i);
        request.merchant = "m";
        request.order_id = "o";
        request.amount = krw(1'000 + i);
        request.deadline = clock_.now().plus_ms(20'000);
        const auto answer = acquirer->approve(request);
        EXPECT_TRUE(answer && answer->approved) << (answer ? "declined" : answer.error().message);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(provider_.captured_totals(clock_.now()).at("KRW"),
            kThreads * (kEach * 1'000 + kEach * (kEach - 1) / 2));
}

}  // namespace
}  // namespace wonjang
