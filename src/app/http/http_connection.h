// One connection: reads requests, hands them out, writes the answers in the order of the requests.
//
//   head -> (front) -> body -> head ...          a whole request
//   head -> (front) -> stream -> head ...        a streamed one
//   any  -> stopped -> linger -> gone            after an error or the last answer
//
// `front` waits until every earlier answer is written to the out buffer: for streams and for 100-continue.
// Everything happens in pump(), called after each event; it never recurses, so an inline answer is cheap.
//
// Threads: its worker's only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/http/chunk_decoder.h"
#include "app/http/http_buffers.h"
#include "app/http/http_worker.h"
#include "app/http/message.h"
#include "app/http/request_head.h"

namespace wonjang {

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Clock = HttpWorker::Clock;

  // `refused`: one too many; answers 503 and ends.
  HttpConnection(HttpWorker& worker, boost::asio::ip::tcp::socket socket, std::uint64_t key, bool refused);

  void start();
  void complete(std::uint64_t sequence, HttpResponse response);  // pump() after it
  void abandon(std::uint64_t sequence);                          // pump() after it
  bool stream_step(std::uint64_t sequence, StreamStep& step);    // false: no such stream; pump() after it
  void pump();
  void drain();
  void close_now();
  void check_time(Clock::time_point now);

 private:
  enum class Phase : std::uint8_t { handshake, head, front, body, stream, stopped, linger };

  struct Slot {  // of a request handed out
    bool ready = false;
    bool keep_alive = false;
    bool is_head = false;
    bool is_http_1_0 = false;
    HttpResponse response;
  };

  struct Stream {  // the one streamed request at hand
    std::uint64_t sequence = 0;
    bool is_head = false;
    bool is_http_1_0 = false;
    bool keep_alive = false;
    bool started = false;
    HttpStream::ReadCallback read;
    HttpStream::WriteCallback write;
  };

  // http_connection.cc: from bytes to requests
  bool step();
  bool step_head();
  bool step_front();
  bool step_body();
  bool step_stream();
  void begin_request(ParsedHead parsed);
  void dispatch();
  void take_body(std::string& out, std::size_t size_max);
  bool body_ended() const;
  bool body_broken() const { return chunked_ && decoder_.state() == ChunkDecoder::State::broken; }
  void end_with(HttpResponse response);
  std::string body_limit_text() const;
  void fail(int status, std::string_view code, std::string_view detail);
  std::uint64_t in_flight() const { return next_ - first_; }
  Slot& slot(std::uint64_t sequence) { return slots_[sequence % slots_.size()]; }
  bool has_room() const;

  // answers
  void write_ready();
  void write_answer(const Slot& info, HttpResponse& response, bool keep_alive);
  bool may_keep_alive() const;

  // http_connection_stream.cc
  void begin_stream();
  void stream_start(HttpResponse response);
  void stream_write(std::string bytes);
  void stream_finish();
  void stream_respond(HttpResponse response);
  void stream_abandon();
  void stream_failed(const char* why);
  void stream_end();
  void give_read(Result<std::string> result);

  // http_connection_io.cc: sockets, TLS, closing, time
  void arm_read();
  void on_read(boost::system::error_code ec, std::size_t size);
  void on_end_of_input();
  bool send_out();
  void send_out_tls();
  void wait_writable();
  bool has_acknowledged();
  void settle();
  void begin_close();
  void begin_linger();
  bool idle() const;
  bool has_input() const;

  HttpWorker& worker_;
  const HttpServerOptions& options_;
  HttpHandler& handler_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  const std::uint64_t key_;
  const bool refused_;
  std::shared_ptr<const std::string> peer_;

  Phase phase_ = Phase::head;
  bool pumping_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool end_of_input_ = false;
  bool close_after_ = false;  // once the out buffer is empty
  bool linger_ = false;       // input may be left: let the answer arrive before the reset
  bool tls_closing_ = false;  // its close_notify is under way
  bool closed_ = false;

  ReadBuffer in_;
  OutBuffer out_;
  std::string tls_flight_;  // being encrypted and sent; must not move meanwhile

  std::vector<Slot> slots_;  // a ring by sequence
  std::uint64_t first_ = 0;  // oldest request without its answer in out_
  std::uint64_t next_ = 0;

  ParsedHead parsed_;  // of the request at hand (front, body, stream)
  std::string body_;
  std::size_t body_max_ = 0;
  bool chunked_ = false;
  bool wants_stream_ = false;
  bool continue_due_ = false;  // 100-continue not yet sent
  std::uint64_t body_left_ = 0;
  ChunkDecoder decoder_;
  std::optional<Stream> stream_;

  Clock::time_point now_;         // of the last event
  Clock::time_point read_since_;  // head: first byte; body: begin; stream: this read
  bool partial_ = false;          // of a head
  Clock::time_point idle_since_;
  Clock::time_point write_since_;  // the last progress of what is being written
  int unacknowledged_ = 0;         // bytes, when it was looked at last
  Clock::time_point linger_since_;
  std::size_t linger_bytes_ = 0;
};

}  // namespace wonjang
