#include "app/http/http_connection.h"

#include <algorithm>
#include <utility>

#include "app/http/response_head.h"

namespace wonjang {

HttpConnection::HttpConnection(HttpWorker& worker, boost::asio::ip::tcp::socket socket, std::uint64_t key,
                               bool refused)
    : worker_(worker),
      options_(worker.shared().options),
      handler_(*worker.shared().handler),
      socket_(std::move(socket)),
      key_(key),
      refused_(refused),
      slots_(std::max<std::size_t>(1, worker.shared().options.pipeline_max)) {}

void HttpConnection::pump() {
  if (pumping_ || closed_) return;
  pumping_ = true;
  do {
    while (!closed_ && step()) {
    }
    // Once more after a complete write: what waited for room may go on.
  } while (!closed_ && send_out());
  pumping_ = false;
  if (!closed_) settle();
}

// One move of the state machine; false when it needs an event.
bool HttpConnection::step() {
  switch (phase_) {
    case Phase::head:
      return step_head();
    case Phase::front:
      return step_front();
    case Phase::body:
      return step_body();
    case Phase::stream:
      return step_stream();
    case Phase::handshake:
    case Phase::stopped:
    case Phase::linger:
      return false;
  }
  return false;
}

bool HttpConnection::has_room() const {
  return in_flight() < slots_.size() && out_.size() < options_.answer_bytes_max;
}

bool HttpConnection::step_head() {
  if (close_after_ || !has_room()) return false;
  const bool draining = worker_.shared().draining.load(std::memory_order_relaxed);
  if (draining && in_flight() > 0) return false;
  // Empty lines before a request are ignored (RFC 9112 section 2.2).
  while (in_.view().starts_with("\r\n")) in_.consume(2);
  if (in_.empty()) return false;
  auto parsed = parse_request_head(in_.view(), options_.header_bytes_max);
  switch (parsed.outcome) {
    case HeadOutcome::need_more:
      if (end_of_input_) {
        fail(400, "truncated_request", "the connection ended inside the head of a request");
        return true;
      }
      if (!partial_) read_since_ = now_;
      partial_ = true;
      return false;
    case HeadOutcome::refused:
      fail(parsed.status, parsed.code, parsed.detail);
      return true;
    case HeadOutcome::complete:
      begin_request(std::move(parsed));
      return true;
  }
  return false;
}

void HttpConnection::begin_request(ParsedHead parsed) {
  in_.consume(parsed.size);
  partial_ = false;
  parsed_ = std::move(parsed);
  RequestHeadBuilder::set_origin(parsed_.head, peer_, tls_.has_value(), now_);
  HttpCounters::add(worker_.counters().requests, 1);

  chunked_ = parsed_.chunked;
  body_left_ = parsed_.content_length;
  if (chunked_) decoder_ = {};
  continue_due_ = parsed_.expects_continue && !parsed_.head.is_http_1_0() && !body_ended();
  wants_stream_ = handler_.wants_stream(parsed_.head);
  read_since_ = now_;
  if (wants_stream_) {
    phase_ = Phase::front;
    return;
  }
  const bool is_here = !chunked_ && in_.size() >= body_left_;
  if (!is_here && !body_ended()) {
    if (auto refusal = handler_.refuse_body(parsed_.head)) return end_with(*std::move(refusal));
  }
  body_max_ = options_.body_bytes_max;
  if (!body_ended()) body_max_ = handler_.body_bytes_max(parsed_.head).value_or(body_max_);
  if (body_left_ > body_max_) {
    fail(413, "body_too_large", body_limit_text());
    return;
  }
  body_.clear();
  // A length is only a claim: space grows with what comes.
  body_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, 64 * 1024)));
  phase_ = continue_due_ && in_.empty() ? Phase::front : Phase::body;
}

bool HttpConnection::step_front() {
  if (in_flight() > 0) return false;
  if (wants_stream_) {
    begin_stream();
    return true;
  }
  out_.add(std::string_view("HTTP/1.1 100 Continue\r\n\r\n"));
  continue_due_ = false;
  read_since_ = Clock::now();
  phase_ = Phase::body;
  return true;
}

bool HttpConnection::body_ended() const {
  return chunked_ ? decoder_.state() == ChunkDecoder::State::end : body_left_ == 0;
}

void HttpConnection::take_body(std::string& out, std::size_t size_max) {
  if (in_.empty()) return;
  if (chunked_) {
    in_.consume(decoder_.feed(in_.view(), out, size_max));
    return;
  }
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, std::min(size_max, in_.size())));
  out.append(in_.view().substr(0, size));
  in_.consume(size);
  body_left_ -= size;
}

bool HttpConnection::step_body() {
  take_body(body_, body_max_ - body_.size() + 1);
  if (body_.size() > body_max_) {
    fail(413, "body_too_large", body_limit_text());
  } else if (body_broken()) {
    fail(400, "malformed_chunk", "the chunked body is malformed");
  } else if (body_ended()) {
    dispatch();
  } else if (end_of_input_) {
    fail(400, "truncated_request", "the connection ended inside the body of a request");
  } else {
    return false;
  }
  return true;
}

void HttpConnection::dispatch() {
  const auto sequence = next_++;
  auto& info = slot(sequence);
  info.ready = false;
  info.keep_alive = parsed_.keep_alive && options_.keep_alive;
  info.is_head = parsed_.head.method() == "HEAD";
  info.is_http_1_0 = parsed_.head.is_http_1_0();
  // What follows a last request is not a request (RFC 9112 section 9.6).
  phase_ = info.keep_alive ? Phase::head : Phase::stopped;
  in_.shrink();
  if (parsed_.head.target() == "*") {
    HttpResponse response;
    response.status = parsed_.head.method() == "OPTIONS" ? 204 : 400;
    response.headers.push_back({"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"});
    complete(sequence, std::move(response));
    return;
  }
  Respond respond(worker_.mailbox(), {key_, sequence});
  HttpRequest request{std::move(parsed_.head), std::move(body_)};
  body_ = {};
  try {
    handler_.handle(std::move(request), std::move(respond));
  } catch (...) {
    // `respond` was destroyed on the way here and has answered 500, unless it was called before.
  }
}

std::string HttpConnection::body_limit_text() const {
  if (body_max_ == 0) return "this path takes no body";
  return "this path takes a body of at most " + std::to_string(body_max_) + " bytes";
}

// An answer of our own, the last one of this connection.
void HttpConnection::fail(int status, std::string_view code, std::string_view detail) {
  HttpCounters::add(worker_.counters().protocol_errors, 1);
  end_with(handler_.protocol_error(status, code, detail));
}

void HttpConnection::end_with(HttpResponse response) {
  const auto sequence = next_++;
  auto& info = slot(sequence);
  info.ready = false;
  info.keep_alive = false;
  info.is_head = false;
  info.is_http_1_0 = false;
  phase_ = Phase::stopped;
  linger_ = true;
  complete(sequence, std::move(response));
}

void HttpConnection::complete(std::uint64_t sequence, HttpResponse response) {
  if (closed_ || sequence < first_ || sequence >= next_ || slot(sequence).ready) return;
  slot(sequence).response = std::move(response);
  slot(sequence).ready = true;
  if (sequence == first_) write_ready();
}

void HttpConnection::abandon(std::uint64_t sequence) {
  if (closed_) return;
  complete(sequence, handler_.protocol_error(500, "no_answer", "the request was dropped without an answer"));
}

// Answers leave in the order of their requests, whenever they became ready.
void HttpConnection::write_ready() {
  while (first_ < next_ && slot(first_).ready) {
    auto& info = slot(first_);
    ++first_;
    const bool keep_alive = info.keep_alive && !info.response.close && may_keep_alive();
    write_answer(info, info.response, keep_alive);
    info.response = {};
    if (!keep_alive) {
      close_after_ = true;
      linger_ = linger_ || in_flight() > 0;
      first_ = next_;  // later ones are not answered any more
      phase_ = Phase::stopped;
      return;
    }
  }
}

bool HttpConnection::may_keep_alive() const {
  if (end_of_input_ && in_flight() == 0 && in_.empty()) return false;
  return !worker_.shared().draining.load(std::memory_order_relaxed) || in_flight() > 0;
}

void HttpConnection::write_answer(const Slot& info, HttpResponse& response, bool keep_alive) {
  ResponseHeadOptions head;
  head.content_length = response.shared_body ? response.shared_body->size() : response.body.size();
  head.keep_alive = keep_alive;
  head.http_1_0 = info.is_http_1_0;
  head.date = worker_.date();
  append_response_head(out_.tail(), response, head);
  out_.grown();
  if (!has_body(response.status, info.is_head)) return;
  if (response.shared_body) {
    out_.add(std::move(response.shared_body));
  } else {
    out_.add(std::move(response.body));
  }
}

}  // namespace wonjang
