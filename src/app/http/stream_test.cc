#include <gtest/gtest.h>

#include <mutex>

#include "app/http/http_test_client.h"
#include "app/http/server.h"

namespace wonjang {
namespace {

using std::chrono::milliseconds;

// Keeps streams for the test to drive ("/hold"), or answers each piece of the body with its size in a line
// ("/sizes"), or each line with itself in upper case ("/shout").
class Streams : public HttpHandler {
 public:
  void handle(HttpRequest request, Respond respond) override {
    HttpResponse out;
    out.body = "whole " + request.body;
    respond(std::move(out));
  }
  bool wants_stream(const HttpRequestHead& head) override { return head.path() != "/whole"; }
  void handle_stream(std::shared_ptr<HttpStream> stream) override {
    if (stream->head().path() == "/drop") return;
    if (stream->head().path() == "/refuse") {
      HttpResponse out;
      out.status = 415;
      return stream->respond(std::move(out));
    }
    if (stream->head().path() == "/shout") {
      HttpResponse head;
      head.content_type = "application/x-ndjson";
      stream->start(std::move(head));
      return shout(std::move(stream));
    }
    const std::lock_guard lock(mutex_);
    held_ = std::move(stream);
  }
  std::shared_ptr<HttpStream> take() {
    std::shared_ptr<HttpStream> out;
    eventually([&] {
      const std::lock_guard lock(mutex_);
      out = std::move(held_);
      return out != nullptr;
    });
    return out;
  }

 private:
  static void shout(std::shared_ptr<HttpStream> stream) {
    auto& s = *stream;
    s.read_some([stream = std::move(stream)](Result<std::string> piece) mutable {
      if (!piece) return;
      if (piece->empty()) return stream->finish();
      auto text = *std::move(piece);
      for (auto& c : text) c = static_cast<char>(std::toupper(c));
      auto& out = *stream;
      out.write_some(std::move(text), [stream = std::move(stream)](Result<void> written) mutable {
        if (written) shout(std::move(stream));
      });
    });
  }
  std::mutex mutex_;
  std::shared_ptr<HttpStream> held_;
};

// The answer to one read_some(), waited for.
class Reader {
 public:
  explicit Reader(HttpStream& stream) {
    stream.read_some([state = state_](Result<std::string> got) {
      const std::lock_guard lock(state->mutex);
      state->got = std::move(got);
    });
  }
  bool done() const {
    const std::lock_guard lock(state_->mutex);
    return state_->got.has_value();
  }
  Result<std::string> wait() const {
    if (!eventually([&] { return done(); })) return unavailable("the test waited in vain");
    return *state_->got;
  }

 private:
  struct State {
    std::mutex mutex;
    std::optional<Result<std::string>> got;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class HttpStreamTest : public ::testing::Test {
 protected:
  void serve(HttpServerOptions options = {}) {
    auto started = HttpServer::start(std::move(options), routes_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  static std::string begin(const std::string& path,
                           const std::string& headers = "Transfer-Encoding: chunked\r\n") {
    return "POST " + path + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n";
  }
  Streams routes_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpStreamTest, answers_flow_while_the_upload_goes_on) {
  serve();
  TestClient client(server_->port());
  client.send(begin("/shout"));
  const auto head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_NE(head.find("application/x-ndjson"), std::string::npos);
  for (int i = 0; i < 20; ++i) {
    client.send("6\r\nline " + std::string(1, static_cast<char>('a' + i)) + "\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "6\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "LINE " + std::string(1, static_cast<char>('A' + i)) + "\r\n");
  }
  client.send("0\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "0\r\n\r\n");
  // The connection goes on, for streams and whole requests alike.
  client.send(begin("/whole", "Content-Length: 2\r\n") + "ok");
  EXPECT_EQ(client.read_answer().body, "whole ok");
  client.send(begin("/shout", "Content-Length: 2\r\n") + "ab");
  EXPECT_NE(client.read_until("0\r\n\r\n").find("2\r\nAB\r\n"), std::string::npos);
}

TEST_F(HttpStreamTest, an_unread_body_stays_with_the_client) {
  serve();
  TestClient client(server_->port());
  client.send(begin("/hold", "Content-Length: 1000000000\r\n"));
  const auto stream = routes_.take();
  ASSERT_TRUE(stream);
  const std::string piece(64 * 1024, 'x');
  std::size_t sent = 0;
  int full = 0;
  // The kernel's buffers fill up, then nothing moves any more.
  eventually([&] {
    const auto n = client.send_some(piece);
    sent += n;
    full = n == 0 ? full + 1 : 0;
    return full == 20;
  });
  EXPECT_LT(sent, 100'000'000U);
  const auto before = server_->stats().bytes_in_total;
  EXPECT_LT(before, 64U * 1024);  // one read buffer at most

  std::size_t got = 0;
  while (got < 1'000'000) {
    const auto read = Reader(*stream).wait();
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_LE(read->size(), 64U * 1024);
    got += read->size();
  }
  EXPECT_LE(server_->stats().bytes_in_total, before + got + 64 * 1024);
  EXPECT_GT(client.send_some(piece), 0U);  // there is room again
}

TEST_F(HttpStreamTest, the_first_read_answers_100_continue) {
  serve();
  TestClient client(server_->port());
  client.send(begin("/hold", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
  const auto stream = routes_.take();
  ASSERT_TRUE(stream);
  EXPECT_EQ(server_->stats().bytes_out_total, 0U);
  const Reader reader(*stream);
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_EQ(*reader.wait(), "abc");
  EXPECT_EQ(*Reader(*stream).wait(), "");
  stream->start({});
  stream->finish();
  EXPECT_NE(client.read_until("0\r\n\r\n").find("200 OK"), std::string::npos);
}

TEST_F(HttpStreamTest, a_refusal_before_the_first_read_asks_for_no_body) {
  serve();
  TestClient client(server_->port());
  client.send(begin("/refuse", "Content-Length: 1000000\r\nExpect: 100-continue\r\n"));
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 415);
  EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.at_end());
}

TEST_F(HttpStreamTest, a_stream_waits_for_the_answers_before_it) {
  serve();
  TestClient client(server_->port());
  client.send(begin("/whole", "Content-Length: 1\r\n") + "1" + begin("/shout") + "2\r\nab\r\n0\r\n\r\n" +
              begin("/whole", "Content-Length: 1\r\n") + "2");
  EXPECT_EQ(client.read_answer().body, "whole 1");
  EXPECT_NE(client.read_until("0\r\n\r\n").find("AB"), std::string::npos);
  EXPECT_EQ(client.read_answer().body, "whole 2");
}

TEST_F(HttpStreamTest, a_write_calls_back_when_the_kernel_took_it) {
  serve();
  TestClient client(server_->port(), /*receive_buffer=*/4096);
  client.send(begin("/hold", "Content-Length: 0\r\n"));
  const auto stream = routes_.take();
  ASSERT_TRUE(stream);
  stream->start({});
  std::atomic<bool> written{false};
  stream->write_some(std::string(20'000'000, 'w'), [&](Result<void> done) { written = done.has_value(); });
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n"), "1312d00\r\n");
  EXPECT_FALSE(written);
  EXPECT_EQ(client.read_exactly(20'000'000).size(), 20'000'000U);
  EXPECT_TRUE(eventually([&] { return written.load(); }));
  stream->finish();
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "\r\n0\r\n\r\n");
}

TEST_F(HttpStreamTest, a_dropped_stream_answers_500_or_is_cut_off) {
  serve();
  TestClient dropped(server_->port());
  dropped.send(begin("/drop"));
  EXPECT_EQ(dropped.read_answer().status, 500);
  TestClient cut(server_->port());
  cut.send(begin("/hold", "Content-Length: 0\r\n"));
  auto stream = routes_.take();
  HttpResponse head;
  head.body = "begun";
  stream->start(std::move(head));
  EXPECT_NE(cut.read_until("begun\r\n").find("begun"), std::string::npos);
  stream.reset();
  EXPECT_EQ(cut.read_all(), "");  // no last chunk
}

TEST_F(HttpStreamTest, a_lost_or_broken_upload_is_an_error_of_the_read) {
  serve();
  auto client = std::make_unique<TestClient>(server_->port());
  client->send(begin("/hold"));
  auto stream = routes_.take();
  {
    const Reader reader(*stream);
    client.reset();
    const auto got = reader.wait();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::unavailable);
  }
  TestClient broken(server_->port());
  broken.send(begin("/hold") + "zz\r\n");
  stream = routes_.take();
  const auto got = Reader(*stream).wait();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::invalid);
}

TEST_F(HttpStreamTest, a_silent_upload_times_out) {
  serve({.read_timeout = milliseconds(60)});
  TestClient client(server_->port());
  client.send(begin("/hold"));
  const auto stream = routes_.take();
  const auto got = Reader(*stream).wait();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(client.read_answer().status, 408);
}

TEST_F(HttpStreamTest, steps_after_the_server_has_gone_are_refused) {
  serve();
  TestClient client(server_->port());
  client.send(begin("/hold"));
  const auto stream = routes_.take();
  const Reader waiting(*stream);
  EXPECT_EQ(server_->drain(milliseconds(20)), 1U);
  EXPECT_FALSE(waiting.wait());
  EXPECT_FALSE(Reader(*stream).wait());
  stream->start({});
  stream->finish();
}

}  // namespace
}  // namespace wonjang
