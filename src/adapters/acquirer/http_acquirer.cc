#include "adapters/acquirer/http_acquirer.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/acquirer/wire_codec.h"
#include "base/mutex.h"

namespace wonjang {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
constexpr std::uint32_t kHeaderBytesMax = 8 * 1024;

// Everything of a call before its first byte: it did not happen.
Error not_sent(const std::string& what, const beast::error_code& why) {
  return unavailable(what + ": " + why.message() + "; nothing was sent");
}
Error maybe_sent(const std::string& what, const beast::error_code& why) {
  return in_doubt(what + ": " + why.message() + "; inquire by reference");
}

// One connection with an event loop of its own: Beast's time-outs work on asynchronous calls alone, so each
// step starts one and runs the loop until it is done. A step that times out has closed the socket.
class Connection {
 public:
  Connection() : loop_(1), stream_(loop_) {}

  beast::error_code connect(const tcp::resolver::results_type& addresses, SteadyTime until) {
    beast::error_code out;
    stream_.expires_at(until);
    stream_.async_connect(addresses, [&](beast::error_code error, const tcp::endpoint&) { out = error; });
    run();
    if (!out) out = disable_nagle();
    return out;
  }

  // Bytes that the socket took, also when it failed then.
  std::pair<beast::error_code, std::size_t> write(const http::request<http::string_body>& request,
                                                  SteadyTime until) {
    std::pair<beast::error_code, std::size_t> out;
    stream_.expires_at(until);
    http::async_write(stream_, request, [&](beast::error_code error, std::size_t bytes) {
      out = {error, bytes};
    });
    run();
    return out;
  }

  beast::error_code read(http::response_parser<http::string_body>& parser, SteadyTime until) {
    beast::error_code out;
    stream_.expires_at(until);
    http::async_read(stream_, buffer_, parser, [&](beast::error_code error, std::size_t) { out = error; });
    run();
    stream_.expires_never();
    return out;
  }

  // Nothing came in while it was idle: no end, no reset, no byte that would be taken for the next answer.
  bool is_quiet() {
    if (buffer_.size() != 0) return false;
    char byte = 0;
    beast::error_code error;
    stream_.socket().non_blocking(true, error);
    if (error) return false;
    stream_.socket().receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    return error == asio::error::would_block;
  }

  SteadyTime idle_since;

 private:
  void run() {
    loop_.restart();
    loop_.run();
  }
  beast::error_code disable_nagle() {
    beast::error_code error;
    stream_.socket().set_option(tcp::no_delay(true), error);
    return error;
  }

  asio::io_context loop_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kHeaderBytesMax + kWireBytesMax};
};

}  // namespace

class HttpAcquirer::Client {
 public:
  Client(HttpAcquirerOptions options, tcp::resolver::results_type addresses)
      : options_(std::move(options)),
        host_header_(options_.host + ":" + std::to_string(options_.port)),
        addresses_(std::move(addresses)) {}

  // The body of a 200 answer. `remaining_us`: of the deadline, more than zero.
  Result<std::string> exchange(http::verb verb, const std::string& target, std::string body,
                               std::int64_t remaining_us) {
    const auto bound_us = std::min(remaining_us, options_.call_timeout_ms * 1000);
    const SteadyTime until = std::chrono::steady_clock::now() + std::chrono::microseconds(bound_us);
    WJ_TRY(auto connection, connected(until));

    const auto [write_error, bytes_written] =
        connection->write(request_of(verb, target, std::move(body)), until);
    if (write_error && bytes_written == 0) return not_sent("the connection failed", write_error);
    if (write_error) return maybe_sent("the request was cut off", write_error);

    http::response_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(kWireBytesMax);
    if (const auto error = connection->read(parser, until)) return maybe_sent("no complete answer", error);
    // The end of the connection as the end of the answer: a cut answer would look like a whole one.
    if (parser.need_eof()) return in_doubt("the answer does not say how long it is; inquire by reference");
    if (parser.get().result() != http::status::ok) {
      return in_doubt("the provider answered with HTTP status " + std::to_string(parser.get().result_int()) +
                      "; inquire by reference");
    }
    if (parser.keep_alive()) keep(std::move(connection));
    return std::move(parser.get().body());
  }

 private:
  http::request<http::string_body> request_of(http::verb verb, const std::string& target,
                                              std::string body) const {
    http::request<http::string_body> request(verb, target, 11);
    request.set(http::field::host, host_header_);
    request.set(http::field::user_agent, "wonjang");
    request.set(http::field::accept, "application/json");
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.body() = std::move(body);
    request.prepare_payload();
    return request;
  }

  Result<std::unique_ptr<Connection>> connected(SteadyTime until) {
    if (auto kept = take_kept()) return kept;
    auto connection = std::make_unique<Connection>();
    const auto connect_until = std::min(
        until, std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.connect_timeout_ms));
    if (const auto error = connection->connect(addresses_, connect_until)) {
      return not_sent("no connection to the provider", error);
    }
    return connection;
  }

  // The one used last, since it is the likeliest to be alive; those that are too old or not quiet are closed.
  std::unique_ptr<Connection> take_kept() {
    const auto oldest = std::chrono::steady_clock::now() - std::chrono::milliseconds(options_.idle_ms_max);
    for (;;) {
      std::unique_ptr<Connection> connection;
      {
        const MutexLock lock(mutex_);
        if (idle_.empty()) return nullptr;
        connection = std::move(idle_.back());
        idle_.pop_back();
      }
      if (connection->idle_since >= oldest && connection->is_quiet()) return connection;
    }
  }

  void keep(std::unique_ptr<Connection> connection) {
    connection->idle_since = std::chrono::steady_clock::now();
    const MutexLock lock(mutex_);
    if (idle_.size() < options_.idle_connections_max) idle_.push_back(std::move(connection));
  }

  const HttpAcquirerOptions options_;
  const std::string host_header_;
  const tcp::resolver::results_type addresses_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_ WJ_GUARDED_BY(mutex_);
};

HttpAcquirer::HttpAcquirer(std::unique_ptr<Client> client, const Clock& clock)
    : client_(std::move(client)), clock_(clock) {}
HttpAcquirer::~HttpAcquirer() = default;

Result<std::unique_ptr<HttpAcquirer>> HttpAcquirer::open(HttpAcquirerOptions options, const Clock& clock) {
  if (options.host.empty() || options.port == 0) return invalid("a provider needs a host and a port");
  if (options.connect_timeout_ms <= 0 || options.call_timeout_ms <= 0)
    return invalid("a provider's time-outs must be more than zero");
  if (options.connect_timeout_ms >= options.call_timeout_ms) {
    return invalid("a provider's connect time-out must be shorter than the time-out of the whole call");
  }
  asio::io_context loop;
  tcp::resolver resolver(loop);
  beast::error_code error;
  auto addresses =
      resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::numeric_service, error);
  if (error)
    return unavailable("the provider's host " + options.host + " doesn't resolve: " + error.message());
  auto client = std::make_unique<Client>(std::move(options), std::move(addresses));
  return std::unique_ptr<HttpAcquirer>(new HttpAcquirer(std::move(client), clock));
}

namespace {

Error too_late() { return unavailable("the deadline had passed before the request was sent"); }
Error no_reference() {
  return unavailable("a reference is 1 to 64 letters, digits, '_' or '-'; nothing was sent");
}

}  // namespace

Result<ApproveAnswer> HttpAcquirer::approve(const ApproveRequest& request) {
  const std::int64_t remaining_us = request.deadline.us - clock_.now().us;
  if (!is_wire_reference(request.reference)) return no_reference();
  if (remaining_us <= 0) return too_late();
  WJ_TRY(const auto body,
         client_->exchange(http::verb::post, "/v1/approvals", encode_request(request), remaining_us));
  return decode_answer(request, body);
}

Result<CancelAnswer> HttpAcquirer::cancel(const CancelRequest& request) {
  const std::int64_t remaining_us = request.deadline.us - clock_.now().us;
  if (!is_wire_reference(request.reference)) return no_reference();
  if (remaining_us <= 0) return too_late();
  WJ_TRY(const auto body,
         client_->exchange(http::verb::post, "/v1/cancels", encode_request(request), remaining_us));
  return decode_answer(request, body);
}

Result<InquiryAnswer> HttpAcquirer::inquire(const std::string& reference, Instant deadline) {
  const std::int64_t remaining_us = deadline.us - clock_.now().us;
  if (!is_wire_reference(reference)) return no_reference();
  if (remaining_us <= 0) return too_late();
  WJ_TRY(const auto body,
         client_->exchange(http::verb::get, "/v1/transactions/" + reference, {}, remaining_us));
  return decode_inquiry_answer(reference, body);
}

Result<NetworkCancelAnswer> HttpAcquirer::network_cancel(const std::string& reference, Instant deadline) {
  const std::int64_t remaining_us = deadline.us - clock_.now().us;
  if (!is_wire_reference(reference)) return no_reference();
  if (remaining_us <= 0) return too_late();
  WJ_TRY(const auto body, client_->exchange(http::verb::post, "/v1/network-cancels",
                                            encode_network_cancel_request(reference), remaining_us));
  return decode_network_cancel_answer(reference, body);
}

}  // namespace wonjang
