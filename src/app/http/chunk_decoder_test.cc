#include "app/http/chunk_decoder.h"

#include <gtest/gtest.h>

#include "app/http/response_head.h"

namespace wonjang {
namespace {

using State = ChunkDecoder::State;

TEST(ChunkDecoder, a_body_is_the_same_however_its_bytes_are_split) {
  const std::string coded = "5\r\nhello\r\n6;name=\"v\"\r\n world\r\n0\r\nTrailer: x\r\n\r\nGET /";
  for (std::size_t first = 0; first <= coded.size(); ++first) {
    ChunkDecoder decoder;
    std::string body;
    auto used = decoder.feed(std::string_view(coded).substr(0, first), body, 1000);
    used += decoder.feed(std::string_view(coded).substr(used), body, 1000);
    EXPECT_EQ(body, "hello world") << first;
    EXPECT_EQ(decoder.state(), State::end) << first;
    EXPECT_EQ(coded.substr(used), "GET /") << first;
  }
}

TEST(ChunkDecoder, it_gives_no_more_than_asked_for) {
  ChunkDecoder decoder;
  std::string body;
  const std::string coded = "a\r\n0123456789\r\n0\r\n\r\n";
  const auto used = decoder.feed(coded, body, 4);
  EXPECT_EQ(body, "0123");
  EXPECT_EQ(decoder.state(), State::more);
  decoder.feed(std::string_view(coded).substr(used), body, 100);
  EXPECT_EQ(body, "0123456789");
  EXPECT_EQ(decoder.state(), State::end);
}

TEST(ChunkDecoder, broken_framing_is_found) {
  for (const std::string coded : {"g\r\n", "\r\n", "-1\r\n", "1\nx\r\n", "1\r\nxy", "1;a\nb\r\n", "0\r\n\n",
                                  "ffffffffffffffffff\r\n", "0x1\r\n", "1\r\nx\n0\r\n\r\n"}) {
    ChunkDecoder decoder;
    std::string body;
    decoder.feed(coded, body, 1000);
    EXPECT_EQ(decoder.state(), State::broken) << coded;
  }
}

TEST(ChunkDecoder, endless_extensions_and_trailers_are_cut_off) {
  for (const std::string begin : {"1;", "0\r\n"}) {
    ChunkDecoder decoder;
    std::string body;
    decoder.feed(begin + std::string(10'000, 'a'), body, 1000);
    EXPECT_EQ(decoder.state(), State::broken);
  }
}

TEST(ResponseHead, a_value_cannot_smuggle_a_header) {
  HttpResponse response;
  response.content_type = "text/plain\r\nEvil: 1";
  response.headers.push_back({"X", "a\r\n\r\nbody"});
  std::string out;
  append_response_head(out, response, {.content_length = 3});
  EXPECT_EQ(
      out,
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain  Evil: 1\r\nX: a    body\r\nContent-Length: 3\r\n\r\n");
}

TEST(ResponseHead, no_content_has_no_length_and_a_date_is_written_when_given) {
  HttpResponse response;
  response.status = 204;
  std::string out;
  append_response_head(out, response, {.keep_alive = false, .date = "D"});
  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\nDate: D\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace wonjang
