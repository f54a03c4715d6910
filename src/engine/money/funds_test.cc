#include "engine/money/funds.h"

#include "engine/money/payout_file.h"
#include "engine/money/payout_results.h"
#include "engine/money/payout_run.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kFundsDay = day("2026-11-16");
const BusinessDate kFundsPaid = day("2026-11-18");
const BusinessDate kToday = day("2026-11-20");  // of the rig's clock

// Every row is the sum of its lines.
void expect_drill_down(MoneyRig& rig) {
  const auto position = funds_position(rig.reader(), kToday);
  ASSERT_TRUE(position);
  for (const auto& row : position->rows) {
    const auto lines = funds_lines(rig.reader(), row.merchant_no, row.currency, 100);
    ASSERT_TRUE(lines);
    EXPECT_EQ(lines->sum, row.approved_unpaid);
  }
}

TEST(Funds, a_row_is_what_is_not_paid_yet_and_sums_up_from_its_lines) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  rig.approve(settlement::FundsRatio{day("2026-01-01"), 600'000, "guideline"});
  const auto row = [&]() -> int128 {
    const auto position = funds_position(rig.reader(), kToday);
    return position && !position->rows.empty() ? position->rows[0].approved_unpaid : 0;
  };
  const auto first = rig.sell(merchant, 10'001, kFundsDay);
  EXPECT_EQ(row(), 10'001);
  rig.must_run(kFundsDay);
  EXPECT_EQ(row(), 10'001 - 275);
  expect_drill_down(rig);
  rig.sell(merchant, 500, day("2026-11-17"));
  rig.cancel(first, 100, day("2026-11-17"));
  expect_drill_down(rig);

  PayoutOptions options;
  options.date = kFundsPaid;
  options.owner = rig.owner();
  ASSERT_TRUE(run_payouts(rig.ports(), options));
  EXPECT_EQ(row(), 10'001 - 275 + 400) << "requested isn't paid";
  expect_drill_down(rig);
  const auto file = send_payouts(rig.ports(), kFundsPaid, "file", rig.owner());
  ASSERT_TRUE(file);
  const auto id = file->csv.substr(file->csv.find("pyo_"), 30);
  const auto results = parse_payout_results("payout_id,state\n" + id + ",PAID\n");
  ASSERT_TRUE(results && apply_payout_results(rig.ports(), *results, "bank", rig.owner()));
  EXPECT_EQ(row(), 400);
  expect_drill_down(rig);
}

// Found by review: the drill-down ended before the lines that no day pays, its sum was less than the row's.
TEST(Funds, lines_that_no_day_pays_stand_below_their_row_too) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  auto manual = MoneyRig::contract(merchant);
  manual.version = 2;
  manual.cycle.kind = settlement::CycleKind::manual;
  rig.approve(manual);
  rig.sell(merchant, 10'001, kFundsDay);
  rig.must_run(kFundsDay);

  const auto position = funds_position(rig.reader(), kToday);

  ASSERT_TRUE(position);
  ASSERT_EQ(position->rows.size(), 1U);
  EXPECT_EQ(position->rows[0].approved_unpaid, 10'001 - 275);
  const auto lines = funds_lines(rig.reader(), position->rows[0].merchant_no, {}, 100);
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->lines.size(), 1U);
  expect_drill_down(rig);
}

TEST(Funds, what_must_lie_outside_is_rounded_up_and_the_gap_is_what_is_missing) {
  MoneyRig rig;
  const auto creditor = rig.shop();
  const auto debtor = rig.shop();
  rig.approve(settlement::FundsRatio{day("2026-01-01"), 600'000, "guideline"});
  rig.approve(settlement::FundsRatio{day("2027-12-17"), 800'000, "law"});
  rig.approve(settlement::FundsHeld{day("2026-11-17"), "TRUST", "bank-a", {}, 1'000});
  rig.approve(settlement::FundsHeld{day("2026-11-18"), "TRUST", "bank-a", {}, 4'000});
  rig.approve(settlement::FundsHeld{day("2026-11-18"), "DEPOSIT", "bank-b", {}, 1'000});
  rig.approve(settlement::FundsHeld{day("2026-12-01"), "DEPOSIT", "bank-b", {}, 99'000});
  rig.sell(creditor, 10'001, kFundsDay);
  const auto sold = rig.sell(debtor, 3'000, kFundsDay);
  rig.must_run(kFundsDay);
  PayoutOptions options;
  options.date = kFundsPaid;
  options.owner = rig.owner();

  const auto position = funds_position(rig.reader(), kToday);

  ASSERT_TRUE(position);
  const std::int64_t unpaid = 10'001 - 275 + 3'000 - 83;
  ASSERT_EQ(position->totals.size(), 1U);
  const auto& total = position->totals[0];
  EXPECT_EQ(total.approved_unpaid, unpaid);
  EXPECT_EQ(total.required, (unpaid * 6 + 9) / 10);
  EXPECT_EQ(total.held, 5'000);
  EXPECT_EQ(total.gap, total.required - 5'000);
  EXPECT_EQ(position->ratio->ratio_ppm, 600'000);
  int128 rows = 0;
  for (const auto& row : position->rows) rows += row.approved_unpaid;
  EXPECT_EQ(rows, total.approved_unpaid);
  expect_drill_down(rig);
  rig.cancel(sold, 3'000, day("2026-11-17"));
  expect_drill_down(rig);
}

// The ledger takes amounts of 64 bits one by one; what they come to together is told, not refused.
TEST(Funds, sums_beyond_64_bits_are_told_to_the_won) {
  MoneyRig rig;
  const auto merchant = rig.shop();
  const auto other = rig.shop();
  rig.approve(settlement::FundsRatio{day("2026-01-01"), 600'000, "guideline"});
  constexpr std::int64_t kHuge = 4'000'000'000'000'000'001;
  for (int i = 0; i < 3; ++i) rig.sell(merchant, kHuge, kFundsDay);
  rig.sell(other, 10, kFundsDay);

  const auto position = funds_position(rig.reader(), kToday);

  ASSERT_TRUE(position) << position.error().message;
  ASSERT_EQ(position->rows.size(), 2U);
  EXPECT_EQ(position->rows[0].approved_unpaid, int128{kHuge} * 3);
  EXPECT_EQ(position->rows[0].required, int128{kHuge} * 3 * 6 / 10 + 1);
  EXPECT_EQ(position->rows[1].approved_unpaid, 10);
  EXPECT_EQ(position->totals.at(0).approved_unpaid, int128{kHuge} * 3 + 10);
  EXPECT_NE(funds_report(*position, "p", FundsFormat::v2).find(",12000000000000000013,"), std::string::npos);
  expect_drill_down(rig);
}

TEST(Funds, one_merchants_debt_does_not_pay_another) {
  MoneyRig rig;
  const auto creditor = rig.shop();
  const auto debtor = rig.shop();
  rig.approve(settlement::FundsRatio{day("2026-01-01"), 1'000'000, "law"});
  const auto sold = rig.sell(debtor, 3'000, kFundsDay);
  rig.sell(creditor, 1'000, kFundsDay);
  rig.must_run(kFundsDay);
  PayoutOptions options;
  options.date = kFundsPaid;
  options.owner = rig.owner();
  ASSERT_TRUE(run_payouts(rig.ports(), options));
  const auto file = send_payouts(rig.ports(), kFundsPaid, "file", rig.owner());
  ASSERT_TRUE(file);
  std::string paid = "payout_id,state\n";
  for (auto at = file->csv.find("pyo_"); at != std::string::npos; at = file->csv.find("pyo_", at + 1)) {
    paid += file->csv.substr(at, 30) + ",PAID\n";
  }
  const auto results = parse_payout_results(paid);
  ASSERT_TRUE(results && apply_payout_results(rig.ports(), *results, "bank", rig.owner()));
  rig.cancel(sold, 3'000, day("2026-11-17"));
  rig.sell(creditor, 2'000, day("2026-11-17"));

  const auto position = funds_position(rig.reader(), kToday);

  ASSERT_TRUE(position);
  EXPECT_EQ(position->totals[0].approved_unpaid, -1'000);
  EXPECT_EQ(position->totals[0].counted, 2'000);
  EXPECT_EQ(position->totals[0].required, 2'000);
}

// Two merchants that are owed 10,000 each, of which 60 % must lie outside.
class FundsShared : public testing::Test {
 protected:
  FundsShared() {
    rig_.approve(settlement::FundsRatio{day("2026-01-01"), 600'000, "guideline"});
    rig_.sell(a_, 10'000, kFundsDay);
    rig_.sell(b_, 10'000, kFundsDay);
  }
  void hold(std::int64_t amount, MerchantId merchant = {}) {
    rig_.approve(settlement::FundsHeld{kFundsDay, "TRUST", "bank-a", {}, amount, merchant});
  }
  struct Part {
    int128 own = 0;
    int128 share = 0;
    int128 gap = 0;
  };
  void expect(Part a, Part b, int128 gap, int128 rows_gap, int128 unassigned) {
    const auto position = funds_position(rig_.reader(), kToday);
    ASSERT_TRUE(position);
    ASSERT_EQ(position->rows.size(), 2U);
    const Part wanted[] = {a, b};
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(position->rows[i].own, wanted[i].own) << "of merchant " << i;
      EXPECT_EQ(position->rows[i].share, wanted[i].share) << "of merchant " << i;
      EXPECT_EQ(position->rows[i].gap, wanted[i].gap) << "of merchant " << i;
    }
    EXPECT_EQ(position->totals[0].gap, gap);
    EXPECT_EQ(position->totals[0].rows_gap, rows_gap);
    EXPECT_EQ(position->totals[0].unassigned, unassigned);
  }

  MoneyRig rig_;
  MerchantId a_ = rig_.shop();
  MerchantId b_ = rig_.shop();
};

TEST_F(FundsShared, what_is_held_for_all_is_shared_by_what_is_owed) {
  hold(5'001);
  expect({0, 2'501, 3'499}, {0, 2'500, 3'500}, 6'999, 6'999, 0);
  hold(12'000);  // the later word of the same account
  expect({0, 6'000, 0}, {0, 6'000, 0}, 0, 0, 0);
  hold(21'000);
  expect({0, 10'000, 0}, {0, 10'000, 0}, 0, 0, 1'000);
}

TEST_F(FundsShared, it_goes_first_where_it_is_required_and_missing) {
  hold(6'000, a_);
  expect({6'000, 0, 0}, {0, 0, 6'000}, 6'000, 6'000, 0);
  hold(6'000);
  expect({6'000, 0, 0}, {0, 6'000, 0}, 0, 0, 0);
  hold(9'000);  // what is over covers what is owed and not required
  expect({6'000, 1'500, 0}, {0, 7'500, 0}, 0, 0, 0);
  hold(20'000);
  expect({6'000, 4'000, 0}, {0, 10'000, 0}, 0, 0, 6'000);
}

TEST_F(FundsShared, one_merchants_account_does_not_cover_another) {
  hold(15'000, a_);
  expect({15'000, 0, 0}, {0, 0, 6'000}, 0, 6'000, 0);
  hold(0, a_);
  hold(700, rig_.shop());  // that is owed nothing
  expect({0, 0, 6'000}, {0, 0, 6'000}, 11'300, 12'000, 700);
}

TEST_F(FundsShared, without_a_ratio_nothing_is_missing_and_all_is_shared_by_what_is_owed) {
  rig_.approve(settlement::FundsRatio{day("2026-01-02"), 0, "none"});
  hold(3'000, a_);
  hold(3'400);
  expect({3'000, 1'400, 0}, {0, 2'000, 0}, 0, 0, 0);
}

}  // namespace
}  // namespace wonjang::money
