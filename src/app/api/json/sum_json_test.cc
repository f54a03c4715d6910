#include "app/api/json/sum_json.h"

#include <gtest/gtest.h>

#include <string>

namespace wonjang {
namespace {

std::string shown(int128 value) {
  std::string out;
  JsonWriter w(out);
  w.begin_object();
  put_exact(w, "net", value);
  w.end_object();
  return out;
}

TEST(SumJson, a_sum_that_a_double_cant_hold_is_a_text_of_its_digits) {
  constexpr int128 kPlain = 9'007'199'254'740'991;
  EXPECT_EQ(shown(0), R"({"net":0})");
  EXPECT_EQ(shown(kPlain), R"({"net":9007199254740991})");
  EXPECT_EQ(shown(-kPlain), R"({"net":-9007199254740991})");
  EXPECT_EQ(shown(kPlain + 1), R"({"net":"9007199254740992"})");
  EXPECT_EQ(shown(-kPlain - 1), R"({"net":"-9007199254740992"})");
  EXPECT_EQ(shown(int128{INT64_MAX} + 1), R"({"net":"9223372036854775808"})");
  EXPECT_EQ(shown(int128{INT64_MAX} * 1'000'000'000), R"({"net":"9223372036854775807000000000"})");
}

}  // namespace
}  // namespace wonjang
