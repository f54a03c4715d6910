// The sorting of failures, against a server that misbehaves on a real socket.
#include "adapters/acquirer/http_acquirer.h"

#include "adapters/acquirer/rude_server.h"
#include "adapters/acquirer/test_clocks.h"

namespace wonjang {
namespace {

constexpr char kApproved[] =
    R"({"reference":"apr_1","amount":10000,"currency":"KRW","result":"APPROVED","approveNo":"00000007",)"
    R"("networkTxnId":"n1","approvedAt":"2026-11-22T03:04:05.000000Z"})";

class HttpAcquirerTest : public testing::Test {
 protected:
  std::unique_ptr<HttpAcquirer> acquirer_for(std::uint16_t port) {
    auto opened = HttpAcquirer::open({.host = "127.0.0.1", .port = port}, clock_);
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  ApproveRequest request(std::int64_t deadline_ms = 10'000) const {
    ApproveRequest out;
    out.reference = "apr_1";
    out.merchant = "mch_1";
    out.order_id = "order-1";
    out.amount = krw(10'000);
    out.method = CardDetail();
    out.deadline = clock_.now().plus_ms(deadline_ms);
    return out;
  }
  // The kind of error that one act of the server leads to.
  testing::AssertionResult is_in_doubt(Act act, std::int64_t deadline_ms = 10'000) const {
    RudeServer server({act});
    auto opened = HttpAcquirer::open({.host = "127.0.0.1", .port = server.port()}, clock_);
    const auto answer = (*opened)->approve(request(deadline_ms));
    if (answer) return testing::AssertionFailure() << "was taken for an answer: " << act.says;
    if (server.requests() != 1)
      return testing::AssertionFailure() << server.requests() << " requests were sent";
    if (answer.error().kind == ErrorKind::in_doubt) return testing::AssertionSuccess();
    return testing::AssertionFailure() << name_of(answer.error().kind) << ": " << answer.error().message;
  }

  const WallClock clock_{};
};

TEST_F(HttpAcquirerTest, a_whole_answer_is_an_answer) {
  RudeServer server({{http_answer("200 OK", kApproved), Then::keep}});
  const auto answer = acquirer_for(server.port())->approve(request());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->approve_no, "00000007");
  EXPECT_EQ(to_rfc3339(answer->approved_at), "2026-11-22T03:04:05.000Z");
}

TEST_F(HttpAcquirerTest, an_end_without_an_answer_is_in_doubt) {
  EXPECT_TRUE(is_in_doubt({"", Then::close}));
  EXPECT_TRUE(is_in_doubt({"", Then::reset}));
}

TEST_F(HttpAcquirerTest, half_an_answer_is_in_doubt) {
  const std::string whole = http_answer("200 OK", kApproved);
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{12}, whole.find("\r\n\r\n") + 4, whole.size() - 1}) {
    EXPECT_TRUE(is_in_doubt({whole.substr(0, size), Then::close})) << size;
    EXPECT_TRUE(is_in_doubt({whole.substr(0, size), Then::reset})) << size;
  }
}

TEST_F(HttpAcquirerTest, garbage_is_in_doubt) {
  EXPECT_TRUE(is_in_doubt({"no http at all\r\n\r\n", Then::close}));
  EXPECT_TRUE(is_in_doubt({std::string("\0\xff\x16\x03\x01", 5), Then::close}));
  EXPECT_TRUE(is_in_doubt({http_answer("200 OK", "<html>"), Then::close}));
  EXPECT_TRUE(is_in_doubt({http_answer("200 OK", ""), Then::close}));
  EXPECT_TRUE(is_in_doubt({http_answer("200 OK", "[]"), Then::close}));
  EXPECT_TRUE(is_in_doubt({http_answer("200 OK", std::string(kApproved) + "}"), Then::close}));
}

TEST_F(HttpAcquirerTest, a_wrong_length_is_in_doubt) {
  const std::string body = kApproved;
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: ";
  EXPECT_TRUE(is_in_doubt({head + std::to_string(body.size() + 1) + "\r\n\r\n" + body, Then::close}));
  EXPECT_TRUE(is_in_doubt({head + std::to_string(body.size() + 1) + "\r\n\r\n" + body, Then::hold}, 200));
  EXPECT_TRUE(is_in_doubt({head + std::to_string(body.size() - 1) + "\r\n\r\n" + body, Then::close}));
  EXPECT_TRUE(is_in_doubt({head + "-1\r\n\r\n" + body, Then::close}));
  EXPECT_TRUE(is_in_doubt({head + "99999999999999999999\r\n\r\n" + body, Then::close}));
}

// A cut answer would look like a whole one.
TEST_F(HttpAcquirerTest, an_answer_that_ends_with_the_connection_is_in_doubt) {
  EXPECT_TRUE(is_in_doubt({"HTTP/1.1 200 OK\r\n\r\n" + std::string(kApproved), Then::close}));
}

TEST_F(HttpAcquirerTest, any_other_status_is_in_doubt) {
  for (const char* status : {"100 Continue", "201 Created", "204 No Content", "302 Found", "400 Bad Request",
                             "404 Not Found", "409 Conflict", "429 Too Many Requests",
                             "500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"}) {
    EXPECT_TRUE(is_in_doubt({http_answer(status, kApproved), Then::close})) << status;
  }
}

TEST_F(HttpAcquirerTest, an_answer_beyond_the_bounds_is_in_doubt) {
  EXPECT_TRUE(is_in_doubt({http_answer("200 OK", std::string(64 * 1024 + 1, ' ')), Then::close}));
  EXPECT_TRUE(
      is_in_doubt({"HTTP/1.1 200 OK\r\nX: " + std::string(16 * 1024, 'x') + "\r\n\r\n", Then::close}));
}

TEST_F(HttpAcquirerTest, silence_is_in_doubt_at_the_deadline) {
  const Instant started = clock_.now();
  EXPECT_TRUE(is_in_doubt({"", Then::hold}, 200));
  const std::int64_t took_ms = (clock_.now().us - started.us) / 1000;
  EXPECT_GE(took_ms, 190);
  EXPECT_LT(took_ms, 2'200);
}

// Bytes that trickle in must not push the deadline away.
TEST_F(HttpAcquirerTest, a_dripping_answer_ends_at_the_deadline) {
  const Instant started = clock_.now();
  EXPECT_TRUE(is_in_doubt({"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", Then::drip}, 300));
  EXPECT_LT((clock_.now().us - started.us) / 1000, 2'300);
}

TEST_F(HttpAcquirerTest, a_refused_connection_is_unavailable) {
  std::uint16_t port = 0;
  { port = RudeServer({}).port(); }
  const auto answer = acquirer_for(port)->approve(request());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::unavailable);
}

TEST_F(HttpAcquirerTest, connections_are_kept_and_used_again) {
  RudeServer server(
      {{http_answer("200 OK", kApproved), Then::keep}, {http_answer("200 OK", kApproved), Then::keep}});
  const auto acquirer = acquirer_for(server.port());
  ASSERT_TRUE(acquirer->approve(request()));
  ASSERT_TRUE(acquirer->approve(request()));
  EXPECT_EQ(server.connections_ended(), 0);
}

TEST_F(HttpAcquirerTest, a_kept_connection_that_ended_is_not_used_again) {
  RudeServer server(
      {{http_answer("200 OK", kApproved), Then::close}, {http_answer("200 OK", kApproved), Then::keep}});
  const auto acquirer = acquirer_for(server.port());
  ASSERT_TRUE(acquirer->approve(request()));
  for (int tries = 0; server.connections_ended() == 0 && tries < 10'000'000; ++tries)
    std::this_thread::yield();
  const auto again = acquirer->approve(request());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(HttpAcquirerTest, stray_bytes_never_become_the_next_answer) {
  const std::string declined =
      R"({"reference":"apr_1","amount":10000,"currency":"KRW","result":"DECLINED","failureCode":"X"})";
  RudeServer server({{http_answer("200 OK", kApproved) + http_answer("200 OK", declined), Then::keep},
                     {http_answer("200 OK", kApproved), Then::keep}});
  const auto acquirer = acquirer_for(server.port());
  ASSERT_TRUE(acquirer->approve(request()));
  const auto again = acquirer->approve(request());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->approved);
}

// midaz#2485: a client library that re-sent by itself after a lost answer applied it twice.
TEST_F(HttpAcquirerTest,
       a_kept_connection_that_ends_after_the_request_is_in_doubt_and_nothing_is_sent_again) {
  RudeServer server({{http_answer("200 OK", kApproved), Then::keep}, {"", Then::close}});
  const auto acquirer = acquirer_for(server.port());
  ASSERT_TRUE(acquirer->approve(request()));
  const auto lost = acquirer->approve(request());
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::in_doubt);
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(HttpAcquirerTest, every_call_is_sorted_the_same_way) {
  RudeServer server({{"", Then::close}, {"", Then::close}, {"", Then::close}});
  const auto acquirer = acquirer_for(server.port());
  const Instant deadline = clock_.now().plus_ms(10'000);
  const auto cancel = acquirer->cancel({"cnl_1", "apr_1", krw(1), "", deadline});
  EXPECT_EQ(cancel.error().kind, ErrorKind::in_doubt);
  EXPECT_EQ(acquirer->inquire("apr_1", deadline).error().kind, ErrorKind::in_doubt);
  EXPECT_EQ(acquirer->network_cancel("apr_1", deadline).error().kind, ErrorKind::in_doubt);
}

TEST_F(HttpAcquirerTest, a_reference_that_would_change_the_path_is_never_sent) {
  RudeServer server({});
  const auto answer = acquirer_for(server.port())->inquire("../truth", clock_.now().plus_ms(1'000));
  EXPECT_EQ(answer.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(server.requests(), 0);
}

TEST(HttpAcquirerOpen, refuses_options_that_do_not_nest) {
  const WallClock clock{};
  EXPECT_EQ(HttpAcquirer::open({.host = "", .port = 1}, clock).error().kind, ErrorKind::invalid);
  EXPECT_EQ(HttpAcquirer::open({.host = "127.0.0.1", .port = 0}, clock).error().kind, ErrorKind::invalid);
  EXPECT_EQ(HttpAcquirer::open(
                {.host = "127.0.0.1", .port = 1, .connect_timeout_ms = 500, .call_timeout_ms = 500}, clock)
                .error()
                .kind,
            ErrorKind::invalid);
}

}  // namespace
}  // namespace wonjang
