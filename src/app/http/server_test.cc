#include "app/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <vector>

#include "app/http/http_test_client.h"

namespace wonjang {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHuge = 6'000'000;  // more than the kernel keeps for one that reads slowly

HttpResponse text(int status, std::string body) {
  HttpResponse out;
  out.status = status;
  out.content_type = "text/plain";
  out.body = std::move(body);
  return out;
}

// Answers at once with the request's own parts; keeps "/later/..." for the test to answer; drops "/drop".
class Routes : public HttpHandler {
 public:
  void handle(HttpRequest request, Respond respond) override {
    const std::string path(request.head.path());
    if (path.starts_with("/later/")) {
      const std::lock_guard lock(mutex_);
      later_[path.substr(7)] = std::move(respond);
      return;
    }
    if (path == "/drop") return;
    if (path == "/throw") throw std::runtime_error("from the handler");
    if (path == "/big") return respond(text(200, std::string(3'000'000, 'b')));
    if (path == "/huge") return respond(text(200, std::string(kHuge, 'h')));
    if (path == "/shared") {
      auto response = text(200, "");
      response.shared_body = std::make_shared<const std::string>(100'000, 's');
      return respond(std::move(response));
    }
    respond(text(200, std::string(request.head.method()) + " " + path + " " + request.body));
  }
  std::optional<std::size_t> body_bytes_max(const HttpRequestHead& head) override {
    if (head.path() == "/tiny") return 10;
    return std::nullopt;
  }
  Respond take(const std::string& name) {
    Respond out;
    eventually([&] {
      const std::lock_guard lock(mutex_);
      const auto found = later_.find(name);
      if (found == later_.end()) return false;
      out = std::move(found->second);
      later_.erase(found);
      return true;
    });
    return out;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Respond> later_;
};

std::string get(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n";
}
std::string post(const std::string& path, const std::string& body, const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

class HttpServerTest : public ::testing::Test {
 protected:
  void serve(HttpServerOptions options = {}) {
    auto started = HttpServer::start(std::move(options), routes_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  std::uint16_t port() const { return server_->port(); }

  Routes routes_;  // outlives the server
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, a_connection_serves_many_requests) {
  serve();
  TestClient client(port());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.send(post("/echo", "body" + std::to_string(i))));
    const auto answer = client.read_answer();
    ASSERT_EQ(answer.status, 200);
    ASSERT_EQ(answer.body, "POST /echo body" + std::to_string(i));
  }
  EXPECT_EQ(server_->stats().connections_total, 1U);
  EXPECT_EQ(server_->stats().requests_total, 100U);
}

TEST_F(HttpServerTest, a_request_may_come_byte_by_byte) {
  serve();
  TestClient client(port());
  for (const char c : post("/echo", "hello") + get("/next")) ASSERT_TRUE(client.send({&c, 1}));
  EXPECT_EQ(client.read_answer().body, "POST /echo hello");
  EXPECT_EQ(client.read_answer().body, "GET /next ");
}

TEST_F(HttpServerTest, a_chunked_body_is_put_together) {
  serve();
  TestClient client(port());
  client.send(
      "POST /c HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n" +
      get("/next"));
  EXPECT_EQ(client.read_answer().body, "POST /c abcde");
  EXPECT_EQ(client.read_answer().body, "GET /next ");
}

TEST_F(HttpServerTest, pipelined_answers_keep_the_order_of_the_requests) {
  serve();
  TestClient client(port());
  client.send(get("/later/a") + get("/later/b") + get("/now") + get("/later/c"));
  auto c = routes_.take("c");
  auto b = routes_.take("b");
  auto a = routes_.take("a");
  ASSERT_TRUE(a && b && c);
  std::thread([&] {
    c(text(200, "C"));
    b(text(200, "B"));
    a(text(200, "A"));
  }).join();
  EXPECT_EQ(client.read_answer().body, "A");
  EXPECT_EQ(client.read_answer().body, "B");
  EXPECT_EQ(client.read_answer().body, "GET /now ");
  EXPECT_EQ(client.read_answer().body, "C");
}

TEST_F(HttpServerTest, a_full_pipeline_is_not_read_further) {
  serve({.pipeline_max = 2});
  TestClient client(port());
  client.send(get("/later/a") + get("/later/b") + get("/later/c"));
  auto a = routes_.take("a");
  auto b = routes_.take("b");
  EXPECT_EQ(server_->stats().requests_total, 2U);
  a(text(200, "A"));
  auto c = routes_.take("c");
  b(text(200, "B"));
  c(text(200, "C"));
  EXPECT_EQ(client.read_answer().body, "A");
  EXPECT_EQ(client.read_answer().body, "B");
  EXPECT_EQ(client.read_answer().body, "C");
}

TEST_F(HttpServerTest, another_thread_may_answer_many_connections_in_one_batch) {
  serve();
  std::vector<std::unique_ptr<TestClient>> clients;
  std::vector<Respond> batch;
  for (int i = 0; i < 64; ++i) {
    clients.push_back(std::make_unique<TestClient>(port()));
    clients.back()->send(get("/later/" + std::to_string(i)));
  }
  for (int i = 0; i < 64; ++i) batch.push_back(routes_.take(std::to_string(i)));
  std::thread([&] {
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i](text(200, "answer " + std::to_string(i)));
  }).join();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    EXPECT_EQ(clients[i]->read_answer().body, "answer " + std::to_string(i));
  }
}

TEST_F(HttpServerTest, a_dropped_or_thrown_request_is_answered_500_and_the_connection_lives) {
  serve();
  TestClient client(port());
  client.send(get("/drop") + get("/throw") + get("/later/x") + get("/next"));
  routes_.take("x") = Respond();  // let go on this thread
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 500);
    EXPECT_NE(answer.body.find("no_answer"), std::string::npos);
  }
  EXPECT_EQ(client.read_answer().body, "GET /next ");
}

TEST_F(HttpServerTest, an_answer_after_the_client_or_the_server_has_gone_is_dropped) {
  serve();
  auto client = std::make_unique<TestClient>(port());
  client->send(get("/later/a") + get("/later/b"));
  auto a = routes_.take("a");
  auto b = routes_.take("b");
  client.reset();
  a(text(200, "to nobody"));
  server_->stop();
  server_.reset();
  b(text(200, "to nothing"));
}

TEST_F(HttpServerTest, big_and_shared_bodies_arrive_whole) {
  serve();
  TestClient client(port());
  client.send(get("/big") + get("/shared") + get("/big") + get("/next"));
  EXPECT_EQ(client.read_answer().body, std::string(3'000'000, 'b'));
  EXPECT_EQ(client.read_answer().body, std::string(100'000, 's'));
  EXPECT_EQ(client.read_answer().body, std::string(3'000'000, 'b'));
  EXPECT_EQ(client.read_answer().body, "GET /next ");
}

TEST_F(HttpServerTest, head_and_options_and_http_1_0) {
  serve({.unix_seconds = [] { return std::int64_t{784111777}; }});
  TestClient client(port());
  client.send("HEAD /a HTTP/1.1\r\nHost: t\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n" + get("/next"));
  const auto head = client.read_answer(/*with_body=*/false);
  EXPECT_NE(head.head.find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_NE(head.head.find("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), std::string::npos);
  EXPECT_EQ(head.head.find("Server:"), std::string::npos);
  const auto options = client.read_answer();
  EXPECT_EQ(options.status, 204);
  EXPECT_NE(options.head.find("Allow: GET"), std::string::npos);
  EXPECT_EQ(client.read_answer().body, "GET /next ");

  TestClient old(port());
  old.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(old.read_answer().head.find("Connection: keep-alive"), std::string::npos);
  old.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read_answer().status, 200);
  EXPECT_TRUE(old.at_end());
}

TEST_F(HttpServerTest, connection_close_is_honoured_and_said) {
  serve();
  TestClient client(port());
  client.send(get("/a", "Connection: close\r\n") + get("/never"));
  const auto answer = client.read_answer();
  EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(server_->stats().requests_total, 1U);
}

TEST_F(HttpServerTest, a_client_that_closed_its_half_is_still_answered) {
  serve();
  TestClient client(port());
  client.send(get("/later/a") + get("/b"));
  client.close_sending();
  routes_.take("a")(text(200, "A"));
  EXPECT_EQ(client.read_answer().body, "A");
  EXPECT_EQ(client.read_answer().body, "GET /b ");
  EXPECT_TRUE(client.at_end());
}

struct Bad {
  std::string bytes;
  bool end_of_input;
  int status;
  const char* code;
};

TEST_F(HttpServerTest, protocol_errors_are_answered_through_the_hook_and_end_the_connection) {
  serve({.header_bytes_max = 1024, .body_bytes_max = 1000});
  const Bad cases[] = {
      {"nonsense\r\n\r\n", false, 400, "malformed_request"},
      {get("/a", "X: " + std::string(2000, 'x') + "\r\n"), false, 431, "head_too_large"},
      {post("/a", std::string(1001, 'x')), false, 413, "body_too_large"},
      {post("/tiny", std::string(11, 'x')), false, 413, "body_too_large"},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'x'),
       false, 413, "body_too_large"},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false, 400,
       "malformed_chunk"},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: br\r\n\r\n", false, 501, "coding_unsupported"},
      {"GET /a HTT", true, 400, "truncated_request"},
      {"POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc", true, 400, "truncated_request"},
  };
  for (const auto& c : cases) {
    TestClient client(port());
    ASSERT_TRUE(client.send(get("/first") + c.bytes));
    if (c.end_of_input) client.close_sending();
    EXPECT_EQ(client.read_answer().body, "GET /first ") << c.code;
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, c.status) << c.code;
    EXPECT_NE(answer.body.find(c.code), std::string::npos) << answer.body;
    EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(client.at_end()) << c.code;
  }
  EXPECT_EQ(server_->stats().protocol_errors_total, std::size(cases));
}

TEST_F(HttpServerTest, a_refused_upload_still_reads_its_answer) {
  serve({.body_bytes_max = 1000});
  TestClient client(port());
  // Without a lingering close the reset would overtake the 413.
  client.send(post("/a", std::string(2'000'000, 'x')));
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST_F(HttpServerTest, body_sizes_at_the_bound) {
  serve({.body_bytes_max = 1000});
  for (const std::size_t size : {0U, 1U, 2U, 999U, 1000U, 1001U}) {
    TestClient client(port());
    client.send(post("/a", std::string(size, 'x')));
    EXPECT_EQ(client.read_answer().status, size <= 1000 ? 200 : 413) << size;
  }
}

TEST_F(HttpServerTest, slow_requests_are_answered_408_and_idle_connections_closed) {
  serve({.idle_timeout = milliseconds(60), .read_timeout = milliseconds(60)});
  for (const std::string begin : {"G", "\r", "GET / HTTP/1.1\r\nHost: t\r\n",
                                  "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nabc"}) {
    TestClient slow(port());
    slow.send(begin);
    EXPECT_EQ(slow.read_answer().status, 408) << begin;
    EXPECT_TRUE(slow.at_end());
  }
  TestClient idle(port());
  idle.send(get("/a"));
  EXPECT_EQ(idle.read_answer().status, 200);
  EXPECT_TRUE(idle.at_end());
}

TEST_F(HttpServerTest, a_slow_handler_is_not_a_slow_client) {
  serve({.idle_timeout = milliseconds(40), .read_timeout = milliseconds(40)});
  TestClient client(port());
  client.send(get("/later/a"));
  auto a = routes_.take("a");
  // A neighbour that times out in the same scans proves that time has passed.
  TestClient neighbour(port());
  neighbour.send("G");
  EXPECT_EQ(neighbour.read_answer().status, 408);
  a(text(200, "A"));
  EXPECT_EQ(client.read_answer().body, "A");
}

TEST_F(HttpServerTest, a_client_that_does_not_read_is_cut_off) {
  serve({.write_timeout = milliseconds(60)});
  TestClient client(port(), /*receive_buffer=*/4096);
  for (int i = 0; i < 8; ++i) client.send(get("/big"));
  EXPECT_TRUE(eventually([&] { return server_->stats().connections_open == 0; }));
  EXPECT_LT(server_->stats().requests_total, 8U);  // unsent answers hold further requests back
}

// Megabytes stand in the kernel's buffer, which says that it is writable again after a good part of them is
// gone: a reader that needed longer than the time-out for that was cut off in the middle of an answer.
TEST_F(HttpServerTest, a_client_that_reads_slowly_gets_all_of_it) {
  serve({.write_timeout = milliseconds(300)});
  TestClient client(port(), /*receive_buffer=*/64 * 1024);
  client.send(get("/huge"));
  std::string got = client.read_until("\r\n\r\n");
  ASSERT_NE(got.find("Content-Length: " + std::to_string(kHuge)), std::string::npos) << got;
  std::size_t read = 0;
  while (read < 2'000'000) {
    const auto some = client.read_exactly(64 * 1024);
    ASSERT_NE(some, "") << "cut off after " << read;
    read += some.size();
    std::this_thread::sleep_for(milliseconds(30));
  }
  EXPECT_EQ(read + client.read_exactly(kHuge - read).size(), kHuge);
}

TEST_F(HttpServerTest, one_connection_too_many_is_told_503) {
  serve({.connections_max = 2});
  TestClient first(port());
  TestClient second(port());
  first.send(get("/a"));
  second.send(get("/a"));
  EXPECT_EQ(first.read_answer().status, 200);
  EXPECT_EQ(second.read_answer().status, 200);
  TestClient third(port());
  third.send(get("/a"));
  EXPECT_EQ(third.read_answer().status, 503);
  EXPECT_TRUE(third.at_end());
  EXPECT_EQ(server_->stats().connections_refused, 1U);
  first.close();
  ASSERT_TRUE(eventually([&] { return server_->stats().connections_open < 2; }));
  TestClient fourth(port());
  fourth.send(get("/a"));
  EXPECT_EQ(fourth.read_answer().status, 200);
}

TEST_F(HttpServerTest, expect_100_continue_is_answered_when_the_body_is_wanted) {
  serve({.body_bytes_max = 1000});
  TestClient client(port());
  const std::string body(500, 'x');
  const std::string headers = "Expect: 100-continue\r\nContent-Length: 500\r\n\r\n";
  client.send("POST /a HTTP/1.1\r\nHost: t\r\n" + headers);
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(body);
  EXPECT_EQ(client.read_answer().body, "POST /a " + body);
  // The body came along: no need to ask for it.
  client.send("POST /a HTTP/1.1\r\nHost: t\r\n" + headers + body);
  EXPECT_EQ(client.read_answer().status, 200);
  // Too large: refused before it is sent.
  client.send("POST /tiny HTTP/1.1\r\nHost: t\r\n" + headers);
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST_F(HttpServerTest, drain_closes_the_idle_and_answers_what_is_in_flight) {
  serve();
  TestClient idle(port());
  idle.send(get("/a"));
  ASSERT_EQ(idle.read_answer().status, 200);
  TestClient busy(port());
  busy.send(get("/later/a"));
  auto a = routes_.take("a");
  TestClient partial(port());
  partial.send("POST /p HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nab");
  ASSERT_TRUE(eventually([&] { return server_->stats().requests_total == 3; }));

  std::atomic<std::size_t> left{99};
  std::thread drainer([&] { left = server_->drain(std::chrono::seconds(20)); });
  EXPECT_TRUE(idle.at_end());
  EXPECT_FALSE(TestClient(port()).connected());
  a(text(200, "A"));
  const auto answer = busy.read_answer();
  EXPECT_EQ(answer.body, "A");
  EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(busy.at_end());
  partial.send("cd");
  EXPECT_EQ(partial.read_answer().body, "POST /p abcd");
  drainer.join();
  EXPECT_EQ(left, 0U);
}

TEST_F(HttpServerTest, drain_gives_up_at_its_deadline_and_says_what_was_left) {
  serve();
  TestClient client(port());
  client.send(get("/later/a"));
  auto a = routes_.take("a");
  EXPECT_EQ(server_->drain(milliseconds(50)), 1U);
  EXPECT_TRUE(client.at_end());
  a(text(200, "too late"));
}

TEST_F(HttpServerTest, a_taken_port_and_a_bad_address_are_errors) {
  serve();
  const auto taken = HttpServer::start({.port = port()}, routes_);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::unavailable);
  const auto bad = HttpServer::start({.address = "nowhere"}, routes_);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace wonjang
