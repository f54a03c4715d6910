#include "domain/journal/accounts.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace wonjang::journal {
namespace {

TEST(Accounts, stand_in_order_of_their_numbers_each_once) {
  std::set<std::string_view> codes;
  std::uint16_t last = 0;
  for (const auto& info : accounts()) {
    const auto number = static_cast<std::uint16_t>(info.account);
    EXPECT_GT(number, last);
    last = number;
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    EXPECT_FALSE(info.name.empty());
    EXPECT_FALSE(info.name_ko.empty());
  }
}

// Stored for ever.
TEST(Accounts, numbers_and_types_never_change) {
  std::string all;
  for (const auto& info : accounts()) {
    all += std::to_string(static_cast<std::uint16_t>(info.account)) + ":" +
           std::to_string(static_cast<int>(info.type)) + " ";
  }
  EXPECT_EQ(all,
            "1110:0 1120:0 1130:0 1140:0 1150:0 1160:0 1170:0 1200:0 2100:1 2200:1 2300:1 2400:1 4100:2 "
            "5100:3 5200:3 ");
}

TEST(Accounts, are_found_by_number_and_by_code) {
  for (const auto& info : accounts()) {
    const auto number = static_cast<std::uint16_t>(info.account);
    ASSERT_EQ(find_account(number), &info);
    EXPECT_EQ(parse_account(info.code), info.account);
    EXPECT_EQ(parse_account(std::to_string(number)), info.account);
  }
  EXPECT_EQ(find_account(0), nullptr);
  for (const char* text : {"", "bank", "BANK ", "1200 ", "+1200", "1201", "65536", "101200", "-1"})
    EXPECT_FALSE(parse_account(text)) << text;
}

}  // namespace
}  // namespace wonjang::journal
