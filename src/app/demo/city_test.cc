#include "app/demo/city.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "app/api/json/commands.h"
#include "app/api/json/ingest.h"
#include "app/api/json/money_commands.h"
#include "domain/ids.h"

namespace wonjang {
namespace {

constexpr std::uint64_t kPayments = 20'000;
constexpr Instant kNow{1'795'000'000'000'000};

City city_of(std::uint64_t seed) {
  auto merchants = city_merchants(seed, 40);
  IdMaker ids{Rng(1)};
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < merchants.size(); ++i)
    texts.push_back(MerchantId(ids.next({1'700'000'000'000'000}, i)).text());
  return City({.seed = seed, .payments = kPayments, .now = kNow}, std::move(merchants), std::move(texts));
}

std::string create_of(const City& city, std::uint64_t n) {
  std::string out;
  city.append_ingest_create(out, n);
  return out;
}

void expect_lines(const std::string& lines) {
  std::string_view rest = lines;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const auto parsed = parse_ingest_line(line, {});
    const auto* refused = std::get_if<IngestRefusal>(&parsed);
    ASSERT_EQ(refused, nullptr) << line << "\n"
                                << refused->errors.front().pointer << ": " << refused->errors.front().message;
  }
}

TEST(City, the_api_can_read_every_line) {
  const auto city = city_of(1);
  std::set<FollowUp> seen;
  for (std::uint64_t n = 0; n < kPayments; ++n) {
    std::string lines = create_of(city, n);
    city.append_ingest_follow_up(lines, n);
    city.append_ingest_reversal(lines, n);
    expect_lines(lines);
    if (HasFatalFailure()) return;
    seen.insert(city.follow_up(n));
  }
  EXPECT_EQ(seen.size(), 5U);
}

TEST(City, the_same_seed_is_the_same_city_and_another_seed_another) {
  const auto city = city_of(1);
  const auto same = city_of(1);
  const auto other = city_of(2);
  int different = 0;
  for (std::uint64_t n = 0; n < 500; ++n) {
    EXPECT_EQ(create_of(city, n), create_of(same, n));
    different += create_of(city, n) == create_of(other, n) ? 0 : 1;
  }
  EXPECT_EQ(different, 500);
}

TEST(City, a_merchant_has_a_third_of_everything_and_another_one_ten) {
  const auto city = city_of(1);
  std::map<std::size_t, std::uint64_t> count;
  for (std::uint64_t n = 0; n < kPayments; ++n) ++count[city.merchant_of(n)];
  EXPECT_NEAR(static_cast<double>(count[CityRoles::kMarketplace]), kPayments / 3.0, kPayments / 50.0);
  EXPECT_EQ(count[CityRoles::kCurio], 10U);
  EXPECT_GT(count[CityRoles::kNewcomer], 0U);
  EXPECT_EQ(count.size(), city.merchant_count());
}

TEST(City, its_history_covers_36_months_and_ends_now) {
  const auto city = city_of(1);
  const auto days = city.days_before_today();
  ASSERT_FALSE(days.empty());
  EXPECT_LT(days.back(), city.today());
  // Nearly every day of three years, and the seldom days of the curiosity shop before.
  EXPECT_GT(days.size(), 1'080U);
  EXPECT_LT(days.front(), BusinessDate{city.today().days - kCityDays + 1});
  for (std::uint64_t n = 0; n < kPayments; ++n) {
    const auto line = create_of(city, n);
    const auto at = line.find("\"approvedAt\":\"");
    if (at == std::string::npos) continue;
    const auto approved = parse_rfc3339(line.substr(at + 14, line.find('"', at + 14) - at - 14));
    ASSERT_TRUE(approved) << line;
    EXPECT_LE(*approved, kNow);
  }
}

TEST(City, the_api_can_read_every_contract_and_the_canary) {
  const auto city = city_of(1);
  const BusinessDate from{city.today().days - 100};
  const auto expect_read = [](const std::string& body) {
    const auto parsed = parse_change(body);
    const auto* errors = std::get_if<FieldErrors>(&parsed);
    EXPECT_EQ(errors, nullptr) << body << "\n" << errors->front().pointer << ": " << errors->front().message;
  };
  for (std::size_t i = 0; i < city.merchant_count(); ++i) {
    expect_read(city_contract(city.merchant(i), city.id(i), from));
    expect_read(city_contract(city.merchant(i), city.id(i), from, 1'000));
  }
  expect_read(city_sub_mall_contract(city.merchant(CityRoles::kCoffee), city.id(CityRoles::kCoffee),
                                     "gangnam", from));
  expect_read(city_canary(city.merchant(CityRoles::kTrial), city.id(CityRoles::kTrial)));
}

TEST(City, what_an_acquirer_lists_is_what_was_paid) {
  const auto city = city_of(1);
  const BusinessDate from{city.today().days - 400};
  const auto movements = city.movements(CityRoles::kTravel, from, city.today());
  ASSERT_GT(movements.size(), 20U);
  std::string all;
  for (std::uint64_t n = 0; n < kPayments; ++n) {
    if (city.merchant_of(n) == CityRoles::kTravel) all += create_of(city, n);
  }
  EXPECT_NE(all.find("\"acquirerCode\":\"AMEX\""), std::string::npos);
  for (const auto& one : movements)
    EXPECT_NE(all.find("\"approveNo\":\"" + one.approve_no + "\""), std::string::npos) << one.approve_no;
}

}  // namespace
}  // namespace wonjang
