#include "base/utf8.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

TEST(Utf8, every_length_goes_there_and_back) {
  const std::u32string edges = U"\u0001\u007F\u0080\u07FF\u0800\uD7FF\uE000\uFFFD\uFFFF\U00010000\U0010FFFF";
  EXPECT_EQ(to_code_points(to_utf8(edges)), edges);
  EXPECT_EQ(to_utf8(U"김a"),
            "\xEA\xB9\x80"
            "a");
}

TEST(Utf8, what_is_no_character_becomes_the_replacement_one_a_byte) {
  const std::u32string_view bad = U"\uFFFD";
  EXPECT_EQ(to_code_points("\x80"), bad);
  EXPECT_EQ(to_code_points("\xFF"), bad);
  EXPECT_EQ(to_code_points("\xEA\xB9"), U"\uFFFD\uFFFD");  // cut short
  EXPECT_EQ(to_code_points("\xC0\xAF"), U"\uFFFD\uFFFD");  // overlong '/'
  EXPECT_EQ(to_code_points("\xE0\x80\xAF"), U"\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(to_code_points("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(to_code_points("\xF4\x90\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(to_code_points("\xEA"
                           "ab"),
            U"\uFFFD"
            U"ab");
}

}  // namespace
}  // namespace wonjang
