#include "app/http/request_head.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>

namespace wonjang {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using BeastView = beast::string_view;

constexpr std::size_t kHeadersMax = 100;

// Of RFC 9110's tchar: what a method may begin with.
bool begins_token(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

ParsedHead refused(int status, std::string_view code, std::string_view detail) {
  ParsedHead out;
  out.outcome = HeadOutcome::refused;
  out.status = status;
  out.code = code;
  out.detail = detail;
  return out;
}

}  // namespace

// Beast calls back with views into the bytes; they become spans of our own copy.
class RequestHeadBuilder::Parser : public http::basic_parser<true> {
 public:
  Parser(ParsedHead& out, std::string_view bytes) : out_(out), base_(bytes.data()), size_(bytes.size()) {
    out_.head.headers_.reserve(12);
  }

  int hosts() const { return hosts_; }
  bool bad_coding() const { return bad_coding_; }
  bool bad_expectation() const { return bad_expectation_; }
  bool too_many() const { return too_many_; }
  void keep_bytes(std::size_t head_size) { out_.head.bytes_.assign(base_, head_size); }

  // Origin form, or absolute form made into it (RFC 9112 3.2.2); "*" stays. False for what a server has no
  // use for.
  bool settle_target() {
    auto& target = out_.head.target_;
    std::string_view text(base_ + target.from, target.size);
    if (text.starts_with("http://") || text.starts_with("https://")) {
      const auto authority = text.find("//") + 2;
      const auto slash = text.find_first_of("/?", authority);
      if (slash == std::string_view::npos || text[slash] == '?') return false;
      target.from += static_cast<std::uint32_t>(slash);
      target.size -= static_cast<std::uint32_t>(slash);
      text.remove_prefix(slash);
    }
    if (text != "*" && !text.starts_with('/')) return false;
    out_.head.path_size_ = static_cast<std::uint32_t>(std::min(text.find('?'), text.size()));
    return true;
  }

 private:
  bool span_of(BeastView view, HttpRequestHead::Span& out) const {
    const auto offset = view.data() - base_;
    if (view.empty()) return true;
    // A folded line was put together in Beast's own buffer.
    if (offset < 0 || static_cast<std::size_t>(offset) + view.size() > size_) return false;
    out = {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(view.size())};
    return true;
  }

  void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                       beast::error_code& ec) override {
    out_.head.is_http_1_0_ = version == 10;
    if (!span_of(method, out_.head.method_) || !span_of(target, out_.head.target_))
      ec = http::error::bad_target;
  }
  void on_field_impl(http::field name, BeastView name_text, BeastView value, beast::error_code& ec) override {
    HttpRequestHead::HeaderSpan spans;
    if (!span_of(name_text, spans.name) || !span_of(value, spans.value)) {
      ec = http::error::bad_obs_fold;
      return;
    }
    if (out_.head.headers_.size() == kHeadersMax) {
      too_many_ = true;
      ec = http::error::header_limit;
      return;
    }
    out_.head.headers_.push_back(spans);
    if (name == http::field::host) ++hosts_;
    if (name == http::field::transfer_encoding && !beast::iequals(value, "chunked")) bad_coding_ = true;
    if (name == http::field::expect) {
      if (beast::iequals(value, "100-continue")) {
        out_.expects_continue = true;
      } else {
        bad_expectation_ = true;
      }
    }
  }
  void on_header_impl(beast::error_code&) override {}
  void on_response_impl(int, BeastView, int, beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  std::size_t on_body_impl(BeastView, beast::error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, BeastView, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView, beast::error_code&) override { return 0; }
  void on_finish_impl(beast::error_code&) override {}

  ParsedHead& out_;
  const char* base_;
  std::size_t size_;
  int hosts_ = 0;
  bool bad_coding_ = false;
  bool bad_expectation_ = false;
  bool too_many_ = false;
};

namespace {

ParsedHead refusal_of(beast::error_code ec, const RequestHeadBuilder::Parser& parser) {
  if (parser.too_many()) return refused(431, "too_many_headers", "more than 100 headers");
  if (ec == http::error::bad_version)
    return refused(505, "http_version_unsupported", "only HTTP/1.0 and 1.1");
  if (ec == http::error::bad_obs_fold) return refused(400, "folded_header", "a header value spans two lines");
  if (ec == http::error::bad_transfer_encoding || ec == http::error::bad_content_length ||
      ec == http::error::multiple_content_length) {
    return refused(400, "malformed_framing",
                   "Content-Length or Transfer-Encoding is wrong, or both are there");
  }
  return refused(400, "malformed_request", "the request line or a header is malformed");
}

}  // namespace

ParsedHead parse_request_head(std::string_view bytes, std::size_t head_bytes_max) {
  if (bytes.empty() || bytes == "\r") return {};
  // Garbage (a TLS hello, say) is answered at once, not at the time-out.
  if (!begins_token(bytes[0])) return refused(400, "malformed_request", "this is not an HTTP request line");
  const auto end = bytes.substr(0, std::min(bytes.size(), head_bytes_max)).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() < head_bytes_max) return {};
    return refused(431, "head_too_large", "the request line and headers are too large");
  }
  ParsedHead out;
  out.size = end + 4;
  RequestHeadBuilder::Parser parser(out, bytes.substr(0, out.size));
  parser.header_limit(static_cast<std::uint32_t>(head_bytes_max) + 1);
  parser.body_limit(boost::none);
  beast::error_code ec;
  parser.put(boost::asio::const_buffer(bytes.data(), out.size), ec);
  if (ec) return refusal_of(ec, parser);
  if (!parser.is_header_done()) return refused(400, "malformed_request", "the head ends too early");
  if (!parser.settle_target()) return refused(400, "malformed_target", "the target must be a path");
  parser.keep_bytes(out.size);

  if (parser.hosts() > 1 || (parser.hosts() == 0 && !out.head.is_http_1_0())) {
    return refused(400, "malformed_host", "exactly one Host header is needed");
  }
  if (parser.bad_coding()) return refused(501, "coding_unsupported", "the only transfer coding is chunked");
  if (parser.chunked() && out.head.is_http_1_0()) {
    return refused(400, "malformed_framing", "HTTP/1.0 has no transfer codings");
  }
  if (out.head.method() == "CONNECT") return refused(501, "method_unsupported", "CONNECT is for proxies");
  if (parser.bad_expectation())
    return refused(417, "expectation_unknown", "the only expectation is 100-continue");
  out.chunked = parser.chunked();
  out.content_length = parser.content_length() ? *parser.content_length() : 0;
  out.keep_alive = parser.keep_alive();
  out.outcome = HeadOutcome::complete;
  return out;
}

}  // namespace wonjang
