// An HTTP/1.1 server: keep-alive, pipelining in order, chunked both ways, TLS 1.2 and 1.3, bounds on
// everything. One acceptor; each connection belongs to one of `threads` threads for its whole life, so its
// state needs no lock.
//
//   Routes routes;                                         // an HttpHandler
//   auto server = HttpServer::start({.port = 8080}, routes);
//   if (!server) ...
//   (*server)->drain(std::chrono::seconds(20));
//
// Threads: start, drain, stop and the destructor from one thread that is not the server's; the rest from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "app/http/message.h"
#include "base/result.h"

namespace wonjang {

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one, see HttpServer::port()
  unsigned threads = 2;
  std::size_t connections_max = 4096;        // beyond: 503 and close; far beyond: close
  std::size_t header_bytes_max = 16 * 1024;  // request line and headers; beyond: 431. At most 64 KiB
  std::size_t body_bytes_max =
      1024 * 1024;                // beyond: 413. HttpHandler::body_bytes_max() overrules it by request
  std::size_t pipeline_max = 16;  // requests of one connection in work; beyond: not read
  std::size_t answer_bytes_max =
      256 * 1024;  // unsent answers of one connection; beyond: requests are not read
  std::chrono::milliseconds idle_timeout{75'000};  // between requests
  std::chrono::milliseconds read_timeout{
      15'000};  // first byte to whole head; head to whole body; stream read
  std::chrono::milliseconds write_timeout{30'000};  // without progress
  bool keep_alive = true;
  std::string tls_certificate_file{};  // PEM chain; set both or neither
  std::string tls_key_file{};
  std::function<std::int64_t()>
      unix_seconds{};  // if set, answers carry a Date header, fresh to about a second
};

struct HttpServerStats {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t connections_refused = 0;  // beyond connections_max
  std::uint64_t requests_total = 0;
  std::uint64_t protocol_errors_total = 0;
  std::uint64_t bytes_in_total = 0;  // after TLS
  std::uint64_t bytes_out_total = 0;
};

class HttpServer {
 public:
  // Binds, listens and starts the threads. `handler` must outlive the server.
  // Errors: invalid (address, certificate, key), unavailable (port taken, out of descriptors).
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, HttpHandler& handler);
  ~HttpServer();  // stop()
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  HttpServerStats stats() const;

  // Stops accepting, closes idle connections, answers what is in flight with `Connection: close`, and waits
  // for that at most `deadline`; then stop(). Gives the number of connections cut off at the deadline.
  std::size_t drain(std::chrono::milliseconds deadline);

  // Closes everything at once and joins the threads. Later answers go nowhere. Idempotent.
  void stop();

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wonjang
