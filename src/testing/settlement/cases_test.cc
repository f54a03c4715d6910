#include <cstdlib>
#include <iostream>

#include "testing/settlement/case_checks.h"
#include "testing/settlement/plain_calculator.h"

#include <gtest/gtest.h>

namespace wonjang::settlement {
namespace {

constexpr std::uint64_t kCases = 60'000;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<BusinessDays> days_of_cases() {
  std::vector<BusinessDays> out;
  for (const auto& calendar : calendars_of_cases()) {
    EXPECT_EQ(fault_of(calendar), std::nullopt);
    out.emplace_back(calendar);
  }
  EXPECT_EQ(out.size(), kSizes.calendar);
  return out;
}

TEST(SettlementCases, one_alone) {
  if (std::getenv("WJ_CASE") == nullptr) GTEST_SKIP() << "WJ_CASE=NUMBER runs one case and tells it";
  const auto c = case_of(number_from("WJ_CASES_SEED", 1), number_from("WJ_CASE", 0));
  const auto& calendar = calendars_of_cases().at(c.place.calendar);
  Tally tally;
  std::string told;
  const auto broken = broken_promise(c, calendar, BusinessDays(calendar), tally, &told);
  std::cout << text_of(c) << told;
  EXPECT_EQ(broken, std::nullopt);
}

TEST(SettlementCases, every_promise_holds_in_every_case) {
  const auto days = days_of_cases();
  const std::uint64_t seed = number_from("WJ_CASES_SEED", 1);
  const std::uint64_t cases = number_from("WJ_CASES", kCases);
  Tally tally;
  for (std::uint64_t number = 0; number < cases; ++number) {
    const auto c = case_of(seed, number);
    const auto which = c.place.calendar;
    const auto broken = broken_promise(c, calendars_of_cases()[which], days[which], tally);
    ASSERT_EQ(broken, std::nullopt) << text_of(c);
  }
  std::cout << tally.cases << " cases of seed " << seed << ": " << tally.returns << " returns (" << tally.kept
            << " keep the fee, " << tally.undone << " give it back all the same), " << tally.adjustments
            << " adjustments (" << tally.unchanged << " changes without), " << tally.emptied << " emptied, "
            << tally.no_rate << " without rate, " << tally.overflow << " too large, " << tally.dated
            << " dated (" << tally.late << " late), " << tally.of_method << " charged and "
            << tally.dated_by_method << " dated by terms of their method\n";
  if (cases < kCases) return;
  EXPECT_GT(tally.returns, cases);
  EXPECT_GT(tally.kept, cases / 10);
  EXPECT_GT(tally.undone, cases / 100);
  EXPECT_GT(tally.adjustments, cases / 2);
  EXPECT_GT(tally.unchanged, cases / 100);
  EXPECT_GT(tally.emptied, cases);
  EXPECT_GT(tally.no_rate, cases / 100);
  EXPECT_GT(tally.overflow, cases / 1000);
  EXPECT_GT(tally.dated, cases / 2);
  EXPECT_GT(tally.late, cases / 100);
  EXPECT_GT(tally.of_method, cases / 10);
  EXPECT_GT(tally.dated_by_method, cases / 10);
}

TEST(SettlementCases, consecutive_numbers_meet_every_value_of_every_dimension) {
  std::vector<std::vector<bool>> seen = {
      std::vector<bool>(kSizes.rules),     std::vector<bool>(kSizes.vat),
      std::vector<bool>(kSizes.order),     std::vector<bool>(kSizes.rounding),
      std::vector<bool>(kSizes.tier),      std::vector<bool>(kSizes.method),
      std::vector<bool>(kSizes.months),    std::vector<bool>(kSizes.payer),
      std::vector<bool>(kSizes.amount),    std::vector<bool>(kSizes.returns),
      std::vector<bool>(kSizes.on_cancel), std::vector<bool>(kSizes.change),
      std::vector<bool>(kSizes.calendar),  std::vector<bool>(kSizes.by_method)};
  for (std::uint64_t number = 0; number < 2'000; ++number) {
    const Place p = case_of(1, number).place;
    const std::uint32_t at[] = {p.rules, p.vat,    p.order,   p.rounding,  p.tier,   p.method,   p.months,
                                p.payer, p.amount, p.returns, p.on_cancel, p.change, p.calendar, p.by_method};
    for (std::size_t i = 0; i < seen.size(); ++i) seen[i].at(at[i]) = true;
  }
  for (const auto& dimension : seen) {
    EXPECT_EQ(std::count(dimension.begin(), dimension.end(), true),
              static_cast<std::ptrdiff_t>(dimension.size()));
  }
}

TEST(SettlementCases, a_case_is_made_of_seed_and_number_alone) {
  EXPECT_EQ(text_of(case_of(3, 77)), text_of(case_of(3, 77)));
  EXPECT_NE(text_of(case_of(3, 77)), text_of(case_of(3, 78)));
  EXPECT_NE(text_of(case_of(3, 77)), text_of(case_of(4, 77)));
}

// The judge's own arithmetic, against sums done by hand.
TEST(PlainCalculator, sums_on_paper) {
  EXPECT_EQ(plain::add("999", "1"), "1000");
  EXPECT_EQ(plain::subtract("1000", "1"), "999");
  EXPECT_EQ(plain::subtract("5", "5"), "0");
  EXPECT_EQ(plain::multiply("123", "456"), "56088");
  EXPECT_EQ(plain::multiply("0", "456"), "0");
  EXPECT_EQ(plain::multiply("9223372036854775807", "9223372036854775807"),
            "85070591730234615847396907784232501249");
  EXPECT_EQ(plain::divide("860", "11", true), "78");
  EXPECT_EQ(plain::divide("5", "2", true), "3");
  EXPECT_EQ(plain::divide("5", "2", false), "2");
  EXPECT_EQ(plain::divide("1", "3", true), "0");
  EXPECT_TRUE(plain::fits("9223372036854775807"));
  EXPECT_FALSE(plain::fits("9223372036854775808"));
}

TEST(PlainCalculator, the_references_worked_example) {
  Item item;
  item.method = 1;
  item.amount = 34'000;
  FeeTerms terms;
  terms.vat = VatTreatment::included;
  terms.rules.resize(2);
  terms.rules[0].kind = RuleKind::base_rate;
  terms.rules[1].kind = RuleKind::fixed_fee;
  terms.rules[1].amount = 860;
  const auto charge = plain::charge_of(item, terms, MerchantTier::general);
  EXPECT_EQ(charge.fee, "860");
  EXPECT_EQ(charge.vat, "78");
  EXPECT_EQ(charge.supply, "782");
}

}  // namespace
}  // namespace wonjang::settlement
