#include "domain/settlement/fee.h"

#include <limits>

#include "testing/settlement/fee_text.h"

#include <gtest/gtest.h>

namespace wonjang::settlement {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

template <typename T, typename Made>
T must(Made made) {
  const auto* refused = std::get_if<CannotSettle>(&made);
  EXPECT_EQ(refused, nullptr) << refused->code << ": " << refused->detail;
  return refused != nullptr ? T{} : std::get<T>(std::move(made));
}
template <typename Made>
std::string code_of_refusal(const Made& made) {
  const auto* refused = std::get_if<CannotSettle>(&made);
  return refused == nullptr ? "settled" : refused->code;
}

Item return_of(const Item& approval, std::int64_t amount, std::uint32_t version) {
  Item item = approval;
  item.kind = LineKind::cancel;
  item.amount = amount;
  item.key.version = version;
  item.of_version = approval.key.version;
  return item;
}

struct Approved {
  FeeCase of;
  SettlementLine line;
  LineBalance balance;
};
Approved approved(const std::string& words) {
  Approved out{parse_fee_case(words), {}, {}};
  out.of.item.key.version = 3;
  out.line = must<SettlementLine>(settle_approval(out.of.item, out.of.contract));
  out.balance = balance_of(out.line, out.of.contract);
  return out;
}

TEST(FeeLine, the_references_worked_example) {
  const auto [of, line, balance] =
      approved("34000 vat=INCLUDED base=0% fixed=800 months=3 inst=2-12:0.1765%");
  EXPECT_EQ(line.fee, 860);
  EXPECT_EQ(line.fee_vat, 78);
  EXPECT_EQ(line.fee_supply, 782);
  EXPECT_EQ(line.net, 33'140);
}

TEST(FeeLine, a_full_cancel_is_the_exact_negative) {
  const auto a =
      approved("34567 months=3 payer=merchant points=777 base=2.35% inst=2-12:0.5% free=2-12:2% point=1%");
  const auto back = must<SettlementLine>(settle_return(return_of(a.of.item, 34'567, 4), a.balance));
  EXPECT_EQ(back.gross, -a.line.gross);
  EXPECT_EQ(back.fee, -a.line.fee);
  EXPECT_EQ(back.fee_supply, -a.line.fee_supply);
  EXPECT_EQ(back.fee_vat, -a.line.fee_vat);
  EXPECT_EQ(back.net, -a.line.net);
  ASSERT_EQ(back.fees.size(), a.line.fees.size());
  for (std::size_t i = 0; i < back.fees.size(); ++i) {
    EXPECT_EQ(back.fees[i].type, a.line.fees[i].type);
    EXPECT_EQ(back.fees[i].amount, -a.line.fees[i].amount);
  }
}

TEST(FeeLine, a_return_above_what_is_left_is_refused) {
  const auto a = approved("50000 base=2.5%");
  EXPECT_EQ(code_of_refusal(settle_return(return_of(a.of.item, 50'001, 4), a.balance)),
            "RETURN_EXCEEDS_APPROVAL");
  const auto back = must<SettlementLine>(settle_return(return_of(a.of.item, 50'000, 4), a.balance));
  const auto after = balance_after(a.balance, back);
  EXPECT_EQ(code_of_refusal(settle_return(return_of(a.of.item, 1, 5), after)), "RETURN_EXCEEDS_APPROVAL");
}

TEST(FeeLine, a_balance_that_contradicts_itself_is_refused) {
  const auto a = approved("50000 base=2.5%");
  const auto item = return_of(a.of.item, 1, 4);
  const auto code_with = [&](auto change) {
    LineBalance wrong = a.balance;
    change(wrong);
    return code_of_refusal(settle_return(item, wrong));
  };
  EXPECT_EQ(code_with([](LineBalance&) {}), "settled");
  EXPECT_EQ(code_with([](LineBalance& b) { b.amount = 0; }), "BAD_SNAPSHOT");
  EXPECT_EQ(code_with([](LineBalance& b) { b.amount_left = b.amount + 1; }), "BAD_SNAPSHOT");
  EXPECT_EQ(code_with([](LineBalance& b) { b.fees_left.clear(); }), "BAD_SNAPSHOT");
  EXPECT_EQ(code_with([](LineBalance& b) { b.fees_left[0] = b.fees[0].amount + 1; }), "BAD_SNAPSHOT");
  EXPECT_EQ(code_with([](LineBalance& b) { b.fees_left[0] = -1; }), "BAD_SNAPSHOT");
  EXPECT_EQ(code_with([](LineBalance& b) { b.vat_left = b.vat + 1; }), "BAD_SNAPSHOT");
  EXPECT_EQ(code_with([](LineBalance& b) { b.fees_left[0] = b.vat - 1; }),
            "BAD_SNAPSHOT");  // less than its VAT
}

TEST(FeeLine, nothing_overflows_into_a_number) {
  const auto settle = [](const std::string& words) {
    const auto c = parse_fee_case(words);
    return settle_approval(c.item, c.contract);
  };
  const std::string max = std::to_string(kMax);
  EXPECT_EQ(must<SettlementLine>(settle(max + " base=100% vat=NONE")).net, 0);
  EXPECT_EQ(code_of_refusal(settle(max + " base=100% fixed=1 vat=NONE")), "OVERFLOW");
  EXPECT_EQ(code_of_refusal(settle(max + " base=100%")), "OVERFLOW");
  EXPECT_EQ(code_of_refusal(settle(max + " base=100% order=INCLUSIVE_FIRST")), "OVERFLOW");
  EXPECT_EQ(code_of_refusal(settle(max + " months=2 base=60% inst=2-3:60% vat=NONE")), "OVERFLOW");
  EXPECT_EQ(code_of_refusal(settle("0 base=1%")), "BAD_ITEM");
}

TEST(FeeLine, a_lying_snapshot_is_found_out) {
  const auto a = approved("50000 base=2.5% fixed=30");
  auto lie = a.line;
  EXPECT_EQ(must<SettlementLine>(computed_again(lie, a.of.contract)), lie);
  lie.item.amount += 1000;
  EXPECT_NE(must<SettlementLine>(computed_again(lie, a.of.contract)), lie);
  lie = a.line;
  lie.fee_vat += 1;
  EXPECT_NE(must<SettlementLine>(computed_again(lie, a.of.contract)), lie);
  lie = must<SettlementLine>(settle_return(return_of(a.of.item, 20'000, 4), a.balance));
  EXPECT_EQ(must<SettlementLine>(computed_again(lie, Contract{})), lie);  // today's contract doesn't matter
  lie.before->fees[0].amount += 100;
  lie.before->fees_left[0] += 100;
  EXPECT_NE(must<SettlementLine>(computed_again(lie, a.of.contract)), lie);
  lie.before.reset();
  EXPECT_EQ(code_of_refusal(computed_again(lie, a.of.contract)), "BAD_SNAPSHOT");
}

TEST(FeeLine, dates_and_places_of_a_line_are_taken_over) {
  auto a = approved("50000 base=2.5%");
  a.line.contract = 7;
  a.line.basis = {20'000};
  a.line.payout_date = {20'002};
  a.line.late = true;
  a.line.canary = "newer";
  EXPECT_EQ(must<SettlementLine>(computed_again(a.line, a.of.contract)), a.line);
}

// The merchant paid 2.3 % of 100,000 and gave 40,000 back; later it is found to be small. It gets (2.3 - 0.4)
// % of the 60,000 that remain, with VAT: 1,254.
TEST(FeeAdjustment, gives_back_the_difference_of_what_remains) {
  const auto a = approved("100000 base=2.3%");
  const auto back = must<SettlementLine>(settle_return(return_of(a.of.item, 40'000, 4), a.balance));
  const auto left = balance_after(a.balance, back);
  Contract small = a.of.contract;
  apply_terms("base=0.4%", small);
  const std::vector<SettlementLine> settled = {a.line, back};
  const auto adjusted = must<Adjusted>(settle_adjustments(settled, left, small));
  ASSERT_EQ(adjusted.lines.size(), 2U);
  EXPECT_EQ(adjusted.lines[0].net, 2'090);
  EXPECT_EQ(adjusted.lines[1].net, -836);
  EXPECT_EQ(adjusted.lines[0].net + adjusted.lines[1].net, 1'254);
  EXPECT_EQ(adjusted.lines[0].gross, 0);
  EXPECT_EQ(adjusted.lines[0].item.kind, LineKind::adjustment);
  EXPECT_EQ(adjusted.lines[0].item.key, (LineKey{{}, 3, 1}));
  EXPECT_EQ(adjusted.lines[1].item.key, (LineKey{{}, 4, 1}));
  for (const auto& line : adjusted.lines) EXPECT_EQ(must<SettlementLine>(computed_again(line, small)), line);

  const auto last = must<SettlementLine>(settle_return(return_of(a.of.item, 60'000, 5), adjusted.balance));
  EXPECT_EQ(a.line.net + back.net + adjusted.lines[0].net + adjusted.lines[1].net + last.net, 0);
}

TEST(FeeAdjustment, a_lying_one_is_found_out) {
  const auto a = approved("100000 base=2.3%");
  Contract small = a.of.contract;
  apply_terms("base=0.4%", small);
  const auto made = must<Adjusted>(settle_adjustments(std::vector{a.line}, a.balance, small));
  ASSERT_EQ(made.lines.size(), 1U);
  auto lie = made.lines[0];
  lie.fee_before += 1;
  EXPECT_EQ(code_of_refusal(computed_again(lie, small)), "BAD_SNAPSHOT");
  lie = made.lines[0];
  lie.fee -= 1;
  lie.net += 1;
  EXPECT_NE(must<SettlementLine>(computed_again(lie, small)), lie);
  lie = made.lines[0];
  lie.before->vat += 1;
  EXPECT_NE(must<SettlementLine>(computed_again(lie, small)), lie);
}

TEST(FeeAdjustment, a_missing_line_is_noticed) {
  const auto a = approved("100000 base=2.3%");
  const auto back = must<SettlementLine>(settle_return(return_of(a.of.item, 40'000, 4), a.balance));
  Contract small = a.of.contract;
  apply_terms("base=0.4%", small);
  const auto left = balance_after(a.balance, back);
  EXPECT_EQ(code_of_refusal(settle_adjustments(std::vector{a.line}, left, small)), "BAD_SNAPSHOT");
  EXPECT_EQ(code_of_refusal(settle_adjustments(std::vector{back}, left, small)), "BAD_SNAPSHOT");
  EXPECT_EQ(code_of_refusal(settle_adjustments({}, left, small)), "BAD_SNAPSHOT");
}

TEST(FeeAdjustment, a_line_of_another_approval_is_refused) {
  const auto a = approved("100000 base=2.3%");
  const auto back = must<SettlementLine>(settle_return(return_of(a.of.item, 40'000, 4), a.balance));
  const auto left = balance_after(a.balance, back);
  EXPECT_EQ(code_of_refusal(settle_adjustments(std::vector{a.line, back}, left, a.of.contract)), "settled");
  auto other = back;
  other.item.of_version = 2;
  EXPECT_EQ(code_of_refusal(settle_adjustments(std::vector{a.line, other}, left, a.of.contract)),
            "BAD_SNAPSHOT");
  other.item.of_version = 0;
  EXPECT_EQ(code_of_refusal(settle_adjustments(std::vector{a.line, other}, left, a.of.contract)),
            "BAD_SNAPSHOT");
  other = back;
  other.item.key.payment = PaymentId(RawId{9, 9});
  EXPECT_EQ(code_of_refusal(settle_adjustments(std::vector{a.line, other}, left, a.of.contract)),
            "BAD_SNAPSHOT");
  other = a.line;
  other.item.key.version = 9;
  EXPECT_EQ(code_of_refusal(settle_adjustments(std::vector{a.line, other}, left, a.of.contract)),
            "BAD_SNAPSHOT");
}

}  // namespace
}  // namespace wonjang::settlement
