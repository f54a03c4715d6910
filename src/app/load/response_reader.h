// Answers out of the bytes of a connection: status line, Content-Length, chunked, until close. Bytes may come
// split anywhere. Trusting and small: it reads our own server and its peers in a benchmark, not the open
// network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/http/chunk_decoder.h"

namespace wonjang {

class ResponseReader {
 public:
  enum class State : std::uint8_t { more, complete, broken };

  // The next answer is to a HEAD request or not.
  void expect(bool is_head) { is_head_ = is_head; }

  // Adds bytes; 1xx answers are skipped. When complete, the accessors hold until next().
  State feed(std::string_view bytes);
  // The peer closed: ends an answer that is framed by that, breaks any other that was begun.
  State end();
  // Goes on behind the complete answer, with what was already fed.
  State next();
  void reset();  // for a new connection

  int status() const { return status_; }
  std::string_view head() const { return std::string_view(in_).substr(from_, head_size_); }
  std::optional<std::string_view> find(std::string_view name) const;  // a header, any case
  std::string_view body() const {
    return framing_ == Framing::chunked ? std::string_view(unchunked_)
                                        : std::string_view(in_).substr(from_ + head_size_, body_size_);
  }
  bool keep_alive() const { return keep_alive_; }
  bool is_idle() const { return in_.size() == from_ && head_size_ == 0; }

 private:
  enum class Framing : std::uint8_t { length, chunked, until_close };
  State advance();
  bool read_head();

  std::string in_;
  std::size_t from_ = 0;       // of the answer at hand
  std::size_t head_size_ = 0;  // 0: not complete yet
  std::size_t body_size_ = 0;
  std::size_t decoded_ = 0;  // chunked: bytes behind the head already fed to the decoder
  Framing framing_ = Framing::length;
  ChunkDecoder decoder_;
  std::string unchunked_;
  int status_ = 0;
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool complete_ = false;
};

}  // namespace wonjang
