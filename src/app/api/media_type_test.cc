#include "app/api/media_type.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

TEST(MediaType, a_charset_other_than_utf_8_is_another_type) {
  for (const auto* good : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                           "application/json;charset=\"UTF-8\"", "application/json ; x=y"}) {
    EXPECT_TRUE(is_type(good, "application/json")) << good;
  }
  for (const auto* wrong : {"", "text/csv", "application/jsonl", "application/json; charset=euc-kr",
                            "application/json; x=y; charset=latin1", "application/json;charset"}) {
    EXPECT_FALSE(is_type(wrong, "application/json")) << wrong;
  }
}

TEST(MediaType, the_line_that_is_no_utf_8_is_named) {
  EXPECT_FALSE(not_utf8_at(""));
  EXPECT_FALSE(not_utf8_at("a,b\n가,나\n\xEF\xBF\xBD\n"));
  EXPECT_EQ(not_utf8_at("\xB0\xA1"), 1U);
  EXPECT_EQ(not_utf8_at("a\nb\n\xB0\xA1\n"), 3U);
  EXPECT_EQ(not_utf8_at("a\n\xEA\xB0"), 2U);
}

}  // namespace
}  // namespace wonjang
