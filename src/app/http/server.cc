#include "app/http/server.h"

#include <boost/asio/steady_timer.hpp>
#include <future>
#include <utility>
#include <vector>

#include "app/http/http_worker.h"
#include "app/http/tls_files.h"

namespace wonjang {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint64_t kRefusalsMax = 64;  // connections that are told "503" at one time

Result<void> load_tls(HttpShared& shared) {
  const auto& o = shared.options;
  if (o.tls_certificate_file.empty() && o.tls_key_file.empty()) return {};
  if (o.tls_certificate_file.empty() || o.tls_key_file.empty()) {
    return invalid("TLS needs both a certificate file and a key file");
  }
  auto& tls = shared.tls.emplace(asio::ssl::context::tls_server);
  error_code ec;
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_compression |
                      asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3,
                  ec);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return load_tls_files(tls.native_handle(), o.tls_certificate_file, o.tls_key_file);
}

}  // namespace

struct HttpServer::Impl {
  HttpShared shared;
  std::vector<std::unique_ptr<HttpWorker>> workers;  // the acceptor lives on the first
  std::optional<tcp::acceptor> acceptor;
  std::optional<asio::steady_timer> accept_again;
  std::uint16_t port = 0;
  std::size_t next_worker = 0;
  bool accepting = true;
  bool stopped = false;

  Result<void> listen();
  void accept();
  void on_accept(error_code ec, tcp::socket socket, std::size_t worker);
  void stop_accepting();
};

Result<void> HttpServer::Impl::listen() {
  error_code ec;
  const auto address = asio::ip::make_address(shared.options.address, ec);
  if (ec) return invalid("not an address to listen on: " + shared.options.address);
  const tcp::endpoint endpoint(address, shared.options.port);
  acceptor.emplace(workers.front()->context());
  const auto failed = [&](const char* what) {
    return unavailable(std::string(what) + " " + shared.options.address + ":" +
                       std::to_string(shared.options.port) + ": " + ec.message());
  };
  acceptor->open(endpoint.protocol(), ec);
  if (ec) return failed("cannot open a socket for");
  acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
  acceptor->bind(endpoint, ec);
  if (ec) return failed("cannot bind");
  acceptor->listen(1024, ec);
  if (ec) return failed("cannot listen on");
  port = acceptor->local_endpoint(ec).port();
  accept_again.emplace(workers.front()->context());
  return {};
}

void HttpServer::Impl::accept() {
  if (!accepting) return;
  const auto worker = next_worker++ % workers.size();
  acceptor->async_accept(workers[worker]->context(), [this, worker](error_code ec, tcp::socket socket) {
    on_accept(ec, std::move(socket), worker);
  });
}

void HttpServer::Impl::on_accept(error_code ec, tcp::socket socket, std::size_t worker) {
  if (!accepting) return;
  if (ec) {
    // Out of descriptors, most likely: spinning on accept would not free one.
    accept_again->expires_after(std::chrono::milliseconds(20));
    accept_again->async_wait([this](error_code cancelled) {
      if (!cancelled) accept();
    });
    return;
  }
  if (shared.connections_open.load() < shared.options.connections_max) {
    shared.connections_open.fetch_add(1);
    workers[worker]->post_adopt(std::move(socket), /*refused=*/false);
  } else if (shared.refusals_open.load() < kRefusalsMax) {
    shared.refusals_open.fetch_add(1);
    workers[worker]->post_adopt(std::move(socket), /*refused=*/true);
  }  // else the socket closes here
  accept();
}

void HttpServer::Impl::stop_accepting() {
  std::promise<void> done;
  asio::post(workers.front()->context(), [&] {
    accepting = false;
    error_code ec;
    acceptor->close(ec);
    accept_again->cancel();
    done.set_value();
  });
  done.get_future().wait();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { stop(); }

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, HttpHandler& handler) {
  if (options.threads == 0) return invalid("the server needs at least one thread");
  if (options.header_bytes_max > 64 * 1024) return invalid("header_bytes_max is at most 64 KiB");
  auto impl = std::make_unique<Impl>();
  impl->shared.options = std::move(options);
  impl->shared.handler = &handler;
  WJ_CHECK(load_tls(impl->shared));
  for (unsigned i = 0; i < impl->shared.options.threads; ++i) {
    impl->workers.push_back(std::make_unique<HttpWorker>(impl->shared));
  }
  WJ_CHECK(impl->listen());
  impl->accept();
  for (auto& worker : impl->workers) worker->start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port; }

HttpServerStats HttpServer::stats() const {
  HttpServerStats out;
  out.connections_open = impl_->shared.connections_open.load();
  for (const auto& worker : impl_->workers) {
    const auto& c = worker->counters();
    out.connections_total += c.connections.load(std::memory_order_relaxed);
    out.connections_refused += c.refused.load(std::memory_order_relaxed);
    out.requests_total += c.requests.load(std::memory_order_relaxed);
    out.protocol_errors_total += c.protocol_errors.load(std::memory_order_relaxed);
    out.bytes_in_total += c.bytes_in.load(std::memory_order_relaxed);
    out.bytes_out_total += c.bytes_out.load(std::memory_order_relaxed);
  }
  return out;
}

std::size_t HttpServer::drain(std::chrono::milliseconds deadline) {
  if (impl_->stopped) return 0;
  const auto end = std::chrono::steady_clock::now() + deadline;
  impl_->stop_accepting();
  auto& shared = impl_->shared;
  shared.draining = true;
  for (auto& worker : impl_->workers) worker->post_drain();
  std::size_t left = 0;
  {
    MutexLock lock(shared.closed_mutex);
    while ((left = shared.connections_open.load()) > 0) {
      if (shared.closed.wait_until(shared.closed_mutex, end) == std::cv_status::timeout) break;
    }
    left = shared.connections_open.load();
  }
  stop();
  return left;
}

void HttpServer::stop() {
  if (!impl_ || impl_->stopped) return;
  impl_->stopped = true;
  if (impl_->accepting) impl_->stop_accepting();
  for (auto& worker : impl_->workers) worker->post_stop();
  for (auto& worker : impl_->workers) worker->join();
}

}  // namespace wonjang
