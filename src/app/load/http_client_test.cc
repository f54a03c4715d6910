#include "app/load/http_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "app/http/server.h"

namespace wonjang {
namespace {

using std::chrono::milliseconds;
using State = ResponseReader::State;

struct Case {
  const char* bytes;
  int status;
  const char* body;
  bool keep_alive;
};

TEST(ResponseReader, an_answer_is_the_same_however_its_bytes_are_split) {
  const Case cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Tag: 7\r\n\r\nhello", 200, "hello", true},
      {"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\nX-Tag: "
       "7\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
       201, "abcde", true},
      {"HTTP/1.1 204 No Content\r\nX-Tag:7\r\n\r\n", 204, "", true},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 x\r\nX-Tag: 7\r\nConnection: close\r\nContent-Length: "
       "0\r\n\r\n",
       413, "", false},
  };
  for (const auto& c : cases) {
    const std::string_view bytes(c.bytes);
    for (std::size_t first = 0; first < bytes.size(); ++first) {
      ResponseReader reader;
      ASSERT_EQ(reader.feed(bytes.substr(0, first)), State::more) << c.bytes << first;
      ASSERT_EQ(reader.feed(bytes.substr(first)), State::complete) << c.bytes << first;
      EXPECT_EQ(reader.status(), c.status);
      EXPECT_EQ(reader.body(), c.body);
      EXPECT_EQ(reader.keep_alive(), c.keep_alive);
      EXPECT_EQ(reader.find("x-tag"), "7");
      EXPECT_EQ(reader.find("none"), std::nullopt);
    }
  }
}

TEST(ResponseReader, answers_in_a_row_come_one_by_one) {
  ResponseReader reader;
  const std::string one = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
  const std::string two = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n";
  ASSERT_EQ(reader.feed(one + two + one), State::complete);
  EXPECT_EQ(reader.body(), "1");
  ASSERT_EQ(reader.next(), State::complete);
  EXPECT_EQ(reader.body(), "2");
  ASSERT_EQ(reader.next(), State::complete);
  EXPECT_EQ(reader.body(), "1");
  EXPECT_EQ(reader.next(), State::more);
}

TEST(ResponseReader, head_answers_closes_and_garbage) {
  ResponseReader head;
  head.expect(/*is_head=*/true);
  EXPECT_EQ(head.feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), State::complete);
  ResponseReader closing;
  EXPECT_EQ(closing.feed("HTTP/1.1 200 OK\r\n\r\nall "), State::more);
  EXPECT_EQ(closing.feed("of it"), State::more);
  EXPECT_EQ(closing.end(), State::complete);
  EXPECT_EQ(closing.body(), "all of it");
  EXPECT_FALSE(closing.keep_alive());
  ResponseReader cut;
  EXPECT_EQ(cut.feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), State::more);
  EXPECT_EQ(cut.end(), State::broken);
  EXPECT_EQ(ResponseReader().feed("SSH-2.0 hello and more\r\n\r\n"), State::broken);
  EXPECT_EQ(ResponseReader().feed("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), State::broken);
}

// Echoes the tag in the body; "/close" closes, "/silent" never answers, "/stall" answers once released.
class Echo : public HttpHandler {
 public:
  void handle(HttpRequest request, Respond respond) override {
    const auto path = request.head.path();
    HttpResponse out;
    out.body = std::move(request.body);
    out.close = path == "/close";
    if (path == "/silent" || path == "/stall") {
      const std::lock_guard lock(mutex_);
      if (path == "/silent" || !released_) {
        held_.emplace_back(std::move(respond), std::move(out));
        return;
      }
    }
    respond(std::move(out));
  }
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    for (auto& [respond, response] : held_) respond(std::move(response));
    held_.clear();
  }

 private:
  std::mutex mutex_;
  bool released_ = false;
  std::vector<std::pair<Respond, HttpResponse>> held_;
};

class Caller : public LoadCaller {
 public:
  explicit Caller(std::string path) : path_(std::move(path)) {}
  bool next_request(unsigned, LoadRequest& request) override {
    request.tag = next_++;
    prepare_request(request.bytes, "POST", path_, {{"X", "y"}}, std::to_string(request.tag));
    return true;
  }
  void on_answer(unsigned, const LoadAnswer& answer) override {
    const std::lock_guard lock(mutex_);
    if (answer.response.body() != std::to_string(answer.tag)) ++mixed_up_;
    if (!seen_.insert(answer.tag).second) ++mixed_up_;
  }
  void on_lost(unsigned, std::uint64_t tag) override {
    const std::lock_guard lock(mutex_);
    lost_.insert(tag);
  }
  std::uint64_t sent() const { return next_.load(); }
  std::size_t seen() const { return seen_.size(); }
  std::size_t lost() const { return lost_.size(); }
  int mixed_up() const { return mixed_up_; }

 private:
  const std::string path_;
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;
  std::set<std::uint64_t> seen_;
  std::set<std::uint64_t> lost_;
  int mixed_up_ = 0;
};

class LoadClientTest : public ::testing::Test {
 protected:
  LoadClientTest() {
    server_ = *HttpServer::start({}, echo_);
    options_.port = server_->port();
    options_.connections = 8;
    options_.threads = 2;
  }
  Echo echo_;
  std::unique_ptr<HttpServer> server_;
  LoadOptions options_;
};

TEST_F(LoadClientTest, a_closed_loop_answers_every_request_once) {
  options_.requests_max = 2001;
  Caller caller("/echo");
  const auto report = run_load(options_, caller);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->sent, 2001U);
  EXPECT_EQ(report->answers, 2001U);
  EXPECT_EQ(report->status_count(200, 300), 2001U);
  EXPECT_EQ(report->latency_us.count(), 2001U);
  EXPECT_EQ(caller.seen(), 2001U);
  EXPECT_EQ(caller.mixed_up(), 0);
  EXPECT_EQ(server_->stats().connections_total, 8U);
  EXPECT_LT(report->seconds, 9.0);  // ended by the count, not by the time
}

TEST_F(LoadClientTest, an_open_loop_sends_what_is_due_and_no_more) {
  options_.rate_per_s = 1000;
  options_.warm_up = milliseconds(100);
  options_.duration = milliseconds(400);
  Caller caller("/echo");
  const auto report = run_load(options_, caller);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->sent, 500U);
  EXPECT_EQ(report->answers, 400U);
  EXPECT_EQ(caller.mixed_up(), 0);
}

TEST_F(LoadClientTest, a_load_that_is_stopped_ends_soon_and_reports_the_time_until_then) {
  for (const std::uint64_t rate : {0, 200}) {
    std::atomic<bool> stop{false};
    options_.rate_per_s = rate;
    options_.duration = std::chrono::hours(1);
    options_.stop = &stop;
    Caller caller("/echo");
    std::thread stopper([&] {
      while (caller.sent() < 20) std::this_thread::yield();
      stop = true;
    });
    const auto report = run_load(options_, caller);
    stopper.join();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->ok());
    EXPECT_GE(report->sent, 20U);
    EXPECT_EQ(caller.seen(), report->sent);
    EXPECT_LT(report->seconds, 60.0);
  }
}

TEST_F(LoadClientTest, closing_answers_are_followed_by_new_connections) {
  options_.requests_max = 100;
  Caller caller("/close");
  const auto report = run_load(options_, caller);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->answers, 100U);
  EXPECT_GE(report->reconnects, 92U);
}

// The server stands still for a while: requests that were due meanwhile must show it, although they were sent
// late.
TEST_F(LoadClientTest, a_stall_is_charged_to_every_request_it_delayed) {
  options_.rate_per_s = 1000;
  options_.duration = milliseconds(400);
  Caller caller("/stall");
  std::mutex mutex;
  std::condition_variable wake;
  std::thread releaser([&] {
    std::unique_lock lock(mutex);
    wake.wait_for(lock, milliseconds(300), [] { return false; });
    echo_.release();
  });
  const auto report = run_load(options_, caller);
  releaser.join();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->answers, 400U);
  // Eight connections were stuck; a hundred and more others had waited for at least 50 ms.
  EXPECT_GT(report->latency_us.percentile(60'000), 50'000U);
}

TEST_F(LoadClientTest, what_is_dropped_or_never_answered_fails_the_run) {
  options_.rate_per_s = 1000;
  options_.duration = milliseconds(100);
  options_.outstanding_max = 20;
  options_.answer_timeout = milliseconds(50);
  Caller caller("/silent");
  const auto report = run_load(options_, caller);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->ok());
  EXPECT_EQ(report->answers, 0U);
  EXPECT_GT(report->dropped, 0U);
  EXPECT_GT(report->lost, 0U);
  EXPECT_EQ(report->lost, caller.lost());
  EXPECT_EQ(report->lost + report->dropped, 100U);
}

TEST_F(LoadClientTest, a_server_that_goes_away_loses_requests_and_nobody_there_is_an_error) {
  options_.requests_max = 8;
  options_.answer_timeout = milliseconds(5000);
  Caller caller("/silent");
  std::thread stopper([&] {
    while (server_->stats().requests_total < 8) std::this_thread::yield();
    server_->stop();
  });
  const auto report = run_load(options_, caller);
  stopper.join();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->lost, 8U);
  EXPECT_EQ(caller.lost(), 8U);
  Caller nobody("/echo");
  const auto none = run_load(options_, nobody);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace wonjang
