// Breaks over days: how old they are, what explains them, and what a person said about them, however often
// the file is matched again.
#include <algorithm>
#include <map>

#include "engine/money/journal_reader.h"
#include "engine/money/reconcile.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

using settlement::FileKind;
using settlement::FileRow;
using settlement::MatchState;

const BusinessDate kBreakDay = day("2026-11-18");
const BusinessDate kImported = day("2026-11-20");

class ReconcileBreaks : public testing::Test {
 protected:
  ReconcileBreaks() : merchant_(rig_.shop()) { rig_.clock.set(noon_of(kImported)); }

  PaymentId sell(std::int64_t amount, std::string slip) {
    const auto payment = rig_.sell(merchant_, amount, kBreakDay);
    rig_.name_slip(payment, kBreakDay, std::move(slip));
    return payment;
  }
  void import(std::vector<FileRow> rows) {
    FileToImport what;
    what.file = file_;
    what.name = "deposits.csv";
    what.sha256 = "sha";
    what.kind = FileKind::deposit;
    what.acquirer = "61";
    what.rows = std::move(rows);
    const auto report = import_file(rig_.ports(), what, {}, rig_.owner());
    ASSERT_TRUE(report) << report.error().message;
  }
  MatchReport match(const settlement::MatchTolerance& tolerance = {}) {
    MatchOptions options;
    options.tolerance = tolerance;
    const auto report = match_file(rig_.ports(), file_, options, rig_.owner());
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : MatchReport();
  }
  static FileRow row(std::uint32_t line_no, const char* number, std::int64_t amount, std::int64_t fee = 0) {
    return {line_no, number, "", amount, fee, kBreakDay, kBreakDay};
  }
  void resolve(std::uint32_t line_no, const char* why) {
    MoneyRig::must(rig_.put(file_.raw(), rig_.version_of(file_.raw()), {}, {}, MoneyRig::admin(), {},
                            {settlement::BreakResolved{file_, line_no, {}, why}}));
  }
  // reason -> age on `today`
  std::map<std::string, std::int32_t> ages(BusinessDate today) {
    std::map<std::string, std::int32_t> out;
    const auto breaks = rig_.reader().breaks({}, 100).value().items;
    for (const auto& one : breaks) out[one.match.reason] = settlement::age_days(one.since, today);
    return out;
  }
  std::int64_t in_the_bank() {
    std::int64_t out = 0;
    const auto balance = JournalReader(rig_.snapshot()).now();
    EXPECT_TRUE(balance && balance->is_balanced());
    for (const auto& row : balance->rows())
      if (row.account == journal::Account::bank) out += static_cast<std::int64_t>(balance_of(row));
    return out;
  }

  MoneyRig rig_;
  const MerchantId merchant_;
  const settlement::FileId file_{settlement::file_stream(RawId{0x0190'0000'0000'0000ULL, 1})};
};

TEST_F(ReconcileBreaks, a_break_is_as_old_as_when_it_was_first_seen_however_often_it_is_matched_again) {
  sell(1'000, "S-1");
  sell(2'000, "S-2");
  import({row(2, "S-1", 990), row(3, "X-9", 5'000)});
  using Ages = std::map<std::string, std::int32_t>;
  EXPECT_EQ(ages(kImported), (Ages{{"AMOUNT_DIFF", 0}, {"ONLY_THEIRS", 0}, {"ONLY_OURS", 0}}));
  rig_.clock.set(noon_of(day("2026-11-23")));
  match();
  EXPECT_EQ(ages(day("2026-11-23")), (Ages{{"AMOUNT_DIFF", 3}, {"ONLY_THEIRS", 3}, {"ONLY_OURS", 3}}));
  // What comes to be matched and falls out again is new.
  match({.amount = 10});
  EXPECT_EQ(ages(day("2026-11-23")), (Ages{{"ONLY_THEIRS", 3}, {"ONLY_OURS", 3}}));
  rig_.clock.set(noon_of(day("2026-11-25")));
  match();
  EXPECT_EQ(ages(day("2026-11-25")), (Ages{{"AMOUNT_DIFF", 0}, {"ONLY_THEIRS", 5}, {"ONLY_OURS", 5}}));
}

TEST_F(ReconcileBreaks, each_says_what_was_tried_and_by_how_much_it_missed) {
  sell(1'000, "S-1");
  sell(2'000, "S-2");
  import({row(2, "S-1", 900), row(3, "X-9", 5'000)});
  const auto breaks = rig_.reader().breaks({}, 100).value().items;
  ASSERT_EQ(breaks.size(), 3U);
  std::map<std::string, std::string> why;
  for (const auto& one : breaks) why[one.match.reason] = one.match.why;
  EXPECT_EQ(
      why["AMOUNT_DIFF"],
      "exact, date, tolerance: the nearest movement of number S-1 has 1000 on 2026-11-18, they say 900 on "
      "2026-11-18: -100 and 0 days apart, allowed are 0 and 3");
  EXPECT_EQ(why["ONLY_THEIRS"], "no movement of ours has the number X-9");
  EXPECT_EQ(why["ONLY_OURS"], "the file speaks of 2026-11-18 and has no row for it");
}

TEST_F(ReconcileBreaks, a_tolerance_moves_money_by_what_arrived_and_without_it_the_money_goes_back) {
  sell(1'000, "S-1");
  import({row(2, "S-1", 990, 20)});
  EXPECT_EQ(in_the_bank(), 0);
  EXPECT_EQ(match({.amount = 9}).matched, 0U);
  EXPECT_EQ(match({.amount = 10}).matched, 1U);
  EXPECT_EQ(in_the_bank(), 970);
  const auto matches = rig_.reader().matches_of(file_).value();
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].matched_by, "tolerance");
  EXPECT_EQ(matches[0].amount_delta, -10);
  EXPECT_EQ(match().matched, 0U);
  EXPECT_EQ(in_the_bank(), 0);
}

TEST_F(ReconcileBreaks, a_persons_word_stays_until_the_row_matches) {
  import({row(2, "S-1", 1'000)});
  resolve(2, "a test card");
  match();
  auto matches = rig_.reader().matches_of(file_).value();
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].state, MatchState::resolved);
  EXPECT_NE(matches[0].why.find("a test card"), std::string::npos);
  EXPECT_TRUE(rig_.reader().breaks({}, 10)->items.empty());

  sell(1'000, "S-1");
  EXPECT_EQ(match().matched, 1U);
  matches = rig_.reader().matches_of(file_).value();
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].state, MatchState::matched);
  EXPECT_EQ(in_the_bank(), 1'000);
}

TEST_F(ReconcileBreaks, breaks_and_rows_are_leafed_through_and_none_is_missed_or_shown_twice) {
  sell(1'000, "S-1");
  sell(2'000, "S-2");
  import({row(2, "S-1", 990), row(3, "X-9", 5'000), row(4, "X-8", 6'000)});
  const auto reader = rig_.reader();
  for (const std::size_t limit : {1U, 2U, 3U, 4U, 5U}) {
    std::vector<std::string> seen;
    std::string place;
    for (bool goes_on = true; goes_on;) {
      const auto page = reader.breaks(place, limit).value();
      EXPECT_LE(page.items.size(), limit);
      for (const auto& one : page.items) {
        seen.push_back(one.match.reason + std::to_string(one.match.line_no));
        EXPECT_EQ(one.currency, Currency());
      }
      place = page.place;
      goes_on = page.has_more;
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, (std::vector<std::string>{"AMOUNT_DIFF2", "ONLY_OURS0", "ONLY_THEIRS3", "ONLY_THEIRS4"}))
        << limit;
    std::string rows;
    place.clear();
    for (bool goes_on = true; goes_on;) {
      const auto page = reader.file_page(file_, place, limit).value();
      EXPECT_LE(page.items.size(), limit);
      for (const auto& one : page.items) {
        ASSERT_TRUE(one.match);
        rows += one.row ? std::to_string(one.row->line_no) : "ours";
        rows += ' ';
      }
      place = page.place;
      goes_on = page.has_more;
    }
    EXPECT_EQ(rows, "2 3 4 ours ") << limit;
  }
  const auto theirs = reader.breaks({}, 10, "ONLY_THEIRS").value();
  EXPECT_EQ(theirs.items.size(), 2U);
  EXPECT_FALSE(theirs.has_more);
}

}  // namespace
}  // namespace wonjang::money
