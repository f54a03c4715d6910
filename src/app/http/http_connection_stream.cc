// The streamed half of a connection: reads only when asked, writes what it is given, both at the same time.
#include <cstdio>
#include <utility>

#include "app/http/http_connection.h"
#include "app/http/response_head.h"

namespace wonjang {
namespace {

constexpr std::size_t kReadMax = 64 * 1024;

}  // namespace

void HttpConnection::begin_stream() {
  Stream stream;
  stream.sequence = next_++;
  stream.is_head = parsed_.head.method() == "HEAD";
  stream.is_http_1_0 = parsed_.head.is_http_1_0();
  stream.keep_alive = parsed_.keep_alive && options_.keep_alive;
  slot(stream.sequence).ready = false;
  const ResponseSink::Ticket ticket{key_, stream.sequence};
  stream_ = std::move(stream);
  phase_ = Phase::stream;
  auto handle = std::make_shared<HttpStreamHandle>(worker_.mailbox(), ticket, std::move(parsed_.head));
  try {
    handler_.handle_stream(std::move(handle));
  } catch (...) {
    // The handle went with the exception and has asked for a 500.
  }
}

bool HttpConnection::stream_step(std::uint64_t sequence, StreamStep& step) {
  if (closed_ || !stream_ || stream_->sequence != sequence) return step.kind == StreamStep::Kind::abandon;
  switch (step.kind) {
    case StreamStep::Kind::read:
      WJ_ASSERT(!stream_->read);
      stream_->read = std::move(step.read);
      read_since_ = Clock::now();
      break;
    case StreamStep::Kind::start:
      stream_start(std::move(step.response));
      break;
    case StreamStep::Kind::write:
      WJ_ASSERT(!stream_->write);
      WJ_ASSERT(stream_->started);
      stream_->write = std::move(step.write);
      stream_write(std::move(step.bytes));
      break;
    case StreamStep::Kind::finish:
      stream_finish();
      break;
    case StreamStep::Kind::respond:
      stream_respond(std::move(step.response));
      break;
    case StreamStep::Kind::abandon:
      stream_abandon();
      break;
  }
  return true;
}

// Satisfies an outstanding read from what is here, or leaves it to arm_read().
bool HttpConnection::step_stream() {
  if (!stream_ || !stream_->read) return false;
  if (body_ended()) {
    give_read(std::string());
    return true;
  }
  if (continue_due_ && in_.empty() && !stream_->started) {
    out_.add(std::string_view("HTTP/1.1 100 Continue\r\n\r\n"));
  }
  continue_due_ = false;
  std::string bytes;
  take_body(bytes, kReadMax);
  if (!bytes.empty()) {
    give_read(std::move(bytes));
  } else if (body_broken()) {
    give_read(invalid("the chunked body is malformed"));
  } else if (body_ended()) {
    give_read(std::string());
  } else if (end_of_input_) {
    give_read(unavailable("the connection ended inside the body"));
  } else {
    return false;
  }
  return true;
}

void HttpConnection::give_read(Result<std::string> result) {
  const auto callback = std::exchange(stream_->read, nullptr);
  callback(std::move(result));
}

void HttpConnection::stream_start(HttpResponse response) {
  WJ_ASSERT(!stream_->started);
  stream_->started = true;
  ResponseHeadOptions head;
  head.framing = stream_->is_http_1_0 ? Framing::until_close : Framing::chunked;
  stream_->keep_alive = stream_->keep_alive && !response.close && !stream_->is_http_1_0 &&
                        !worker_.shared().draining.load(std::memory_order_relaxed);
  head.keep_alive = stream_->keep_alive;
  head.date = worker_.date();
  append_response_head(out_.tail(), response, head);
  out_.grown();
  stream_->is_head = !has_body(response.status, stream_->is_head);
  if (!response.body.empty()) stream_write(std::move(response.body));
}

void HttpConnection::stream_write(std::string bytes) {
  if (stream_->is_head || bytes.empty()) return;
  if (stream_->is_http_1_0) return out_.add(std::move(bytes));
  std::array<char, 24> size_line{};
  const int size = std::snprintf(size_line.data(), size_line.size(), "%zx\r\n", bytes.size());
  out_.add(std::string_view(size_line.data(), static_cast<std::size_t>(size)));
  out_.add(std::move(bytes));
  out_.add(std::string_view("\r\n"));
}

void HttpConnection::stream_finish() {
  if (!stream_->started) return stream_abandon();
  if (!stream_->is_head && !stream_->is_http_1_0) out_.add(std::string_view("0\r\n\r\n"));
  if (!stream_->keep_alive || !body_ended()) close_after_ = true;
  stream_end();
}

void HttpConnection::stream_respond(HttpResponse response) {
  WJ_ASSERT(!stream_->started);
  Slot info;
  info.is_head = stream_->is_head;
  info.is_http_1_0 = stream_->is_http_1_0;
  const bool draining = worker_.shared().draining.load(std::memory_order_relaxed);
  // A body that was not read would be taken for the next request.
  const bool keep_alive = stream_->keep_alive && !response.close && body_ended() && !draining;
  write_answer(info, response, keep_alive);
  close_after_ = close_after_ || !keep_alive;
  stream_end();
}

void HttpConnection::stream_abandon() {
  if (stream_->started) return close_now();  // no last chunk: the client sees that it was cut off
  stream_->keep_alive = false;
  stream_respond(handler_.protocol_error(500, "no_answer", "the request was dropped without an answer"));
}

void HttpConnection::stream_end() {
  auto ended = std::exchange(stream_, std::nullopt);
  ++first_;
  linger_ = linger_ || !body_ended();
  phase_ = close_after_ ? Phase::stopped : Phase::head;
  in_.shrink();
  if (ended->read) ended->read(unavailable("the answer is finished"));
  if (ended->write) ended->write(Result<void>());
}

void HttpConnection::stream_failed(const char* why) {
  if (!stream_) return;
  auto ended = std::exchange(stream_, std::nullopt);
  ++first_;
  if (ended->read) ended->read(unavailable(why));
  if (ended->write) ended->write(unavailable(why));
}

}  // namespace wonjang
