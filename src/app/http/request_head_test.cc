#include "app/http/request_head.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

constexpr std::size_t kMax = 16 * 1024;

TEST(RequestHead, a_whole_head_gives_line_headers_and_framing) {
  const std::string bytes =
      "POST /v1/payments?limit=10&x=%20 HTTP/1.1\r\nHost: a\r\nIDEMPOTENCY-key:  k1 \r\nContent-Length: "
      "5\r\n\r\nhello";
  auto parsed = parse_request_head(bytes, kMax);
  ASSERT_EQ(parsed.outcome, HeadOutcome::complete);
  const auto head = std::move(parsed.head);
  EXPECT_EQ(head.method(), "POST");
  EXPECT_EQ(head.path(), "/v1/payments");
  EXPECT_EQ(head.query(), "limit=10&x=%20");
  EXPECT_EQ(head.header("Idempotency-Key"), "k1");
  EXPECT_FALSE(head.find("Authorization"));
  EXPECT_EQ(parsed.content_length, 5U);
  EXPECT_EQ(parsed.size, bytes.size() - 5);
  EXPECT_TRUE(parsed.keep_alive);
}

TEST(RequestHead, every_shorter_prefix_needs_more) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(parse_request_head(bytes.substr(0, size), kMax).outcome, HeadOutcome::need_more) << size;
  }
  EXPECT_EQ(parse_request_head(bytes, kMax).outcome, HeadOutcome::complete);
}

TEST(RequestHead, the_absolute_form_becomes_the_origin_form) {
  const auto parsed = parse_request_head("GET http://example.org:80/a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", kMax);
  ASSERT_EQ(parsed.outcome, HeadOutcome::complete);
  EXPECT_EQ(parsed.head.path(), "/a/b");
  EXPECT_EQ(parsed.head.query(), "c");
}

struct Refused {
  const char* bytes;
  int status;
  const char* code;
};

TEST(RequestHead, what_must_be_refused_is_refused_by_name) {
  const Refused cases[] = {
      {"\x16\x03\x01\x02", 400, "malformed_request"},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_request"},
      {"GET /\r\n\r\n", 400, "malformed_request"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "http_version_unsupported"},
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_target"},
      {"CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n", 501, "method_unsupported"},
      {"GET / HTTP/1.1\r\n\r\n", 400, "malformed_host"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_host"},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "malformed_request"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, "folded_header"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400, "malformed_request"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
       "malformed_framing"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, "malformed_framing"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400,
       "malformed_framing"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
       "malformed_framing"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400,
       "malformed_framing"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "coding_unsupported"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501, "coding_unsupported"},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "malformed_framing"},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n", 417, "expectation_unknown"},
  };
  for (const auto& c : cases) {
    const auto parsed = parse_request_head(c.bytes, kMax);
    EXPECT_EQ(parsed.outcome, HeadOutcome::refused) << c.bytes;
    EXPECT_EQ(parsed.status, c.status) << c.bytes;
    EXPECT_EQ(parsed.code, c.code) << c.bytes;
  }
}

TEST(RequestHead, the_size_bound_is_exact_and_named) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  for (const std::size_t size : {std::size_t{1023}, std::size_t{1024}, std::size_t{1025}}) {
    const auto bytes = begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
    ASSERT_EQ(bytes.size(), size);
    const auto parsed = parse_request_head(bytes, 1024);
    EXPECT_EQ(parsed.outcome, size <= 1024 ? HeadOutcome::complete : HeadOutcome::refused) << size;
    EXPECT_EQ(parsed.status, size <= 1024 ? 0 : 431);
  }
  EXPECT_EQ(parse_request_head(begin + std::string(2000, 'x'), 1024).status, 431);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 200; ++i) many += "a: b\r\n";
  EXPECT_EQ(parse_request_head(many + "\r\n", kMax).code, "too_many_headers");
}

TEST(RequestHead, make_gives_a_head_for_handler_tests) {
  const auto head = HttpRequestHead::make("GET", "/a?b", {{"If-None-Match", "x"}});
  EXPECT_EQ(head.path(), "/a");
  EXPECT_EQ(head.header("if-none-match"), "x");
  EXPECT_EQ(head.count("If-None-Match"), 1U);
}

}  // namespace
}  // namespace wonjang
