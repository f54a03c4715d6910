// The side of a connection that touches the socket: reads, writes, TLS, closing and time-outs.
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <boost/asio/write.hpp>
#include <limits>
#include <utility>

#include "app/http/http_connection.h"

namespace wonjang {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kBodyReadMax = 64 * 1024;
constexpr std::size_t kLingerBytesMax = 4 * 1024 * 1024;
constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kTlsFlightMax = 256 * 1024;

std::string text_of(const asio::ip::tcp::endpoint& peer) {
  const auto address = peer.address().to_string();
  const auto port = std::to_string(peer.port());
  return peer.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace

void HttpConnection::start() {
  error_code ec;
  socket_.non_blocking(true, ec);
  if (!ec) socket_.set_option(asio::ip::tcp::no_delay(true), ec);
  const auto peer = socket_.remote_endpoint(ec);
  if (ec) return close_now();
  peer_ = std::make_shared<const std::string>(text_of(peer));
  now_ = idle_since_ = read_since_ = Clock::now();
  auto& tls = worker_.shared().tls;
  if (!tls) {
    if (refused_) fail(503, "too_many_connections", "no connection is free, try again later");
    return pump();
  }
  if (refused_) return close_now();
  phase_ = Phase::handshake;
  tls_.emplace(socket_, *tls);
  tls_->async_handshake(asio::ssl::stream_base::server, [this, self = shared_from_this()](error_code failed) {
    if (closed_) return;
    if (failed) return close_now();
    phase_ = Phase::head;
    now_ = idle_since_ = Clock::now();
    pump();
  });
}

// Reads when the phase has a use for bytes, and never more than the buffer holds: this is the back-pressure.
void HttpConnection::arm_read() {
  if (reading_ || closed_ || end_of_input_) return;
  std::size_t capacity_max = kBodyReadMax;
  switch (phase_) {
    case Phase::head:
      if (close_after_ || !has_room()) return;
      capacity_max = options_.header_bytes_max;
      break;
    case Phase::stream:
      if (!stream_ || !stream_->read) return;
      break;
    case Phase::body:
    case Phase::linger:
      break;
    case Phase::handshake:
    case Phase::front:
    case Phase::stopped:
      return;
  }
  const auto space = in_.prepare(capacity_max);
  // Full: whole requests wait for room, they are read on when an answer leaves.
  if (space.size() == 0) return;
  reading_ = true;
  auto done = [this, self = shared_from_this()](error_code ec, std::size_t size) { on_read(ec, size); };
  if (tls_ && phase_ != Phase::linger) {
    tls_->async_read_some(space, std::move(done));
  } else {
    socket_.async_read_some(space, std::move(done));
  }
}

void HttpConnection::on_read(error_code ec, std::size_t size) {
  reading_ = false;
  if (closed_) return;
  if (tls_closing_) return;
  if (phase_ == Phase::linger) {
    in_.clear();
    linger_bytes_ += size;
    if (ec || linger_bytes_ > kLingerBytesMax) return close_now();
    return arm_read();
  }
  now_ = Clock::now();
  if (ec) {
    if (ec != asio::error::eof && ec != asio::ssl::error::stream_truncated) return close_now();
    end_of_input_ = true;
    return on_end_of_input();
  }
  HttpCounters::add(worker_.counters().bytes_in, size);
  in_.commit(size);
  pump();
}

// The client may have closed its sending half only: what is in flight is still answered.
void HttpConnection::on_end_of_input() {
  if (idle()) return close_now();
  pump();
}

bool HttpConnection::idle() const {
  return phase_ == Phase::head && in_.empty() && out_.empty() && !writing_ && in_flight() == 0;
}

// True when something was written and nothing is left to write.
bool HttpConnection::send_out() {
  if (writing_ || out_.empty()) return false;
  if (tls_) {
    send_out_tls();
    return false;
  }
  for (;;) {
    error_code ec;
    const auto sent = socket_.write_some(out_.buffers(), ec);
    if (ec == asio::error::would_block) {
      wait_writable();
      return false;
    }
    if (ec) {
      close_now();
      return false;
    }
    HttpCounters::add(worker_.counters().bytes_out, sent);
    out_.consume(sent);
    if (out_.empty()) return true;
  }
}

// The kernel calls its full buffer writable again when a third of it is free, which may be a megabyte: a slow
// reader is known by what it acknowledges meanwhile.
bool HttpConnection::has_acknowledged() {
  int left = 0;
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &left) != 0) return false;
  return left < std::exchange(unacknowledged_, left);
}

void HttpConnection::wait_writable() {
  writing_ = true;
  write_since_ = Clock::now();
  unacknowledged_ = std::numeric_limits<int>::max();
  socket_.async_wait(asio::ip::tcp::socket::wait_write, [this, self = shared_from_this()](error_code ec) {
    writing_ = false;
    if (closed_) return;
    if (ec) return close_now();
    pump();
  });
}

void HttpConnection::send_out_tls() {
  tls_flight_.clear();
  while (!out_.empty() && tls_flight_.size() < kTlsFlightMax) {
    std::size_t taken = 0;
    for (const auto& b : out_.buffers()) {
      const auto size = std::min(b.size(), kTlsFlightMax - tls_flight_.size());
      tls_flight_.append(static_cast<const char*>(b.data()), size);
      taken += size;
    }
    out_.consume(taken);
  }
  writing_ = true;
  write_since_ = Clock::now();
  unacknowledged_ = std::numeric_limits<int>::max();
  asio::async_write(*tls_, asio::buffer(tls_flight_),
                    [this, self = shared_from_this()](error_code ec, std::size_t sent) {
                      writing_ = false;
                      if (closed_) return;
                      if (ec) return close_now();
                      HttpCounters::add(worker_.counters().bytes_out, sent);
                      pump();
                    });
}

// After every pump(): what follows from an empty out buffer, then the next read.
void HttpConnection::settle() {
  if (out_.empty() && !writing_) {
    if (close_after_) return begin_close();
    if (end_of_input_ && idle()) return begin_close();
    if (stream_ && stream_->write) {
      const auto callback = std::exchange(stream_->write, nullptr);
      callback(Result<void>());
    }
    if (idle()) {
      idle_since_ = Clock::now();
      if (worker_.shared().draining.load(std::memory_order_relaxed) && !has_input()) return begin_close();
    }
  }
  arm_read();
}

void HttpConnection::drain() {
  if (closed_ || phase_ == Phase::linger) return;
  pump();
}

// A request that is already here would be lost with a close; it is read and answered.
bool HttpConnection::has_input() const {
  error_code ec;
  return !tls_ && socket_.available(ec) > 0;
}

void HttpConnection::begin_close() {
  if (tls_) {
    phase_ = Phase::linger;
    tls_closing_ = true;
    linger_since_ = Clock::now();
    tls_->async_shutdown([this, self = shared_from_this()](error_code) {
      tls_closing_ = false;
      if (closed_) return;
      if (linger_) return begin_linger();
      close_now();
    });
    return;
  }
  if (linger_ || !in_.empty() || has_input()) return begin_linger();
  error_code ec;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ec);
  close_now();
}

// Closing with unread input sends a reset, which may overtake the answer: say we are done, then read on for a
// while.
void HttpConnection::begin_linger() {
  error_code ec;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  if (ec || end_of_input_) return close_now();
  phase_ = Phase::linger;
  linger_since_ = Clock::now();
  in_.clear();
  arm_read();
}

void HttpConnection::close_now() {
  if (closed_) return;
  const auto self = shared_from_this();
  closed_ = true;
  error_code ec;
  socket_.close(ec);
  stream_failed("the connection is gone");
  worker_.remove(key_, refused_);
}

void HttpConnection::check_time(Clock::time_point now) {
  if (closed_) return;
  now_ = now;
  if (phase_ == Phase::linger) {
    if (now - linger_since_ > kLinger) close_now();
    return;
  }
  if (writing_ && has_acknowledged()) write_since_ = now;
  if (writing_ && now - write_since_ > options_.write_timeout) return close_now();
  const bool slow_read = now - read_since_ > options_.read_timeout;
  switch (phase_) {
    case Phase::handshake:
      if (slow_read) close_now();
      return;
    case Phase::head:
      if (partial_ && slow_read && reading_) {
        fail(408, "request_timeout", "the request took too long to arrive");
        return pump();
      }
      if (!partial_ && idle() && now - idle_since_ > options_.idle_timeout) begin_close();
      return;
    case Phase::body:
      if (!slow_read) return;
      fail(408, "request_timeout", "the request took too long to arrive");
      return pump();
    case Phase::stream:
      if (!stream_ || !stream_->read || !slow_read) return;
      if (!stream_->started) {
        stream_failed("the client sent nothing for too long");
        fail(408, "request_timeout", "the request took too long to arrive");
        return pump();
      }
      return close_now();
    case Phase::front:
    case Phase::stopped:
    case Phase::linger:
      return;
  }
}

}  // namespace wonjang
