// RudeServer: a listener for tests that takes whole requests and then misbehaves, one act per request, in
// order. Counts what it saw, so that a test can tell that nothing was sent twice. Threads: made and asked by
// one; serves on a thread of its own, one connection after the other.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace wonjang {

enum class Then : std::uint8_t {
  keep,   // waits for the next request
  close,  // ends the connection
  reset,  // ends it with a reset
  hold,   // sends no more, until the other side ends it
  drip,   // sends one blank every 20 ms, until the other side ends it
};
struct Act {
  std::string says;
  Then then = Then::close;
};

inline std::string http_answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

class RudeServer {
  using tcp = boost::asio::ip::tcp;

 public:
  explicit RudeServer(std::vector<Act> acts)
      : acts_(std::move(acts)), acceptor_(loop_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    thread_ = std::thread([this] { serve_all(); });
  }
  ~RudeServer() {
    is_over_ = true;
    boost::system::error_code ignored;
    tcp::socket waker(loop_);
    waker.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  RudeServer(const RudeServer&) = delete;
  RudeServer& operator=(const RudeServer&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int requests() const { return requests_; }
  int connections_ended() const { return connections_ended_; }

 private:
  void serve_all() {
    while (!is_over_) {
      boost::system::error_code error;
      tcp::socket socket = acceptor_.accept(error);
      if (error || is_over_) continue;
      serve(std::move(socket));
      ++connections_ended_;
    }
  }

  void serve(tcp::socket socket) {
    boost::beast::flat_buffer buffer;
    for (Then then = Then::keep; then == Then::keep;) {
      boost::beast::http::request<boost::beast::http::string_body> request;
      boost::system::error_code error;
      boost::beast::http::read(socket, buffer, request, error);
      if (error) return;
      const auto number = static_cast<std::size_t>(requests_++);
      if (number >= acts_.size()) return;
      boost::asio::write(socket, boost::asio::buffer(acts_[number].says), error);
      then = acts_[number].then;
      if (then == Then::hold) wait_for_end(socket, {});
      if (then == Then::drip) wait_for_end(socket, " ");
      if (then == Then::reset) socket.set_option(boost::asio::socket_base::linger(true, 0), error);
    }
  }

  void wait_for_end(tcp::socket& socket, const std::string& drop) {
    const timeval patience{0, 20'000};
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char byte = 0;
    while (!is_over_) {
      const auto got = recv(socket.native_handle(), &byte, 1, 0);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return;
      if (!drop.empty() && send(socket.native_handle(), drop.data(), drop.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  const std::vector<Act> acts_;
  boost::asio::io_context loop_;
  tcp::acceptor acceptor_;
  std::atomic<bool> is_over_ = false;
  std::atomic<int> requests_ = 0;
  std::atomic<int> connections_ended_ = 0;
  std::thread thread_;
};

}  // namespace wonjang
