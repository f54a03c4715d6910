#include "app/cli/shown_amounts.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

std::string shown(const std::string& text) {
  auto value = boost::json::parse(text);
  show_amounts(value);
  return boost::json::serialize(value);
}

// Found by a first user: "gross 1099" stood above "10.99 - 0.30 = 10.69".
TEST(ShownAmounts, cents_stand_behind_a_point) {
  EXPECT_EQ(shown(R"({"gross":1099,"fee":30,"net":-5,"currency":"USD"})"),
            R"({"gross":"10.99","fee":"0.30","net":"-0.05","currency":"USD"})");
  EXPECT_EQ(shown(R"({"amount":1234,"currency":"BHD"})"), R"({"amount":"1.234","currency":"BHD"})");
}

TEST(ShownAmounts, won_and_what_is_no_amount_stay) {
  for (const auto* same : {R"({"gross":1099,"currency":"KRW"})", R"({"gross":1099})",
                           R"({"lines":7,"attempt":2,"ratePpm":25000,"currency":"USD"})",
                           R"({"amount":1099,"currency":"XXX-unknown"})"}) {
    EXPECT_EQ(shown(same), same);
  }
}

TEST(ShownAmounts, what_lies_in_something_has_its_currency) {
  EXPECT_EQ(
      shown(R"({"currency":"USD","explain":[{"rule":"net","value":1069}],"fee":{"from":10,"to":2780}})"),
      R"({"currency":"USD","explain":[{"rule":"net","value":"10.69"}],"fee":{"from":"0.10","to":"27.80"}})");
  EXPECT_EQ(shown(R"([{"amount":1,"currency":"USD"},{"amount":1,"currency":"KRW"}])"),
            R"([{"amount":"0.01","currency":"USD"},{"amount":1,"currency":"KRW"}])");
}

}  // namespace
}  // namespace wonjang
