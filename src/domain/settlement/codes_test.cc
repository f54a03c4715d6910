#include <gtest/gtest.h>

#include <set>

#include "domain/settlement/events.h"

namespace wonjang::settlement {
namespace {

// Every number up to `last` has a code of its own; every one leads back to it.
template <typename E>
void expect_codes(E last) {
  std::set<std::string_view> seen;
  for (unsigned n = 0; n <= static_cast<unsigned>(last); ++n) {
    const auto value = static_cast<E>(n);
    EXPECT_TRUE(seen.insert(code_of(value)).second) << code_of(value);
    EXPECT_EQ(parse_code<E>(code_of(value)), value) << code_of(value);
  }
  EXPECT_EQ(code_of(E::unknown), "UNKNOWN");
  EXPECT_EQ(code_of(static_cast<E>(200)), "UNKNOWN");
  for (const char* wrong : {"", "NO_SUCH_CODE", "base_rate"}) EXPECT_FALSE(parse_code<E>(wrong));
}

TEST(SettlementCodes, every_value_has_a_code_and_back) {
  expect_codes(DayKind::labour_day);
  expect_codes(RuleKind::point);
  expect_codes(FeeType::etc);
  expect_codes(MerchantTier::general);
  expect_codes(VatTreatment::none);
  expect_codes(FeeOrder::supply_first);
  expect_codes(FeeOnCancel::keep);
  expect_codes(CycleKind::manual);
  expect_codes(BasisKind::acquisition);
  expect_codes(BasisRoll::none);
  expect_codes(DatePolicy::calendar_day);
  expect_codes(LineKind::adjustment);
  expect_codes(PayoutState::carried);
  expect_codes(FileKind::deposit);
  expect_codes(MatchState::resolved);
}

TEST(SettlementCodes, days_are_parsed_by_their_codes) {
  EXPECT_EQ(parse_day_kind("LABOUR_DAY"), DayKind::labour_day);
  EXPECT_FALSE(parse_day_kind("UNKNOWN"));
  EXPECT_FALSE(parse_day_kind(""));
}

TEST(SettlementCodes, every_kind_of_reference_data_has_a_name_of_its_own) {
  const std::set<std::string_view> kinds = {kind_of(Contract{}),   kind_of(Calendar{}),  kind_of(Hold{}),
                                            kind_of(FundsRatio{}), kind_of(FundsHeld{}), kind_of(Canary{})};
  EXPECT_EQ(kinds.size(), std::variant_size_v<Reference>);
  EXPECT_EQ(kind_of(FundsHeld{}), "FUNDS_HELD");
}

}  // namespace
}  // namespace wonjang::settlement
