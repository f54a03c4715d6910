// What a handler sees of HTTP: a request, the one-shot Respond, a two-way HttpStream, and HttpHandler itself.
// No socket, no Boost: a handler is tested by making a request and giving it a Respond::to(function).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wonjang {

struct HttpHeader {
  std::string name;
  std::string value;
};

// A parsed request line and its headers, over one owned copy of the bytes. Views given out live as long as
// the head and end when it is moved.
class HttpRequestHead {
 public:
  HttpRequestHead() = default;
  // Of a request that no socket brought (a test's, one that is done again): `target` is path and query as
  // sent. REQUIRES: all of it would be taken from a socket
  static HttpRequestHead make(std::string_view method, std::string_view target,
                              const std::vector<HttpHeader>& headers = {});

  std::string_view method() const { return cut(method_); }
  std::string_view target() const { return cut(target_); }  // as sent, origin form, not decoded
  std::string_view path() const { return target().substr(0, path_size_); }
  std::string_view query() const {  // without the '?'
    return path_size_ < target_.size ? target().substr(path_size_ + 1) : std::string_view{};
  }

  // The first header of that name, any case; nothing if it was not sent.
  std::optional<std::string_view> find(std::string_view name) const;
  // The same, empty if it was not sent.
  std::string_view header(std::string_view name) const { return find(name).value_or(std::string_view{}); }
  std::size_t count(std::string_view name) const;
  std::size_t header_count() const { return headers_.size(); }
  std::pair<std::string_view, std::string_view> header_at(std::size_t i) const {
    return {cut(headers_[i].name), cut(headers_[i].value)};
  }

  std::string_view peer() const {
    return peer_ ? std::string_view(*peer_) : std::string_view{};
  }  // address:port
  bool is_tls() const { return is_tls_; }
  std::chrono::steady_clock::time_point arrival() const { return arrival_; }  // its head was complete
  bool is_http_1_0() const { return is_http_1_0_; }

 private:
  friend struct RequestHeadBuilder;
  struct Span {
    std::uint32_t from = 0;
    std::uint32_t size = 0;
  };
  struct HeaderSpan {
    Span name;
    Span value;
  };
  std::string_view cut(Span s) const { return std::string_view(bytes_).substr(s.from, s.size); }

  std::string bytes_;
  Span method_;
  Span target_;
  std::uint32_t path_size_ = 0;
  bool is_tls_ = false;
  bool is_http_1_0_ = false;
  std::vector<HeaderSpan> headers_;
  std::shared_ptr<const std::string> peer_;
  std::chrono::steady_clock::time_point arrival_{};
};

struct HttpRequest {
  HttpRequestHead head;
  std::string body;
};

// Content-Length, Transfer-Encoding, Connection and Date are the server's business. Control characters in
// header values are sent as spaces, so that a value can't smuggle in a header.
struct HttpResponse {
  int status = 200;
  std::string content_type;  // empty: no such header
  std::vector<HttpHeader> headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // sent in place of `body` when set; no copy is made of it
  bool close = false;                              // end the connection after this answer
};

// Where an answer goes. The server's side of Respond.
class ResponseSink {
 public:
  struct Ticket {
    std::uint64_t connection = 0;
    std::uint64_t sequence = 0;
  };
  virtual ~ResponseSink() = default;
  virtual void complete(Ticket ticket, HttpResponse response) noexcept = 0;
  virtual void abandon(Ticket ticket) noexcept = 0;  // the handler let go without an answer
};

// The right and the duty to answer one request, once. Destroyed unused, the client gets a 500 in place of a
// wait without end. An answer for a connection that is gone is dropped.
//
// Threads: may be moved to any thread and called there. Answers from other threads are gathered: a batch of
// them wakes a connection's thread once.
class Respond {
 public:
  Respond() = default;
  Respond(std::shared_ptr<ResponseSink> sink, ResponseSink::Ticket ticket)
      : sink_(std::move(sink)), ticket_(ticket) {}
  static Respond to(std::function<void(HttpResponse)> function);  // for tests; abandoned = status 500

  Respond(Respond&&) noexcept = default;
  Respond& operator=(Respond&& other) noexcept {
    if (this != &other) {
      abandon();
      sink_ = std::move(other.sink_);
      ticket_ = other.ticket_;
    }
    return *this;
  }
  Respond(const Respond&) = delete;
  Respond& operator=(const Respond&) = delete;
  ~Respond() { abandon(); }

  explicit operator bool() const { return sink_ != nullptr; }
  // REQUIRES: not called before.
  void operator()(HttpResponse response) {
    WJ_ASSERT(sink_ != nullptr);
    const auto sink = std::move(sink_);
    sink->complete(ticket_, std::move(response));
  }

 private:
  void abandon() noexcept {
    if (const auto sink = std::move(sink_)) sink->abandon(ticket_);
  }
  std::shared_ptr<ResponseSink> sink_;
  ResponseSink::Ticket ticket_;
};

// A request whose body is read piece by piece while its answer is written piece by piece. The server reads
// from the socket only to satisfy a read_some(), so a slow handler slows the client (plus what the kernel
// buffers and at most one read buffer). `Expect: 100-continue` is answered by the first read_some().
//
// Order: any read_some(); then either respond() once, or start() once, write_some() any number of times,
// finish() once. finish() before the body's end closes the connection after the answer. Letting go of the
// last reference without respond() or finish() answers 500, or cuts the answer off if it was begun.
//
// Threads: any. Callbacks run on the connection's thread and must not block; they may call the stream again.
class HttpStream {
 public:
  using ReadCallback = std::function<void(Result<std::string>)>;
  using WriteCallback = std::function<void(Result<void>)>;
  virtual ~HttpStream() = default;
  virtual const HttpRequestHead& head() const = 0;

  // The next bytes of the body as they came; empty = its end. Errors: unavailable (peer gone, cut off, too
  // slow), invalid (broken chunk framing). REQUIRES: no other read_some() is outstanding.
  virtual void read_some(ReadCallback callback) = 0;
  // Status, content type and headers of the answer; `body` is the first piece.
  virtual void start(HttpResponse head) = 0;
  // Calls back when the kernel took the bytes: write the next piece then. Errors: unavailable.
  // REQUIRES: start() came before; no other write_some() is outstanding.
  virtual void write_some(std::string bytes, WriteCallback callback) = 0;
  virtual void finish() = 0;
  // A whole answer in place of a stream, e.g. a refusal before the first read.
  virtual void respond(HttpResponse response) = 0;
};

// Threads: every function is called on the server's threads, on several at once. Must not block.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  virtual void handle(HttpRequest request, Respond respond) = 0;

  // Asked once a head is complete, before any of its body is read. True: handle_stream() in place of
  // handle().
  virtual bool wants_stream(const HttpRequestHead&) { return false; }
  virtual void handle_stream(std::shared_ptr<HttpStream> stream);

  // Asked before a body that isn't here yet is read. An answer ends the request and the connection. Not asked
  // for streams.
  virtual std::optional<HttpResponse> refuse_body(const HttpRequestHead&) { return std::nullopt; }

  // The largest body this request may have; nothing = the server's option. Not asked for streams.
  virtual std::optional<std::size_t> body_bytes_max(const HttpRequestHead&) { return std::nullopt; }

  // The answer to what never became a request: malformed (400), time-out (408), body or head too large (413,
  // 431), expectation (417), unknown coding or method (501), no connection free (503), no answer (500).
  // `code` is stable and lower_snake; `detail` is plain English. The connection ends after it.
  virtual HttpResponse protocol_error(int status, std::string_view code, std::string_view detail);
};

}  // namespace wonjang
