#include "engine/money/reconcile.h"

#include <algorithm>
#include <map>
#include <optional>

#include "engine/money/journal_reader.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

using settlement::FileKind;
using settlement::FileRow;
using settlement::MatchState;

const BusinessDate kMatchDay = day("2026-11-18");
const Currency kMatchDollar = *Currency::parse("USD");

class Reconcile : public testing::Test {
 protected:
  Reconcile() { merchant_ = rig_.shop(); }

  PaymentId sell(std::int64_t amount, std::string slip, BusinessDate on = kMatchDay, Currency currency = {},
                 std::optional<MethodDetail> method = {}) {
    Sale sale;
    if (method) sale.method = *std::move(method);
    sale.amount = amount;
    sale.at = noon_of(on);
    sale.currency = currency;
    const auto payment = rig_.sell(merchant_, sale);
    rig_.name_slip(payment, on, std::move(slip));
    return payment;
  }
  FileToImport file(std::vector<FileRow> rows, Currency currency = {}) {
    FileToImport out;
    out.file = settlement::FileId(settlement::file_stream(RawId{0x0190'0000'0000'0000ULL, ++files_}));
    out.name = "file-" + std::to_string(files_) + ".csv";
    out.sha256 = "sha-" + std::to_string(files_);
    out.kind = FileKind::deposit;
    out.acquirer = "61";
    out.currency = currency;
    out.rows = std::move(rows);
    return out;
  }
  static FileRow row(std::uint32_t line_no, const char* number, std::int64_t amount,
                     BusinessDate on = kMatchDay) {
    return {line_no, number, "", amount, 0, on, on};
  }
  // Debits less credits of all accounts, in the currency.
  std::map<journal::Account, std::int64_t> balances(Currency currency = {}) {
    std::map<journal::Account, std::int64_t> out;
    const auto now = JournalReader(rig_.snapshot()).now();
    EXPECT_TRUE(now);
    for (const auto& row : now->rows()) {
      if (row.currency == currency)
        out[row.account] = static_cast<std::int64_t>(row.sum.debit - row.sum.credit);
    }
    return out;
  }
  Result<MatchReport> import(const FileToImport& what, const MatchOptions& options = {}) {
    return import_file(rig_.ports(), what, options, rig_.owner());
  }

  MoneyRig rig_;
  MerchantId merchant_;
  std::uint64_t files_ = 0;
};

TEST_F(Reconcile, a_rematch_of_a_dollar_file_books_dollars) {
  const auto dollars = file({row(1, "S-1", 1'000), row(2, "S-2", 2'000)}, kMatchDollar);
  sell(1'000, "S-1", kMatchDay, kMatchDollar);
  const auto first = import(dollars);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->matched, 1U);
  sell(2'000, "S-2", kMatchDay, kMatchDollar);
  const auto again = match_file(rig_.ports(), dollars.file, {}, rig_.owner());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->matched, 2U);

  const auto now = rig_.reader().file(dollars.file).value();
  ASSERT_TRUE(now);
  EXPECT_EQ(now->currency, kMatchDollar);
  EXPECT_EQ(now->matched_amount, 3'000);
  EXPECT_EQ(balances(kMatchDollar)[journal::Account::bank], 3'000);
  EXPECT_FALSE(balances().contains(journal::Account::bank));
}

// The same number and amount in won: found by review, a match across currencies.
TEST_F(Reconcile, a_file_matches_movements_of_its_own_currency_alone) {
  sell(1'000, "S-1");
  const auto dollars = import(file({row(1, "S-1", 1'000)}, kMatchDollar));
  ASSERT_TRUE(dollars);
  EXPECT_EQ(dollars->matched, 0U);
  EXPECT_EQ(dollars->only_ours, 0U) << "a won movement isn't missing in a file of dollars";
  const auto won = import(file({row(1, "S-1", 1'000)}));
  ASSERT_TRUE(won);
  EXPECT_EQ(won->matched, 1U);
}

TEST_F(Reconcile, what_the_acquirer_should_have_named_is_looked_for_on_the_files_days) {
  sell(1'000, "S-1");
  sell(2'000, "S-2");
  sell(3'000, "S-3", {kMatchDay.days - 1});
  sell(4'000, "S-4", {kMatchDay.days + 1});
  const auto report = import(file({row(1, "S-1", 1'000)}));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->only_ours, 1U);
  const auto breaks = rig_.reader().breaks({}, 10).value().items;
  ASSERT_EQ(breaks.size(), 1U);
  EXPECT_EQ(breaks[0].match.reason, "ONLY_OURS");
  EXPECT_EQ(breaks[0].match.amount_delta, -2'000);

  const auto second = import(file({row(1, "S-2", 2'000)}));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->only_ours, 0U) << "what another file named isn't missing in this one";
}

TEST_F(Reconcile, a_rematch_takes_back_what_another_file_named_since) {
  const auto first = file({row(1, "S-1", 1'000)});
  sell(1'000, "S-1");
  sell(2'000, "S-2");
  ASSERT_TRUE(import(first));
  ASSERT_TRUE(import(file({row(1, "S-2", 2'000)})));
  const auto again = match_file(rig_.ports(), first.file, {}, rig_.owner());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->only_ours, 0U);
  EXPECT_TRUE(rig_.reader().breaks({}, 10)->items.empty());
}

TEST_F(Reconcile, more_than_can_be_looked_through_is_refused_before_a_row_is_written) {
  for (int i = 0; i < 5; ++i) sell(1'000 + i, "S-" + std::to_string(i));
  const auto events = rig_.events();
  const auto long_file = file({row(1, "S-0", 1'000), row(2, "S-9", 1'009, {kMatchDay.days - 40})});
  MatchOptions few;
  few.expected_max = 4;
  const auto refused = import(long_file, few);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("fewer days"), std::string::npos) << refused.error().message;
  few.expected_max = 5;
  few.only_ours_max = 3;
  const auto missing = import(long_file, few);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("no row for more than 3"), std::string::npos)
      << missing.error().message;
  EXPECT_EQ(rig_.events(), events) << "nothing was written";
  few.only_ours_max = 4;
  EXPECT_TRUE(import(long_file, few));
}

// Found by review: one mistyped year made every movement of an acquirer a break.
TEST_F(Reconcile, a_wrong_date_in_one_row_is_refused_by_its_line) {
  sell(1'000, "S-1");
  sell(2'000, "S-2", {kMatchDay.days - 100});
  const auto events = rig_.events();
  const auto wrong = import(file({row(1, "S-1", 1'000), row(2, "S-2", 2'000, day("2006-11-18"))}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::invalid);
  EXPECT_NE(wrong.error().message.find("line 2 is of 2006-11-18, line 1 of 2026-11-18"), std::string::npos)
      << wrong.error().message;
  EXPECT_EQ(rig_.events(), events);
}

// Found by review: the corrected file was booked on top of the wrong one.
TEST_F(Reconcile, a_movement_is_booked_by_one_file_of_a_kind) {
  sell(10'000, "A");
  sell(20'000, "B");
  const auto first = import(file({row(1, "A", 10'000), row(2, "B", 20'500)}));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->matched, 1U);
  const auto corrected = import(file({row(1, "A", 10'000), row(2, "B", 20'000)}));
  ASSERT_TRUE(corrected);
  EXPECT_EQ(corrected->matched, 1U);
  EXPECT_EQ(balances()[journal::Account::receivable_card], 0);
  EXPECT_EQ(balances()[journal::Account::bank], 30'000);
  auto other_kind = file({row(1, "A", 10'000), row(2, "B", 20'000)});
  other_kind.kind = FileKind::acquisition;
  const auto acquired = import(other_kind);
  ASSERT_TRUE(acquired);
  EXPECT_EQ(acquired->matched, 2U) << "the acquisition file names them too";
}

// Found by review: what banks and easy-pay providers owe stayed for ever, cards were owed less than nothing.
TEST_F(Reconcile, a_deposit_relieves_the_account_of_who_owed_it) {
  EasyPayDetail wallet;
  wallet.provider = "PAY";
  TransferDetail transfer;
  transfer.bank_code = "088";
  sell(1'000, "CARD");
  sell(50'000, "EASY", kMatchDay, {}, wallet);
  sell(7'000, "BANK", kMatchDay, {}, transfer);
  auto all = file({row(1, "CARD", 1'000), row(2, "EASY", 50'000), row(3, "BANK", 7'000)});
  all.rows[1].fee = 500;
  const auto report = import(all);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->matched, 3U);
  auto now = balances();
  EXPECT_EQ(now[journal::Account::receivable_card], 0);
  EXPECT_EQ(now[journal::Account::receivable_easy_pay], 0);
  EXPECT_EQ(now[journal::Account::receivable_transfer], 0);
  EXPECT_EQ(now[journal::Account::bank], 57'500);
  EXPECT_EQ(now[journal::Account::acquirer_fees], 500);
  const auto again = match_file(rig_.ports(), all.file, {}, rig_.owner());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(balances(), now) << "matched again, nothing moves";
}

// Found by review: the twin of a row's break came back at every second match, whatever a person had said.
TEST_F(Reconcile, a_persons_word_on_what_is_missing_outlives_matches) {
  const auto payment = sell(1'000, "A");
  const auto what = file({row(1, "X", 5)});
  ASSERT_TRUE(import(what));
  auto breaks = rig_.reader().breaks({}, 10).value().items;
  ASSERT_EQ(breaks.size(), 2U);
  const LineKey line{payment, 1, 0};
  rig_.must(rig_.put(what.file.raw(), rig_.version_of(what.file.raw()), {}, {}, MoneyRig::admin(), {},
                     {settlement::BreakResolved{what.file, 0, line, "written off"}}));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(match_file(rig_.ports(), what.file, {}, rig_.owner()));
    breaks = rig_.reader().breaks({}, 10).value().items;
    ASSERT_EQ(breaks.size(), 1U) << i;
    EXPECT_EQ(breaks[0].match.line_no, 1U);
    const auto kept = rig_.reader().match_of(what.file, 0, line).value();
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->state, MatchState::resolved);
  }
}

TEST_F(Reconcile, a_row_that_names_a_movement_wrongly_is_one_break) {
  sell(1'000, "A");
  const auto what = file({row(1, "A", 1'500)});
  const auto report = import(what);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->breaks, 1U);
  EXPECT_EQ(report->only_ours, 0U);
  ASSERT_TRUE(match_file(rig_.ports(), what.file, {}, rig_.owner()));
  EXPECT_EQ(rig_.reader().breaks({}, 10)->items.size(), 1U);
}

TEST_F(Reconcile, how_far_apart_rows_may_be_is_kept_with_the_file) {
  sell(1'000, "A");
  const auto what = file({row(1, "A", 1'007, {kMatchDay.days + 5})});
  const auto strict = import(what);
  ASSERT_TRUE(strict);
  EXPECT_EQ(strict->matched, 0U);
  MatchOptions wide;
  wide.tolerance = settlement::MatchTolerance{10, 7};
  const auto matched = match_file(rig_.ports(), what.file, wide, rig_.owner());
  ASSERT_TRUE(matched);
  EXPECT_EQ(matched->matched, 1U);
  EXPECT_EQ(rig_.reader().match_of(what.file, 1, {}).value()->matched_by, "tolerance");
  const auto again = match_file(rig_.ports(), what.file, {}, rig_.owner());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->matched, 1U) << "the file's own tolerance";
  EXPECT_EQ(rig_.reader().file(what.file).value()->tolerance, (settlement::MatchTolerance{10, 7}));
}

// Found by review: it stayed on the account of who owed it for ever, and in no list.
TEST_F(Reconcile, what_a_deposit_misses_within_the_tolerance_is_booked_and_listed) {
  EasyPayDetail wallet;
  wallet.provider = "PAY";
  sell(10'000, "SHORT");
  sell(5'000, "EVEN");
  sell(50'000, "MORE", kMatchDay, {}, wallet);
  auto what = file({row(1, "SHORT", 9'993), row(2, "EVEN", 5'000), row(3, "MORE", 50'003)});
  what.rows[0].fee = 200;
  MatchOptions wide;
  wide.tolerance = settlement::MatchTolerance{10, 3};
  const auto report = import(what, wide);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->matched, 3U);
  EXPECT_EQ(report->within_tolerance, 2U);
  EXPECT_EQ(report->difference, -4);
  auto now = balances();
  EXPECT_EQ(now[journal::Account::receivable_card], 0);
  EXPECT_EQ(now[journal::Account::receivable_easy_pay], 0);
  EXPECT_EQ(now[journal::Account::bank], 9'993 - 200 + 5'000 + 50'003);
  EXPECT_EQ(now[journal::Account::deposit_differences], 4);
  std::int64_t sum = 0;
  for (const auto& [account, balance] : now) sum += balance;
  EXPECT_EQ(sum, 0);

  EXPECT_TRUE(rig_.reader().breaks({}, 10)->items.empty());
  const auto listed = rig_.reader().tolerated({}, 10).value().items;
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].match.amount_delta, -7);
  EXPECT_EQ(listed[0].match.reason, "WITHIN_TOLERANCE");
  EXPECT_EQ(listed[0].match.why, "they say 9993, our movement has 10000: -7 apart, allowed are 10");
  EXPECT_EQ(listed[0].file, what.file);
  EXPECT_EQ(listed[0].kind, FileKind::deposit);
  EXPECT_EQ(listed[1].match.amount_delta, 3);
  const auto stands = rig_.reader().file(what.file).value();
  EXPECT_EQ(stands->tolerated, 2U);
  EXPECT_EQ(stands->difference, -4);
  const auto again = match_file(rig_.ports(), what.file, {}, rig_.owner());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(balances(), now) << "matched again, nothing moves";
  EXPECT_EQ(rig_.reader().tolerated({}, 10).value().items.size(), 2U);
}

TEST_F(Reconcile, a_narrower_tolerance_takes_a_difference_back) {
  sell(10'000, "SHORT");
  const auto what = file({row(1, "SHORT", 9'993)});
  MatchOptions options;
  options.tolerance = settlement::MatchTolerance{10, 3};
  ASSERT_TRUE(import(what, options));
  options.tolerance = settlement::MatchTolerance{5, 3};
  const auto again = match_file(rig_.ports(), what.file, options, rig_.owner());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->within_tolerance, 0U);
  EXPECT_EQ(balances()[journal::Account::receivable_card], 10'000);
  EXPECT_EQ(balances()[journal::Account::bank], 0);
  EXPECT_EQ(balances()[journal::Account::deposit_differences], 0);
  EXPECT_TRUE(rig_.reader().tolerated({}, 10).value().items.empty());
  EXPECT_EQ(rig_.reader().breaks({}, 10)->items.size(), 1U);
}

// A log of before: its events say no difference, and fold to what they folded to. The next match books it.
TEST_F(Reconcile, a_difference_that_was_never_booked_is_booked_by_the_next_match) {
  const auto payment = sell(10'000, "SHORT");
  const auto what = file({row(1, "SHORT", 9'993)});
  settlement::FileImported imported;
  imported.file = what.file;
  imported.name = what.name;
  imported.sha256 = what.sha256;
  imported.kind = what.kind;
  imported.acquirer = what.acquirer;
  imported.rows_total = 1;
  imported.rows = what.rows;
  settlement::FileMatched before;
  before.file = what.file;
  before.kind = what.kind;
  before.acquirer = what.acquirer;
  before.as_of = kMatchDay;
  before.matched_amount = 9'993;
  before.deposits = {{1110, 9'993, 0, 0, 0}};
  before.tolerance_amount = 10;
  before.tolerance_days = 3;
  before.matches = {{1, {LineKey{payment, 1, 0}}, MatchState::matched, "", "tolerance", -7, 0, ""}};
  rig_.must(rig_.put(what.file.raw(), 0, {}, {}, MoneyRig::admin(), {}, {imported, before}));
  EXPECT_EQ(balances()[journal::Account::receivable_card], 7);
  EXPECT_FALSE(balances().contains(journal::Account::deposit_differences));
  EXPECT_TRUE(rig_.reader().tolerated({}, 10).value().items.empty());

  const auto again = match_file(rig_.ports(), what.file, {}, rig_.owner());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(balances()[journal::Account::receivable_card], 0);
  EXPECT_EQ(balances()[journal::Account::bank], 9'993);
  EXPECT_EQ(balances()[journal::Account::deposit_differences], 7);
  EXPECT_EQ(rig_.reader().tolerated({}, 10).value().items.size(), 1U);
}

TEST_F(Reconcile, a_movement_tells_which_rows_took_it) {
  const auto payment = sell(10'000, "SHORT");
  const auto what = file({row(4, "SHORT", 9'993)});
  MatchOptions wide;
  wide.tolerance = settlement::MatchTolerance{10, 3};
  ASSERT_TRUE(import(what, wide));
  const auto rows = rig_.reader().rows_matched_with({payment, 1, 0});
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().file.file, what.file);
  EXPECT_EQ(rows->front().row.line_no, 4U);
  EXPECT_EQ(rows->front().match.amount_delta, -7);
  EXPECT_TRUE(rig_.reader().rows_matched_with({payment, 2, 0})->empty());
}

TEST_F(Reconcile, an_import_that_broke_off_is_done_by_the_same_file_again) {
  std::vector<FileRow> rows;
  for (std::uint32_t i = 1; i <= 2'500; ++i)
    rows.push_back(row(i, ("S-" + std::to_string(i)).c_str(), 1'000 + i));
  sell(1'001, "S-1");
  const auto what = file(rows);
  rig_.sink.fail_after(2);
  ASSERT_FALSE(import(what));
  rig_.sink.heal();
  const auto report = import(what);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->rows, 2'500U);
  EXPECT_EQ(report->matched, 1U);
  EXPECT_EQ(rig_.reader().rows_of(what.file)->size(), 2'500U);
  EXPECT_EQ(rig_.reader().file(what.file).value()->matched_amount, 1'001);
}

}  // namespace
}  // namespace wonjang::money
