#include "app/demo/shop.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "app/api/json/commands.h"
#include "app/api/json/ingest.h"
#include "domain/ids.h"

namespace wonjang {
namespace {

Shop shop_of(std::uint64_t seed, bool only_cards = false) {
  IdMaker ids{Rng(1)};
  std::vector<std::string> merchants;
  for (std::uint32_t i = 0; i < 20; ++i)
    merchants.push_back(MerchantId(ids.next({1'700'000'000'000'000}, i)).text());
  return Shop({.seed = seed, .run = "t1", .now = {1'790'000'000'000'000}, .only_cards = only_cards},
              std::move(merchants));
}

std::string create_of(const Shop& shop, std::uint64_t n) {
  std::string out;
  shop.append_create(out, n);
  return out;
}

TEST(Shop, the_api_can_read_every_body_and_all_methods_come) {
  const auto shop = shop_of(7);
  std::map<Method, int> methods;
  std::size_t compound = 0;
  for (std::uint64_t n = 0; n < 5'000; ++n) {
    const auto body = create_of(shop, n);
    const auto parsed = parse_create(body, {});
    const auto* command = std::get_if<ParsedCommand>(&parsed);
    ASSERT_NE(command, nullptr) << body << "\n" << std::get<FieldErrors>(parsed).front().message;
    const auto& create = std::get<CreatePayment>(command->command);
    std::int64_t sum = 0;
    for (const auto& approval : create.approvals) {
      sum += approval.amount;
      ++methods[method_of(approval.method)];
    }
    EXPECT_EQ(sum, create.total) << body;
    compound += create.approvals.size() > 1 ? 1 : 0;
  }
  for (const auto method : kMethods) EXPECT_GT(methods[method], 0) << code_of(method);
  EXPECT_GT(compound, 50U);
}

TEST(Shop, the_api_can_read_every_line_of_what_happens_later) {
  const auto shop = shop_of(7);
  std::set<FollowUp> seen;
  for (std::uint64_t n = 0; n < 5'000; ++n) {
    std::string lines;
    shop.append_ingest_follow_up(lines, n);
    shop.append_ingest_reversal(lines, n);
    seen.insert(shop.follow_up(n));
    std::string_view rest = lines;
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() + 1);
      const auto parsed = parse_ingest_line(line, {});
      EXPECT_TRUE(std::holds_alternative<ParsedIngest>(parsed)) << line;
    }
  }
  EXPECT_EQ(seen.size(), 5U);
}

TEST(Shop, a_number_gives_the_same_bytes_again_and_another_seed_others) {
  const auto shop = shop_of(7);
  const auto same = shop_of(7);
  const auto other = shop_of(8);
  int different = 0;
  for (std::uint64_t n = 0; n < 200; ++n) {
    EXPECT_EQ(create_of(shop, n), create_of(same, n));
    different += create_of(shop, n) == create_of(other, n) ? 0 : 1;
  }
  EXPECT_EQ(different, 200);
}

TEST(Shop, the_other_body_of_a_number_is_valid_and_differs) {
  const auto shop = shop_of(7, /*only_cards=*/true);
  for (std::uint64_t n = 0; n < 200; ++n) {
    std::string other;
    shop.append_other(other, n);
    EXPECT_NE(other, create_of(shop, n));
    EXPECT_TRUE(std::holds_alternative<ParsedCommand>(parse_create(other, {}))) << other;
    EXPECT_EQ(shop.follow_up(n), FollowUp::none);
  }
}

}  // namespace
}  // namespace wonjang
