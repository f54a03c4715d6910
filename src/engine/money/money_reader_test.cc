#include "engine/money/money_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/money/money_rig.h"
#include "testing/money/money_world.h"

namespace wonjang::money {
namespace {

using settlement::LineKey;
using settlement::PayoutId;
using settlement::PayoutState;
using testing::ElementsAre;

constexpr BusinessDate kDay = MoneyWorld::kFirstDay;
const Currency kWon;

BusinessDate day_after(std::int32_t days) { return {kDay.days + days}; }

// A world and what the projection says of it.
class MoneyReaderTest : public testing::Test {
 protected:
  explicit MoneyReaderTest(std::uint32_t books = 1) : world_(books, 11) {}

  const MoneyReader& reader() {
    if (rig_ == nullptr) rig_ = std::make_unique<MoneyRig>(world_.log(), world_.codec());
    Rng rng(3);
    const auto done = rig_->fold_all(rng, 30);
    EXPECT_TRUE(done) << done.error().message;
    reader_.reset();
    snapshot_ = rig_->snapshot();
    reader_ = std::make_unique<MoneyReader>(*snapshot_);
    return *reader_;
  }

  // What a scan gives, all of it.
  template <typename T, typename Scan>
  static std::vector<T> gathered(Scan&& scan) {
    std::vector<T> out;
    const Result<void> done = scan([&](const T& one) -> Result<bool> {
      out.push_back(one);
      return true;
    });
    EXPECT_TRUE(done) << done.error().message;
    return out;
  }
  static std::vector<LineKey> keys(const std::vector<LineSummary>& lines) {
    std::vector<LineKey> out;
    for (const auto& line : lines) out.push_back(line.key);
    return out;
  }
  void expect_line(const LineSummary& found, const LineKey& key) const {
    const OracleLine& line = world_.lines.at(key);
    EXPECT_EQ(found.key, key);
    EXPECT_EQ(found.kind, line.line.item.kind);
    EXPECT_EQ(found.merchant_no, line.merchant);
    EXPECT_EQ(found.approval, line.line.item.approval);
    EXPECT_EQ(found.run, line.run);
    EXPECT_EQ(found.basis, line.line.basis);
    EXPECT_EQ(found.payout_date, line.payout_date);
    EXPECT_EQ(found.gross, line.line.gross);
    EXPECT_EQ(found.fee, line.line.fee);
    EXPECT_EQ(found.fee_vat, line.line.fee_vat);
    EXPECT_EQ(found.net, line.line.net);
    EXPECT_EQ(found.at, line.line.item.at);
    EXPECT_EQ(found.payout, line.payout) << text_of(key);
  }

  MoneyWorld world_;
  std::unique_ptr<MoneyRig> rig_;
  std::unique_ptr<KvSnapshot> snapshot_;
  std::unique_ptr<MoneyReader> reader_;
};

// Worlds that lived by chance, in one book and in four: every question is answered as the plain maps do.
class MoneyReaderOracle : public MoneyReaderTest, public testing::WithParamInterface<std::uint32_t> {
 protected:
  MoneyReaderOracle() : MoneyReaderTest(GetParam()) { world_.live(14, 12); }
};
INSTANTIATE_TEST_SUITE_P(Books, MoneyReaderOracle, testing::Values(1U, 4U));

TEST_P(MoneyReaderOracle, open_items_are_the_movements_without_a_line) {
  ASSERT_GT(world_.open.size(), 3U);
  const auto items =
      gathered<OpenItem>([&](const auto& each) { return reader().open_items(day_after(99), each); });
  ASSERT_EQ(items.size(), world_.open.size());
  for (const auto& item : items) {
    const auto& expected = world_.open.at(item.item.key);
    EXPECT_EQ(item.merchant_no, expected.merchant);
    EXPECT_EQ(item.merchant, world_.merchant(expected.merchant));
    EXPECT_EQ(item.day, expected.day);
    EXPECT_EQ(item.item.kind, expected.item.kind);
    EXPECT_EQ(item.item.amount, expected.item.amount);
    EXPECT_EQ(item.item.of_version, expected.item.of_version);
    EXPECT_EQ(item.item.acquired, expected.item.acquired);
    EXPECT_EQ(item.item.issuer, "61");
    EXPECT_EQ(item.failed, expected.failed);
    const auto one = reader_->open_item(item.item.key);
    ASSERT_TRUE(one && *one);
    EXPECT_EQ((*one)->item, item.item);
    EXPECT_EQ((*one)->failed, item.failed);
  }
  for (const auto& [key, line] : world_.lines) EXPECT_FALSE(reader_->open_item(key).value()) << text_of(key);
  std::size_t before = 0;
  for (const auto& [key, item] : world_.open) before += item.day <= day_after(5) ? 1 : 0;
  const auto some =
      gathered<OpenItem>([&](const auto& each) { return reader_->open_items(day_after(5), each); });
  EXPECT_EQ(some.size(), before);
}

TEST_P(MoneyReaderOracle, every_line_is_found_by_its_key_its_run_and_its_payment) {
  std::set<BusinessDate> runs;
  for (const auto& [key, line] : world_.lines) {
    runs.insert(line.run);
    const auto found = reader().line(key);
    ASSERT_TRUE(found && *found) << text_of(key);
    expect_line(**found, key);
    EXPECT_THAT(keys(reader_->lines_of_payment(key.payment).value()), testing::Contains(key));
  }
  for (const auto run : runs) {
    std::vector<std::pair<std::uint32_t, LineKey>> expected;
    for (const auto& [key, line] : world_.lines) {
      if (line.run == run) expected.emplace_back(line.merchant, key);
    }
    std::sort(expected.begin(), expected.end());
    const auto all = gathered<LineSummary>(
        [&](const auto& each) { return reader_->lines_of_run(run, std::nullopt, std::nullopt, each); });
    ASSERT_EQ(all.size(), expected.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      expect_line(all[i], expected[i].second);
      const auto rest = gathered<LineSummary>(
          [&](const auto& each) { return reader_->lines_of_run(run, std::nullopt, all[i].key, each); });
      EXPECT_EQ(rest.size(), all.size() - i - 1);
    }
  }
}

TEST_P(MoneyReaderOracle, what_is_left_of_an_approval_is_what_the_calculator_left) {
  std::vector<LineKey> asked;
  for (const auto& [key, balance] : world_.balances) asked.push_back(key);
  asked.push_back({PaymentId(RawId{1, 2}), 1, 0});
  const auto found = reader().balances(asked).value();
  for (std::size_t i = 0; i + 1 < asked.size(); ++i) {
    ASSERT_TRUE(found[i]) << text_of(asked[i]);
    EXPECT_EQ(*found[i], world_.balances.at(asked[i])) << text_of(asked[i]);
  }
  EXPECT_FALSE(found.back());
}

TEST_P(MoneyReaderOracle, what_is_due_and_unpaid_is_the_sum_of_its_lines) {
  for (const auto until : {day_after(3), day_after(10), day_after(99)}) {
    std::map<std::uint32_t, Due> expected;
    for (const auto& [key, line] : world_.lines) {
      if (line.payout || line.payout_date == BusinessDate() || line.payout_date > until) continue;
      Due& due = expected[line.merchant];
      due.oldest = due.lines == 0 ? line.payout_date : std::min(due.oldest, line.payout_date);
      due.lines += 1;
      due.net += line.line.net;
    }
    const auto due = reader().due(until).value();
    ASSERT_EQ(due.size(), expected.size());
    for (const auto& one : due) {
      EXPECT_EQ(one.lines, expected.at(one.merchant_no).lines);
      EXPECT_EQ(one.net, expected.at(one.merchant_no).net);
      EXPECT_EQ(one.oldest, expected.at(one.merchant_no).oldest);
      EXPECT_EQ(one.merchant, world_.merchant(one.merchant_no));
      const auto lines = gathered<LineSummary>(
          [&](const auto& each) { return reader_->unpaid_lines(one.merchant_no, kWon, until, each); });
      EXPECT_EQ(lines.size(), one.lines);
      for (const auto& line : lines) expect_line(line, line.key);
    }
  }
}

TEST_P(MoneyReaderOracle, what_a_merchant_is_owed_is_open_items_and_lines_less_what_was_paid) {
  std::map<std::uint32_t, MoneyReader::Unpaid> expected;
  for (const auto& [key, item] : world_.open) {
    const bool is_in = item.item.kind == settlement::LineKind::approval;
    expected[item.merchant].open += is_in ? item.item.amount : -item.item.amount;
  }
  for (const auto& [key, line] : world_.lines) expected[line.merchant].settled += line.line.net;
  for (const auto& [merchant, amount] : world_.paid) expected[merchant].settled -= amount;
  const auto found = reader().unpaid().value();
  EXPECT_EQ(found.size(), expected.size());
  for (const auto& one : found) {
    EXPECT_EQ(one.open, expected.at(one.merchant_no).open);
    EXPECT_EQ(one.settled, expected.at(one.merchant_no).settled);
  }
}

TEST_P(MoneyReaderOracle, payouts_know_their_state_and_their_lines) {
  ASSERT_GT(world_.payouts.size(), 8U);
  std::size_t covered = 0;
  for (const auto& [id, expected] : world_.payouts) {
    const auto found = reader().payout(id).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->requested, expected.requested);
    EXPECT_EQ(found->state, expected.state);
    EXPECT_EQ(found->version, expected.version);
    EXPECT_EQ(found->updates.size(), expected.version - 1);
    EXPECT_EQ(found->merchant_no, expected.merchant);
    std::set<LineKey> lines;
    for (const auto& [key, line] : world_.lines) {
      if (line.payout == id) lines.insert(key);
    }
    covered += lines.size();
    const auto all = gathered<LineSummary>(
        [&](const auto& each) { return reader_->lines_of_payout(id, std::nullopt, each); });
    EXPECT_EQ(all.size(), expected.requested.lines);
    EXPECT_EQ(lines.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_TRUE(lines.contains(all[i].key));
      const auto rest = gathered<LineSummary>(
          [&](const auto& each) { return reader_->lines_of_payout(id, all[i].key, each); });
      EXPECT_EQ(rest.size(), all.size() - i - 1);
    }
  }
  EXPECT_GT(covered, 20U);
  for (const auto& [merchant, standing] : world_.standings) {
    const auto found = reader_->standing(merchant, kWon).value();
    EXPECT_EQ(found.carried, standing.carried);
    EXPECT_EQ(found.kept_back, standing.kept_back);
  }
  std::size_t of_one = 0;
  for (const auto& [id, payout] : world_.payouts) {
    of_one +=
        payout.merchant == 1 && payout.requested.date >= day_after(3) && payout.requested.date < day_after(9);
  }
  const auto some = gathered<PayoutNow>(
      [&](const auto& each) { return reader_->payouts(day_after(3), day_after(9), MerchantNo{1}, each); });
  EXPECT_EQ(some.size(), of_one);
}

TEST_P(MoneyReaderOracle, runs_tell_the_totals_of_their_lines_and_what_failed) {
  std::size_t failed = 0;
  for (const auto& [date, version] : world_.run_versions) {
    const auto run = reader().run(date).value();
    ASSERT_TRUE(run);
    EXPECT_EQ(run->version, version);
    EXPECT_TRUE(run->ever_completed);
    EXPECT_TRUE(run->ended);
    const auto expected = world_.totals_of(date);
    if (expected.lines + expected.failed > 0) {
      EXPECT_THAT(run->totals, ElementsAre(expected));
    }
    EXPECT_EQ(run->failed, expected.failed);
    std::size_t items = 0;
    const auto done =
        reader_->failed_items(date, {}, [&](MerchantNo, const auto& item, std::string_view) -> Result<bool> {
          ++items;
          EXPECT_EQ(world_.failed.at(item.item.key), std::make_pair(date, item.code));
          return true;
        });
    ASSERT_TRUE(done);
    EXPECT_EQ(items, expected.failed);
    failed += items;
  }
  EXPECT_EQ(failed, world_.failed.size());
  EXPECT_EQ(reader_->runs(day_after(0), day_after(99))->size(), world_.run_versions.size());
  const auto& first = world_.run_versions.begin()->first;
  EXPECT_EQ(reader_->runs(first, {first.days + 1})->size(), 1U);
  EXPECT_TRUE(reader_->runs(day_after(0), first)->empty());
  for (const auto& [place, next] : world_.chunks)
    EXPECT_EQ(reader_->next_chunk(place.first, place.second).value(), next);
  EXPECT_EQ(reader_->next_chunk(0, day_after(500)).value(), 0U);
}

TEST_P(MoneyReaderOracle, a_scan_ends_when_it_is_told_to) {
  int calls = 0;
  const auto once = [&](const auto&) -> Result<bool> {
    ++calls;
    return false;
  };
  ASSERT_TRUE(reader().open_items(day_after(99), once));
  ASSERT_TRUE(reader_->lines_of_run(world_.lines.begin()->second.run, std::nullopt, std::nullopt, once));
  ASSERT_TRUE(reader_->payouts(day_after(0), day_after(99), std::nullopt, once));
  for (const auto& [id, payout] : world_.payouts) {
    if (payout.requested.lines == 0) continue;
    ASSERT_TRUE(reader_->lines_of_payout(id, std::nullopt, once));
    break;
  }
  EXPECT_EQ(calls, 4);
}

TEST_F(MoneyReaderTest, a_failed_item_stands_until_it_is_settled) {
  world_.add_merchant();
  const LineKey key{world_.pay(0, 5'000), 1, 0};
  world_.run(kDay, {key});
  EXPECT_EQ(reader().open_item(key).value()->failed, "NO_RATE");
  EXPECT_EQ(reader_->run(kDay).value()->failed, 1U);
  world_.run(day_after(1), {key});
  EXPECT_EQ(reader().run(kDay).value()->failed, 1U) << "it is that day's, who ever tries it again";
  EXPECT_EQ(reader_->run(day_after(1)).value()->failed, 0U);
  world_.run(day_after(1));
  EXPECT_FALSE(reader().open_item(key).value());
  EXPECT_EQ(reader_->run(kDay).value()->failed, 0U);
}

TEST_F(MoneyReaderTest, a_negative_sum_and_one_that_came_back_wait_for_the_next_payout) {
  world_.add_merchant();
  const auto payment = world_.pay(0, 10'000);
  world_.run(kDay);
  const auto first = *world_.pay_out(0, day_after(2));
  world_.update(first, PayoutState::paid);
  world_.update(first, PayoutState::returned);
  EXPECT_THAT(reader().standing(0, kWon)->carried,
              ElementsAre(settlement::CarriedOver{first, world_.payouts.at(first).requested.amount}));
  const auto again = *world_.pay_out(0, day_after(3));
  EXPECT_TRUE(reader().standing(0, kWon)->carried.empty());
  world_.update(again, PayoutState::paid);
  world_.cancel(payment, 3'000);
  world_.run(day_after(1));
  const auto negative = *world_.pay_out(0, day_after(4));
  EXPECT_EQ(reader().payout(negative).value()->state, PayoutState::carried);
  EXPECT_LT(reader_->standing(0, kWon)->carried.at(0).amount, 0);
  EXPECT_LT(reader_->unpaid()->at(0).settled, 0);
}

TEST_F(MoneyReaderTest, reference_data_is_known_from_its_decision_on) {
  world_.add_merchant();
  const auto decide = [&](const settlement::Reference& reference, bool approved) {
    const settlement::ChangeId change(settlement::change_stream(world_.draw()));
    world_.write(change.raw(), {}, settlement::ChangeProposed{change, reference, "please"});
    world_.write(change.raw(), {}, settlement::ChangeDecided{change, approved, reference, "fine"});
    return change;
  };
  auto contract = MoneyWorld::contract_of(world_.merchant(0));
  const auto first = decide(contract, true);
  const auto known_at = world_.now();
  contract.version = 2;
  decide(contract, false);
  contract.merchant = MerchantId(RawId{7, 7});
  decide(contract, true);
  decide(settlement::Hold{world_.merchant(0), true, kDay, "court order"}, true);
  decide(settlement::FundsRatio{kDay, 1'000'000, "the law"}, true);
  decide(settlement::FundsHeld{kDay, "TRUST", "bank", kWon, 5}, true);
  settlement::Calendar calendar;
  calendar.code = "KR";
  calendar.closed.push_back({kDay, settlement::DayKind::holiday, "a day"});
  decide(calendar, true);
  const settlement::ChangeId open(settlement::change_stream(world_.draw()));
  world_.write(open.raw(), {}, settlement::ChangeProposed{open, contract, "wait"});

  const auto contracts = reader().contracts().value();
  ASSERT_EQ(contracts.size(), 2U);
  EXPECT_EQ(contracts[0].value, MoneyWorld::contract_of(world_.merchant(0)));
  EXPECT_EQ(contracts[0].known_at, known_at);
  EXPECT_EQ(contracts[0].change, first);
  EXPECT_EQ(reader_->contracts_of(world_.merchant(0))->size(), 1U);
  EXPECT_EQ(reader_->holds()->at(0).value.reason, "court order");
  EXPECT_EQ(reader_->funds_ratios()->at(0).value.ratio_ppm, 1'000'000);
  EXPECT_EQ(reader_->funds_held()->at(0).value.institution, "bank");
  EXPECT_EQ(reader_->calendars()->at(0).value, calendar);
  EXPECT_TRUE(reader_->canaries()->empty());
  EXPECT_EQ(reader_->changes(/*open_only=*/false, {}, 100)->items.size(), 8U);
  EXPECT_EQ(reader_->changes(/*open_only=*/false, {}, 100)->items.at(0).proposed.change, open);
  const auto waiting = reader_->changes(/*open_only=*/true, {}, 100).value().items;
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].version, 1U);
  const auto page = reader_->changes(/*open_only=*/false, {}, 3).value();
  EXPECT_TRUE(page.has_more);
  EXPECT_EQ(reader_->changes(/*open_only=*/false, page.place, 100)->items.size(), 5U);
  EXPECT_EQ(reader_->contract_page({}, {}, 100)->items.size(), contracts.size());
  const auto one_contract = reader_->contract_page(world_.merchant(0), {}, 1).value();
  EXPECT_EQ(one_contract.items.at(0).change, first);
  EXPECT_FALSE(one_contract.has_more);
  const auto known_by = [&](Instant at) { return reader_->contract_page({}, {}, 100, at)->items.size(); };
  EXPECT_EQ(known_by(known_at), 1U) << "at the very instant it is known";
  EXPECT_EQ(known_by(Instant{known_at.us - 1}), 0U);
  EXPECT_EQ(known_by(contracts[1].known_at), 2U);
  EXPECT_TRUE(reader_->change(first).value()->decided->approved);
}

TEST_F(MoneyReaderTest, a_canary_counts_clean_runs_in_a_row_since_its_newest_version) {
  world_.add_merchant();
  settlement::Canary canary;
  canary.name = "cheaper";
  const auto decide = [&] {
    const settlement::ChangeId change(settlement::change_stream(world_.draw()));
    world_.write(change.raw(), {}, settlement::ChangeProposed{change, canary, ""});
    world_.write(change.raw(), {}, settlement::ChangeDecided{change, true, canary, ""});
  };
  const auto run = [&](BusinessDate date, bool is_alike) {
    const LineKey key{world_.pay(0, 1'000), 1, 0};
    auto body = world_.lines_for({key}, date);
    if (is_alike) {
      body.lines[0].canary = "cheaper";
    } else {
      body.differences.push_back({"cheaper", key, 30, 20, 3, 2, ""});
    }
    world_.write_lines(0, date, body);
  };
  decide();
  run(day_after(0), true);
  run(day_after(1), false);
  run(day_after(2), true);
  run(day_after(3), true);
  settlement::RunStarted started;
  started.date = kDay;
  settlement::RunEnded ended;
  ended.date = kDay;
  ended.outcome = "STOPPED";
  ended.promoted = {"cheaper " + world_.merchant(0).text()};
  world_.write(*settlement::run_stream(kDay), {}, started);
  world_.write(*settlement::run_stream(kDay), {}, ended);
  const auto counts = reader().canary_counts("cheaper").value();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].clean_runs, 2U);
  EXPECT_EQ(counts[0].alike, 3U);
  EXPECT_EQ(counts[0].different, 1U);
  EXPECT_TRUE(counts[0].promoted);
  EXPECT_FALSE(reader_->run(kDay).value()->ever_completed);
  std::uint32_t differences = 0;
  ASSERT_TRUE(reader_->differences(day_after(1), {},
                                   [&](MerchantNo, const auto& one, std::string_view) -> Result<bool> {
                                     differences += one.fee_candidate == 20 ? 1 : 0;
                                     return true;
                                   }));
  EXPECT_EQ(differences, 1U);
  decide();
  EXPECT_TRUE(reader().canary_counts("cheaper")->empty());
}

TEST_F(MoneyReaderTest, files_keep_the_newest_match_of_each_row_and_of_what_only_we_have) {
  world_.add_merchant();
  const auto payment = world_.pay(0, 1'000);
  world_.acquire(payment, "SLIP-1");
  const LineKey ours{payment, 1, 0};
  const settlement::FileId file(settlement::file_stream(world_.draw()));
  settlement::FileImported imported;
  imported.file = file;
  imported.name = "0101.csv";
  imported.acquirer = "31";
  imported.rows = {{1, "A0", "1234", 1'000, 30, kDay, kDay}, {2, "A9", "9999", 5, 0, kDay, kDay}};
  world_.write(file.raw(), {}, imported);
  settlement::FileMatched matched;
  matched.file = file;
  matched.as_of = day_after(1);
  settlement::Match theirs;
  theirs.line_no = 2;
  theirs.state = settlement::MatchState::not_matched;
  theirs.reason = "ONLY_THEIRS";
  settlement::Match only_ours;
  only_ours.ours = {ours};
  only_ours.state = settlement::MatchState::not_matched;
  only_ours.reason = "ONLY_OURS";
  matched.matches = {theirs, only_ours};
  world_.write(file.raw(), {}, matched);
  EXPECT_EQ(reader().breaks({}, 100)->items.size(), 2U);
  EXPECT_EQ(reader_->files({}, 10)->items.at(0).breaks, 2U);
  EXPECT_EQ(reader_->rows_of(file).value(), imported.rows);

  settlement::Match whole;
  whole.line_no = 1;
  whole.ours = {ours};
  whole.state = settlement::MatchState::matched;
  matched.as_of = day_after(2);
  matched.matches = {whole};
  world_.write(file.raw(), {}, matched);
  const auto left = reader().breaks({}, 100).value().items;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].match, theirs);
  EXPECT_EQ(left[0].since, day_after(1));
  EXPECT_EQ(left[0].acquirer, "31");
  EXPECT_EQ(reader_->matches_of(file)->size(), 2U);
  EXPECT_EQ(reader_->files({}, 10)->items.at(0).matched, 1U);

  world_.write(file.raw(), {}, settlement::BreakResolved{file, 2, {}, "another shop's"});
  EXPECT_TRUE(reader().breaks({}, 100)->items.empty());
  EXPECT_EQ(reader_->matches_of(file)->at(1).state, settlement::MatchState::resolved);
  EXPECT_EQ(reader_->files({}, 10)->items.at(0).version, 4U);

  for (const auto* number : {"A0", "SLIP-1"}) {
    const auto found =
        gathered<MoneyReader::Candidate>([&](const auto& each) { return reader_->candidates(number, each); });
    ASSERT_EQ(found.size(), 1U) << number;
    EXPECT_EQ(found[0].key, ours);
    EXPECT_EQ(found[0].slip_no, "SLIP-1");
    EXPECT_EQ(found[0].amount, 1'000);
    EXPECT_EQ(found[0].acquirer, "31");
  }
  EXPECT_TRUE(gathered<MoneyReader::Candidate>([&](const auto& each) {
                return reader_->candidates("A", each);
              }).empty());
}

}  // namespace
}  // namespace wonjang::money
