#include <fstream>
#include <sstream>

#include "testing/golden_table.h"
#include "testing/settlement/fee_text.h"

namespace wonjang::settlement {
namespace {

std::string path_of(const std::string& name) { return WJ_SETTLEMENT_DIR "/testdata/" + name; }

// One approval with everything that befalls it; each step adds the text of its lines.
class Story {
 public:
  explicit Story(const std::string& words) : case_(parse_fee_case(words)) {
    EXPECT_EQ(fault_of(case_.contract.fees), std::nullopt) << words;
    case_.item.key.version = 1;
    auto made = settle_approval(case_.item, case_.contract);
    if (const auto* line = add(made)) balance_ = balance_of(*line, case_.contract);
  }

  void give_back(std::int64_t amount, LineKind kind) {
    Item item = case_.item;
    item.kind = kind;
    item.amount = amount;
    item.key.version = ++version_;
    item.of_version = 1;
    auto made = settle_return(item, balance_);
    if (const auto* line = add(made)) balance_ = balance_after(balance_, *line);
  }

  void adjust(const std::string& words) {
    apply_terms(words, case_.contract);
    auto made = settle_adjustments(settled_, balance_, case_.contract);
    if (const auto* refused = std::get_if<CannotSettle>(&made)) return add_text(refused->code);
    auto& adjusted = std::get<Adjusted>(made);
    if (adjusted.lines.empty()) add_text("nothing changes");
    for (auto& line : adjusted.lines) {
      add_text(text_of(line));
      settled_.push_back(line);
    }
    balance_ = adjusted.balance;
  }

  const std::string& text() const { return text_; }

 private:
  const SettlementLine* add(std::variant<SettlementLine, CannotSettle>& made) {
    if (const auto* refused = std::get_if<CannotSettle>(&made)) {
      add_text(refused->code);
      return nullptr;
    }
    settled_.push_back(std::get<SettlementLine>(std::move(made)));
    add_text(text_of(settled_.back()));
    return &settled_.back();
  }
  void add_text(const std::string& text) { text_ += (text_.empty() ? "" : " / ") + text; }

  FeeCase case_;
  std::uint32_t version_ = 1;
  LineBalance balance_;
  std::vector<SettlementLine> settled_;
  std::string text_;
};

// "34000 base=2.3% ; 10000 24000undone ; adjust base=1%": the approval, its returns (a cancel, a reversal),
// other terms.
std::string told(const std::string& input) {
  std::istringstream parts(input);
  std::string part;
  std::getline(parts, part, ';');
  Story story(part);
  while (std::getline(parts, part, ';')) {
    std::istringstream words(part);
    std::string word;
    words >> word;
    if (word == "adjust") {
      std::getline(words, part);
      story.adjust(part);
      continue;
    }
    do story.give_back(std::stoll(word), word.ends_with("undone") ? LineKind::reversal : LineKind::cancel);
    while (words >> word);
  }
  return story.text();
}

TEST(FeeTables, fees_by_rule_vat_order_and_rounding) { expect_golden_table(path_of("fees.txt"), 40, told); }
TEST(FeeTables, minimum_and_maximum) { expect_golden_table(path_of("clamps.txt"), 15, told); }
TEST(FeeTables, instalments_interest_and_points) {
  expect_golden_table(path_of("instalments.txt"), 15, told);
}
TEST(FeeTables, preferential_rates_by_tier_and_card) { expect_golden_table(path_of("tiers.txt"), 15, told); }
TEST(FeeTables, cancels_that_return_or_keep_the_fee) {
  expect_golden_table(path_of("returns.txt"), 15, told);
}
TEST(FeeTables, terms_changed_backwards) { expect_golden_table(path_of("adjustments.txt"), 10, told); }

// The lines between ```fees and ``` of docs/settlement-fees.md.
TEST(FeeTables, the_documents_examples) {
  std::ifstream doc(WJ_DOCS_DIR "/settlement-fees.md");
  bool inside = false;
  int examples = 0;
  for (std::string line; std::getline(doc, line);) {
    if (line.starts_with("```")) {
      inside = line == "```fees";
    } else if (inside) {
      const std::string input = line.substr(0, line.find(" |"));
      EXPECT_EQ(input + " | " + told(input), line);
      ++examples;
    }
  }
  EXPECT_GE(examples, 10);
}

// total | supply + vat, by a fixed fee that contains its VAT.
TEST(FeeTables, a_fee_total_is_split_by_eleven) {
  expect_golden_table(path_of("split.txt"), 15, [](const std::string& total) {
    const auto fee_case = parse_fee_case("1 base=0% vat=INCLUDED fixed=" + total);
    const auto fees = fees_of(fee_case.item, fee_case.contract.fees, fee_case.contract.tier);
    const auto* made = std::get_if<Fees>(&fees);
    if (made == nullptr) return std::string("cannot settle");
    EXPECT_EQ(std::to_string(made->total), total);
    return std::to_string(made->supply) + " " + std::to_string(made->vat);
  });
}

}  // namespace
}  // namespace wonjang::settlement
