#include "app/cli/shown_amounts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/api/openapi.h"

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
  EXPECT_EQ(
      shown(R"({"currency":"USD","difference":{"count":3,"netAmount":300},"match":{"difference":-7}})"),
      R"({"currency":"USD","difference":{"count":3,"netAmount":"3.00"},"match":{"difference":"-0.07"}})");
  EXPECT_EQ(shown(R"([{"amount":1,"currency":"USD"},{"amount":1,"currency":"KRW"}])"),
            R"([{"amount":"0.01","currency":"USD"},{"amount":1,"currency":"KRW"}])");
}

// Found by an audit: an average of 55.43 stood as 5543.33 beside an amount of 166.30.
TEST(ShownAmounts, averages_and_sums_that_come_as_text) {
  EXPECT_EQ(shown(R"({"averageAmount":"5543.33","deviationAmount":"0.5","currency":"USD"})"),
            R"({"averageAmount":"55.4333","deviationAmount":"0.005","currency":"USD"})");
  EXPECT_EQ(shown(R"({"netAmount":"-9007199254740993","currency":"USD"})"),
            R"({"netAmount":"-90071992547409.93","currency":"USD"})");
  for (const auto* same :
       {R"({"averageAmount":"5543.33","currency":"KRW"})", R"({"amount":"10.99 USD","currency":"USD"})",
        R"({"amount":"","currency":"USD"})", R"({"amount":"-","currency":"USD"})"}) {
    EXPECT_EQ(shown(same), same);
  }
}

// Numbers of the API's description that are no amounts, by name. A new one stands here or is shown as one.
constexpr std::string_view kNoAmounts[] = {"actual",   "done",       "events",         "expectedVersion",
                                           "from",     "generation", "groupsNotSplit", "payments",
                                           "rowsRead", "total"};

void collect_numbers(const boost::json::value& at, std::string_view name, std::set<std::string>& sums,
                     std::set<std::string>& numbers) {
  if (const auto* array = at.if_array()) {
    for (const auto& item : *array) collect_numbers(item, name, sums, numbers);
  }
  const auto* object = at.if_object();
  if (object == nullptr) return;
  const auto* format = object->if_contains("format");
  if (!name.empty() && format != nullptr && *format == "int64") numbers.emplace(name);
  const auto* reference = object->if_contains("$ref");
  if (!name.empty() && reference != nullptr && *reference == "#/components/schemas/Sum") sums.emplace(name);
  for (const auto& member : *object) {
    const bool names_members = member.key() == "properties" && member.value().is_object();
    if (names_members) {
      for (const auto& property : member.value().as_object())
        collect_numbers(property.value(), property.key(), sums, numbers);
      continue;
    }
    const bool is_same = member.key() == "items" || member.key() == "oneOf" || member.key() == "anyOf";
    collect_numbers(member.value(), is_same ? name : std::string_view(), sums, numbers);
  }
}

bool is_shown_as_amount(const std::string& name) {
  return shown(R"({")" + name + R"(":1099,"currency":"USD"})").find("10.99") != std::string::npos;
}

// Found by an audit: a list by names knew eight of them not.
TEST(ShownAmounts, every_sum_of_the_api_is_one) {
  std::set<std::string> sums;
  std::set<std::string> numbers;
  collect_numbers(boost::json::parse(std::string(openapi_json())), {}, sums, numbers);
  EXPECT_GT(sums.size(), 10U);
  EXPECT_GT(numbers.size(), 20U);
  for (const auto& name : sums) EXPECT_TRUE(is_shown_as_amount(name)) << name;
  for (const auto& name : numbers) {
    const bool is_none = std::ranges::find(kNoAmounts, name) != std::end(kNoAmounts);
    EXPECT_NE(is_shown_as_amount(name), is_none) << name;
  }
}

}  // namespace
}  // namespace wonjang
