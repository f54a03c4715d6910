#include "adapters/acquirer/acquirer_server.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <functional>
#include <thread>
#include <utility>

#include "adapters/acquirer/wire_codec.h"

namespace wonjang {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
namespace {

using Request = http::request<http::string_body>;
constexpr std::size_t kTruthRowsMax = 10'000;

// An answer in the making: when it is due and how it will be spoiled. `body` is read only then, since what is
// true may change while it travels.
struct Planned {
  Passage passage;
  std::function<std::string(Instant now)> body;  // empty text: not decided yet
};

// What goes out at once, and nothing of the simulation touches it.
struct Plain {
  http::status status = http::status::ok;
  std::string body;
};

Plain plain_problem(const Error& error) {
  switch (error.kind) {
    case ErrorKind::invalid:
      return {http::status::bad_request, encode_problem("INVALID_REQUEST", error.message)};
    case ErrorKind::in_doubt:
      return {http::status::conflict, encode_problem("REFERENCE_CONFLICT", error.message)};
    case ErrorKind::not_found:
    case ErrorKind::conflict:
    case ErrorKind::unavailable:
    case ErrorKind::corrupt:
      break;
  }
  return {http::status::service_unavailable, encode_problem("UNAVAILABLE", error.message)};
}

std::string http_text(http::status status, std::string_view body, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(static_cast<unsigned>(status)) + " ";
  out += std::string(http::obsolete_reason(status));
  out += "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size());
  if (!keep_alive) out += "\r\nConnection: close";
  out += "\r\n\r\n";
  out += body;
  return out;
}

// The value of `name` in a query string; references need no decoding.
std::string_view query_value(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  std::string_view rest = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
      return pair.substr(name.size() + 1);
  }
  return {};
}

}  // namespace

class AcquirerServer::Impl {
 public:
  Impl(AcquirerServerOptions options, SimulatedProvider& provider, const Clock& clock)
      : options_(std::move(options)), provider_(provider), clock_(clock), loop_(1), acceptor_(loop_) {}

  Result<void> listen() {
    beast::error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error) return invalid("the address " + options_.address + " is not an IP address");
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error) return unavailable("can't listen on " + options_.address + ": " + error.message());

    asio::co_spawn(loop_, accept_all(), asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
    return {};
  }

  // Connections end with their coroutines, which end with the loop.
  ~Impl() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

  std::uint16_t port() const { return port_; }

 private:
  asio::awaitable<void> accept_all() {
    for (;;) {
      beast::error_code error;
      tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Out of file descriptors, say: the others must end first.
        co_await pause_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
        continue;
      }
      if (connections_ >= kConnectionsMax) continue;
      ++connections_;
      asio::co_spawn(loop_, serve(std::move(socket)), [this](std::exception_ptr) { --connections_; });
    }
  }

  asio::awaitable<void> serve(tcp::socket socket) {
    beast::error_code error;
    socket.set_option(tcp::no_delay(true), error);
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer(2 * kWireBytesMax);
    for (bool keep_alive = true; keep_alive;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(kWireBytesMax);
      stream.expires_after(std::chrono::milliseconds(options_.idle_ms_max));
      co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      stream.expires_never();
      keep_alive = co_await answer(stream, parser.get());
    }
  }

  // False: the connection ends here.
  asio::awaitable<bool> answer(beast::tcp_stream& stream, const Request& request) {
    const Instant now = clock_.now();
    Result<Planned> planned = plan(request, now);
    if (!planned) {
      const Plain plain = plain_answer(request, planned.error(), now);
      co_return co_await write(stream, http_text(plain.status, plain.body, request.keep_alive()),
                               request.keep_alive());
    }
    const Passage passage = planned->passage;
    if (passage.loss == Loss::silent) {
      co_await pause_us(provider_.profile().late_us);
      co_return false;
    }
    co_await pause_us(passage.answer_at.us - now.us);
    if (passage.loss == Loss::closed) co_return false;
    const std::string body = planned->body(std::max(clock_.now(), passage.answer_at));
    if (body.empty()) co_return false;

    std::string text = http_text(http::status::ok, body, request.keep_alive());
    if (passage.loss == Loss::half) text.resize(text.size() - body.size() / 2);
    if (passage.loss == Loss::garbage) text = http_text(http::status::ok, "<html>\xff Bad Gateway", false);
    co_return co_await write(stream, std::move(text), passage.loss == Loss::none && request.keep_alive());
  }

  asio::awaitable<bool> write(beast::tcp_stream& stream, std::string text, bool keep_alive) {
    beast::error_code error;
    stream.expires_after(std::chrono::milliseconds(options_.idle_ms_max));
    co_await asio::async_write(stream, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));
    stream.expires_never();
    co_return !error && keep_alive;
  }

  asio::awaitable<void> pause_us(std::int64_t us) {
    if (us > 0) co_await pause_until(std::chrono::steady_clock::now() + std::chrono::microseconds(us));
  }
  asio::awaitable<void> pause_until(std::chrono::steady_clock::time_point until) {
    asio::steady_timer timer(loop_, until);
    beast::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  // Errors: not_found (no such endpoint of the simulation), else what the provider says.
  Result<Planned> plan(const Request& request, Instant now) {
    const std::string_view target(request.target().data(), request.target().size());
    const bool is_post = request.method() == http::verb::post;
    if (is_post && target == "/v1/approvals") return plan_approval(request.body(), now);
    if (is_post && target == "/v1/cancels") return plan_cancel(request.body(), now);
    if (is_post && target == "/v1/network-cancels") return plan_network_cancel(request.body(), now);
    constexpr std::string_view kTransactions = "/v1/transactions/";
    if (request.method() == http::verb::get && target.starts_with(kTransactions)) {
      return plan_inquiry(std::string(target.substr(kTransactions.size())), now);
    }
    return not_found("no such endpoint");
  }

  Result<Planned> plan_approval(const std::string& body, Instant now) {
    WJ_TRY(auto asked, decode_approve_request(body));
    WJ_TRY(const Passage passage, provider_.submit(asked, now));
    return Planned{passage, [this, asked = std::move(asked)](Instant at) {
                     const auto answer = provider_.approval(asked.reference, at);
                     return answer ? encode_answer(asked, *answer) : std::string();
                   }};
  }
  Result<Planned> plan_cancel(const std::string& body, Instant now) {
    WJ_TRY(auto asked, decode_cancel_request(body));
    WJ_TRY(const Passage passage, provider_.submit(asked, now));
    return Planned{passage, [this, asked = std::move(asked)](Instant at) {
                     const auto answer = provider_.cancellation(asked.reference, at);
                     return answer ? encode_answer(asked, *answer) : std::string();
                   }};
  }
  Result<Planned> plan_network_cancel(const std::string& body, Instant now) {
    WJ_TRY(auto reference, decode_network_cancel_request(body));
    WJ_TRY(const Passage passage, provider_.submit_network_cancel(reference, now));
    return Planned{passage, [this, reference = std::move(reference)](Instant at) {
                     const auto answer = provider_.network_cancellation(reference, at);
                     return answer ? encode_answer(reference, *answer) : std::string();
                   }};
  }
  Result<Planned> plan_inquiry(std::string reference, Instant now) {
    if (!is_wire_reference(reference)) return invalid("the path does not end in a reference");
    WJ_TRY(const Passage passage, provider_.submit_inquiry(reference, now));
    return Planned{passage, [this, reference = std::move(reference)](Instant at) {
                     return encode_answer(reference, provider_.inquiry(reference, at));
                   }};
  }

  Plain plain_answer(const Request& request, const Error& error, Instant now) {
    const std::string_view target(request.target().data(), request.target().size());
    if (error.kind != ErrorKind::not_found) return plain_problem(error);
    if (request.method() == http::verb::get && target.substr(0, target.find('?')) == "/v1/truth") {
      return truth(target, now);
    }
    return {http::status::not_found, encode_problem("NO_SUCH_ENDPOINT", error.message)};
  }

  Plain truth(std::string_view target, Instant now) {
    std::size_t limit = kTruthRowsMax;
    if (const auto text = query_value(target, "limit"); !text.empty()) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
      if (error != std::errc() || end != text.data() + text.size() || limit > kTruthRowsMax) {
        return plain_problem(invalid("limit is a number of at most " + std::to_string(kTruthRowsMax)));
      }
    }
    const std::string after(query_value(target, "after"));
    return {http::status::ok, encode_truth(provider_.truth(now, after, limit), provider_.captured_totals(now),
                                           provider_.in_flight(now), provider_.violations(now))};
  }

  const AcquirerServerOptions options_;
  SimulatedProvider& provider_;
  const Clock& clock_;
  std::uint32_t connections_ = 0;  // before the loop: coroutines that end with it still count down
  asio::io_context loop_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

AcquirerServer::AcquirerServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)), port_(impl_->port()) {}
AcquirerServer::~AcquirerServer() = default;

Result<std::unique_ptr<AcquirerServer>> AcquirerServer::start(AcquirerServerOptions options,
                                                              SimulatedProvider& provider,
                                                              const Clock& clock) {
  auto impl = std::make_unique<Impl>(std::move(options), provider, clock);
  WJ_CHECK(impl->listen());
  return std::unique_ptr<AcquirerServer>(new AcquirerServer(std::move(impl)));
}

void AcquirerServer::stop() { impl_.reset(); }

}  // namespace wonjang
