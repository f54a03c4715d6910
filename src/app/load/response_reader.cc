#include "app/load/response_reader.h"

#include <strings.h>
#include <charconv>
#include <cstring>

namespace wonjang {
namespace {

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

constexpr std::size_t kHeadMax = 64 * 1024;

}  // namespace

void ResponseReader::reset() {
  in_.clear();
  from_ = 0;
  head_size_ = 0;
  body_size_ = 0;
  complete_ = false;
}

ResponseReader::State ResponseReader::feed(std::string_view bytes) {
  in_.append(bytes);
  return complete_ ? State::complete : advance();
}

ResponseReader::State ResponseReader::end() {
  if (complete_) return State::complete;
  if (head_size_ == 0 || framing_ != Framing::until_close) return State::broken;
  keep_alive_ = false;
  complete_ = true;
  return State::complete;
}

ResponseReader::State ResponseReader::next() {
  from_ += head_size_ + (framing_ == Framing::chunked ? decoded_ : body_size_);
  if (from_ == in_.size()) {
    in_.clear();
    from_ = 0;
  } else if (from_ > kHeadMax) {
    in_.erase(0, from_);
    from_ = 0;
  }
  head_size_ = 0;
  body_size_ = 0;
  complete_ = false;
  return advance();
}

ResponseReader::State ResponseReader::advance() {
  while (head_size_ == 0) {
    const auto end = in_.find("\r\n\r\n", from_);
    if (end == std::string::npos) return in_.size() - from_ > kHeadMax ? State::broken : State::more;
    head_size_ = end + 4 - from_;
    if (!read_head()) return State::broken;
    if (status_ < 200) {  // 100 Continue and the like
      from_ += head_size_;
      head_size_ = 0;
    }
  }
  switch (framing_) {
    case Framing::length:
      complete_ = in_.size() - from_ - head_size_ >= body_size_;
      break;
    case Framing::chunked:
      decoded_ +=
          decoder_.feed(std::string_view(in_).substr(from_ + head_size_ + decoded_), unchunked_, SIZE_MAX);
      if (decoder_.state() == ChunkDecoder::State::broken) return State::broken;
      complete_ = decoder_.state() == ChunkDecoder::State::end;
      break;
    case Framing::until_close:
      body_size_ = in_.size() - from_ - head_size_;
      break;
  }
  return complete_ ? State::complete : State::more;
}

bool ResponseReader::read_head() {
  const auto text = head();
  if (text.size() < 12 || !text.starts_with("HTTP/1.")) return false;
  if (std::from_chars(text.data() + 9, text.data() + 12, status_).ptr != text.data() + 12) return false;
  if (status_ < 100 || status_ > 599) return false;
  keep_alive_ = text[7] == '1';
  framing_ = Framing::until_close;
  body_size_ = 0;
  // One pass over the lines; only the three that matter are looked into.
  for (auto at = text.find("\r\n") + 2; at + 2 < text.size();) {
    const auto* line_end = static_cast<const char*>(std::memchr(text.data() + at, '\r', text.size() - at));
    const auto line = text.substr(at, static_cast<std::size_t>(line_end - text.data()) - at);
    at += line.size() + 2;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto name = line.substr(0, colon);
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (same(name, "content-length")) {
      const auto got = std::from_chars(value.data(), value.data() + value.size(), body_size_);
      if (got.ec != std::errc() || got.ptr != value.data() + value.size()) return false;
      framing_ = Framing::length;
    } else if (same(name, "transfer-encoding") && same(value, "chunked")) {
      framing_ = Framing::chunked;
      decoder_ = {};
      decoded_ = 0;
      unchunked_.clear();
    } else if (same(name, "connection")) {
      keep_alive_ = !same(value, "close");
    }
  }
  if (is_head_ || status_ < 200 || status_ == 204 || status_ == 304) {
    framing_ = Framing::length;
    body_size_ = 0;
  }
  if (framing_ == Framing::until_close) keep_alive_ = false;
  return true;
}

std::optional<std::string_view> ResponseReader::find(std::string_view name) const {
  const auto text = head();
  for (auto at = text.find("\r\n") + 2; at + 2 < text.size();) {
    const auto line = text.substr(at, text.find("\r\n", at) - at);
    at += line.size() + 2;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !same(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return std::nullopt;
}

}  // namespace wonjang
