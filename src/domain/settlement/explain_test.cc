#include "domain/settlement/fee.h"
#include "testing/golden_table.h"
#include "testing/settlement/fee_text.h"

namespace wonjang::settlement {
namespace {

std::string told(const std::vector<ExplainStep>& steps) {
  std::string out;
  for (const auto& step : steps) {
    if (!out.empty()) out += " / ";
    out += step.rule + ": " + step.formula + " [" + std::to_string(step.value) + "]";
  }
  return out;
}

// "34000 base=2.3%": its explanation; "34000 base=2.3% ; 10000 24000": that of the last return.
std::string explained(const std::string& input) {
  const auto mark = input.find(';');
  auto c = parse_fee_case(input.substr(0, mark));
  auto made = settle_approval(c.item, c.contract);
  if (!std::holds_alternative<SettlementLine>(made)) return std::get<CannotSettle>(made).code;
  SettlementLine line = std::get<SettlementLine>(made);
  LineBalance balance = balance_of(line, c.contract);
  std::istringstream returns(mark == std::string::npos ? "" : input.substr(mark + 1));
  for (std::int64_t amount = 0; returns >> amount;) {
    Item item = c.item;
    item.kind = LineKind::cancel;
    item.amount = amount;
    line = std::get<SettlementLine>(settle_return(item, balance));
    balance = balance_after(balance, line);
  }
  return told(explain(line, c.contract));
}

TEST(Explain, rule_by_rule) { expect_golden_table(WJ_SETTLEMENT_DIR "/testdata/explain.txt", 15, explained); }

TEST(Explain, minor_units_of_another_currency) {
  auto c = parse_fee_case("123456 base=2.35% fixed=30");
  c.contract.currency = *Currency::parse("USD");
  const auto line = std::get<SettlementLine>(settle_approval(c.item, c.contract));
  EXPECT_EQ(told(explain(line, c.contract)),
            "base+fixed: 1,234.56 x 2.35 % + 0.30 = 29.31216, rounded 29.31; VAT 2.931, rounded 2.93; with "
            "VAT 32.24 "
            "[3224] / vat: 32.24 / 11, rounded: 2.93 [293] / net: 1,234.56 - 32.24 = 1,202.32 [120232]");
}

TEST(Explain, an_adjustment_shows_what_it_takes_back) {
  auto c = parse_fee_case("100000 base=2.3%");
  c.item.key.version = 3;
  const auto line = std::get<SettlementLine>(settle_approval(c.item, c.contract));
  Item item = c.item;
  item.kind = LineKind::cancel;
  item.amount = 40'000;
  item.of_version = 3;
  item.key.version = 4;
  const auto before = balance_of(line, c.contract);
  const auto back = std::get<SettlementLine>(settle_return(item, before));
  apply_terms("base=0.4%", c.contract);
  const auto adjusted = std::get<Adjusted>(
      settle_adjustments(std::vector{line, back}, balance_after(before, back), c.contract));
  ASSERT_EQ(adjusted.lines.size(), 2U);
  EXPECT_EQ(told(explain(adjusted.lines[0], c.contract)),
            "taken_back: BASE so far, taken back: -2,530 [-2530] / base: 100,000 x 0.40 % = 400; VAT 40; "
            "with VAT 440 "
            "[440] / vat: 40 now, 230 so far: -190 [-190] / net: 0 - (-2,090) = 2,090 [2090]");
  EXPECT_EQ(told(explain(adjusted.lines[1], c.contract)),
            "taken_back: BASE so far, taken back: 1,012 [1012] / BASE: gives back 440 x 40,000 / 100,000, "
            "rounded: -176 "
            "[-176] / vat: -16 now, -92 so far: 76 [76] / net: 0 - 836 = -836 [-836]");
}

}  // namespace
}  // namespace wonjang::settlement
