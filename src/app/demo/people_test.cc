#include "app/demo/people.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "app/api/json/commands.h"
#include "domain/ids.h"

namespace wonjang {
namespace {

constexpr std::uint64_t kDrawn = 50'000;

std::string name_of(const People& people, std::uint64_t i) {
  std::string out;
  people.append_name(out, i);
  return out;
}

TEST(People, a_person_is_the_same_again_and_another_seed_gives_others) {
  const People people(7, 1'000);
  const People same(7, 1'000);
  const People other(8, 1'000);
  int different = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    EXPECT_EQ(name_of(people, i), name_of(same, i));
    different += name_of(people, i) == name_of(other, i) ? 0 : 1;
  }
  EXPECT_GT(different, 450);
}

// Within a fifth of what the header promises, at 50,000 people.
TEST(People, names_have_the_shares_of_a_korean_order_form) {
  const People people(7, kDrawn);
  std::map<std::string, int> starts;
  int masked = 0;
  int companies = 0;
  int latin = 0;
  int decomposed = 0;
  std::map<std::string, int> whole;
  for (std::uint64_t i = 0; i < kDrawn; ++i) {
    const auto name = name_of(people, i);
    ++whole[name];
    masked += name.find('*') != std::string::npos ? 1 : 0;
    companies += name.starts_with("(주)") ? 1 : 0;
    latin += name[0] >= 'A' && name[0] <= 'Z' ? 1 : 0;
    decomposed += name.starts_with("\xE1\x84") ? 1 : 0;  // U+1100 and its neighbours: a leading letter
    ++starts[name.substr(0, 3)];
  }
  const auto near = [](int found, double percent, const char* what) {
    const auto expected = static_cast<double>(kDrawn) * percent / 100;
    EXPECT_NEAR(found, expected, expected / 5) << what;
  };
  near(latin, 3, "foreigners");
  near(companies, 2, "companies");
  near(masked, 5 * 0.95, "masked");
  near(decomposed, 1 * 0.95, "decomposed");
  near(starts["김"], 21.5 * 0.94, "김");
  near(starts["이"], 14.7 * 0.94, "이");
  near(starts["박"], 8.4 * 0.94, "박");
  int most = 0;
  for (const auto& [name, times] : whole) most = std::max(most, times);
  EXPECT_GT(most, 50) << "a common name is borne by many";
  EXPECT_GT(whole.size(), 5'000U);
}

TEST(People, some_buyers_come_often) {
  const People people(7, 100'000);
  Rng rng(3);
  std::map<std::uint64_t, int> times;
  for (int i = 0; i < 100'000; ++i) ++times[people.draw(rng)];
  EXPECT_LT(times.rbegin()->first, 100'000U);
  EXPECT_GT(times[0], 5);
  EXPECT_GT(times.size(), 30'000U);
}

TEST(People, the_api_reads_every_buyer_and_stores_digits_and_composed_names) {
  const People people(7, kDrawn);
  const ParseContext tenant{MerchantId(RawId{0x019A'0000'0000'1230ULL, 7})};
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    std::string body = R"({"orderId":"order-1","totalAmount":1000)";
    people.append_buyer(body, i);
    body.push_back('}');
    const auto parsed = parse_create(body, tenant);
    const auto* command = std::get_if<ParsedCommand>(&parsed);
    ASSERT_NE(command, nullptr) << body << "\n" << std::get<FieldErrors>(parsed).front().message;
    const auto& buyer = std::get<CreatePayment>(command->command).terms.buyer;
    EXPECT_EQ(buyer.phone.size(), 11U) << body;
    EXPECT_TRUE(buyer.phone.starts_with("010")) << body;
    EXPECT_FALSE(buyer.name.starts_with("\xE1\x84")) << "still decomposed: " << body;
  }
}

}  // namespace
}  // namespace wonjang
