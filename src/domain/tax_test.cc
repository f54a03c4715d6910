#include "domain/tax.h"

#include <limits>
#include <sstream>

#include "testing/till.h"

namespace wonjang {
namespace {

std::string text_of(const std::optional<TaxParts>& parts) {
  if (!parts) return "-";
  return std::to_string(parts->supply) + " " + std::to_string(parts->vat) + " " +
         std::to_string(parts->tax_free) + " " + std::to_string(parts->tax_exempt);
}

// Each line is "input | expected"; `compute` answers for the input, comments stay.
template <typename Compute>
void expect_table(const std::string& name, Compute compute) {
  std::istringstream lines(file_text(testdata_path(name)));
  std::string computed;
  int cases = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') {
      computed += line + "\n";
      continue;
    }
    const std::string input = line.substr(0, line.find(" |"));
    computed += input + " | " + compute(input) + "\n";
    ++cases;
  }
  EXPECT_GT(cases, 10);
  expect_same_as_file(testdata_path(name), computed);
}

TEST(Tax, parts_of_a_total) {
  expect_table("tax.txt", [](const std::string& input) {
    std::istringstream in(input);
    std::int64_t total = 0, tax_free = 0, tax_exempt = 0;
    EXPECT_TRUE(in >> total >> tax_free >> tax_exempt) << input;
    const auto parts = parts_of_total(total, tax_free, tax_exempt);
    EXPECT_TRUE(!parts || parts->total() == total);
    return text_of(parts);
  });
}

TEST(Tax, parts_of_a_cancel) {
  TaxParts remaining;
  expect_table("cancels.txt", [&](const std::string& input) {
    std::istringstream in(input);
    char semicolon = 0;
    if (input.front() == '+') {
      in.ignore(1);
    } else {
      EXPECT_TRUE(in >> remaining.supply >> remaining.vat >> remaining.tax_free >> remaining.tax_exempt)
          << input;
    }
    std::int64_t amount = 0, tax_free = 0, tax_exempt = 0;
    EXPECT_TRUE(in >> semicolon >> amount >> tax_free >> tax_exempt) << input;
    const auto parts = parts_of_cancel(remaining, amount, tax_free, tax_exempt);
    if (parts) {
      EXPECT_EQ(parts->total(), amount);
      remaining = *sub(remaining, *parts);
      EXPECT_FALSE(remaining.any_negative());
    }
    return text_of(parts);
  });
}

TEST(Tax, the_documented_vectors) {
  EXPECT_EQ(parts_of_total(9'026, 0, 0), (TaxParts{8'205, 821, 0, 0}));
  EXPECT_EQ(parts_of_total(11'000, 10'000, 0), (TaxParts{909, 91, 10'000, 0}));
}

TEST(Tax, sums_overflow_to_nothing) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE((TaxParts{kMost, 1, 0, 0}).total());
  EXPECT_FALSE((TaxParts{kMost, 0, 1, 0}).total());
  EXPECT_FALSE(add(TaxParts{kMost, 0, 0, 0}, TaxParts{1, 0, 0, 0}));
  EXPECT_FALSE(sub(TaxParts{0, 0, 0, -2}, TaxParts{0, 0, 0, kMost}));
  EXPECT_EQ((TaxParts{kMost - 1, 1, 0, 0}).total(), kMost);
}

// Any payment, cancelled in any order and any split, ends at exactly zero in every part, and no part is ever
// negative.
TEST(Tax, cancels_in_any_order_end_at_zero_in_every_part) {
  constexpr std::uint64_t kSeed = 20'261'122;
  Rng rng(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    const auto total = static_cast<std::int64_t>(1 + rng.below(round % 3 == 0 ? 200 : 5'000'000));
    const auto tax_free =
        static_cast<std::int64_t>(rng.chance(50) ? rng.below(static_cast<std::uint64_t>(total) + 1) : 0);
    const auto exempt_max = static_cast<std::uint64_t>(total - tax_free) + 1;
    const auto tax_exempt = static_cast<std::int64_t>(rng.chance(30) ? rng.below(exempt_max) : 0);
    TaxParts left = *parts_of_total(total, tax_free, tax_exempt);
    int steps = 0;
    while (*left.total() > 0) {
      const auto free_part =
          static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(left.tax_free) + 1));
      const auto exempt_part =
          static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(left.tax_exempt) + 1));
      const auto taxable_left = static_cast<std::uint64_t>(left.supply + left.vat);
      auto amount = free_part + exempt_part + static_cast<std::int64_t>(rng.below(taxable_left + 1));
      if (amount == 0 || ++steps > 30) amount = *left.total();
      const bool all = amount == *left.total();
      const auto parts = parts_of_cancel(left, amount, all ? 0 : free_part, all ? 0 : exempt_part);
      ASSERT_TRUE(parts) << "seed " << kSeed << " round " << round;
      ASSERT_FALSE(parts->any_negative()) << "seed " << kSeed << " round " << round;
      ASSERT_EQ(parts->total(), amount);
      left = *sub(left, *parts);
      ASSERT_FALSE(left.any_negative()) << "seed " << kSeed << " round " << round;
    }
    ASSERT_EQ(left, TaxParts{}) << "seed " << kSeed << " round " << round;
  }
}

}  // namespace
}  // namespace wonjang
