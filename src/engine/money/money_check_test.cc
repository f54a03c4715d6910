#include "engine/money/money_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/money/money_rig.h"
#include "testing/money/money_world.h"

namespace wonjang::money {
namespace {

using testing::HasSubstr;

class MoneyCheck : public testing::Test {
 protected:
  MoneyCheck() : world_(2, 21) {
    world_.live(8, 8);
    add_house_events();
    rig_ = std::make_unique<MoneyRig>(world_.log(), world_.codec());
    Rng rng(4);
    const auto done = rig_->fold_all(rng, 20);
    EXPECT_TRUE(done) << done.error().message;
  }

  // What life alone doesn't leave: reference data, a canary, a file.
  void add_house_events() {
    const settlement::ChangeId change(settlement::change_stream(world_.draw()));
    settlement::Canary canary;
    canary.name = "cheaper";
    world_.write(change.raw(), {}, settlement::ChangeProposed{change, canary, ""});
    world_.write(change.raw(), {}, settlement::ChangeDecided{change, true, canary, ""});
    const settlement::FileId file(settlement::file_stream(world_.draw()));
    settlement::FileImported imported;
    imported.file = file;
    imported.rows = {{1, "A0", "1234", 1'000, 30, {1}, {1}}};
    world_.write(file.raw(), {}, imported);
    settlement::FileMatched matched;
    matched.file = file;
    matched.matches.emplace_back();
    matched.matches[0].line_no = 1;
    world_.write(file.raw(), {}, matched);
    const auto& [key, item] = *world_.open.begin();
    settlement::LinesRecorded failing;
    failing.failed.push_back({item.item, "NO_RATE", "as the test wishes"});
    world_.write_lines(item.merchant, {item.day.days + 1}, failing);
  }

  Result<MoneyReport> check() {
    const auto spaces = money_spaces();
    auto empty = MemoryKv::open(std::make_shared<MemoryKvDisk>(), {spaces.begin(), spaces.end()});
    const auto stored = rig_->snapshot();
    return money_check({world_.log(), world_.codec(), *stored}, **empty);
  }
  // Changes one record, and changes it back at the end.
  MoneyReport damaged(KvSpace space, const std::string& key, const std::optional<std::string>& value) {
    const auto before = rig_->snapshot()->get(space, key).value();
    write(space, key, value);
    auto report = check();
    write(space, key, before);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : MoneyReport();
  }
  void write(KvSpace space, const std::string& key, const std::optional<std::string>& value) {
    KvBatch batch;
    if (value) {
      batch.put(space, key, *value);
    } else {
      batch.remove(space, key);
    }
    ASSERT_TRUE(rig_->store().write(batch));
  }

  MoneyWorld world_;
  std::unique_ptr<MoneyRig> rig_;
};

TEST_F(MoneyCheck, a_store_that_says_what_the_log_says_is_sound) {
  const auto report = check();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->is_sound()) << (report->differences.empty() ? report->stopped
                                                                  : report->differences[0].what);
  std::uint64_t records = 0;
  for (const auto count : report->records) records += count;
  EXPECT_EQ(records, rig_->content().size());
}

TEST_F(MoneyCheck, damage_of_any_space_is_named_by_space_and_key) {
  std::map<KvSpace, std::vector<std::pair<std::string, std::string>>> records;
  for (const auto& [key, value] : rig_->content()) records[key.first].emplace_back(key.second, value);
  for (KvSpace space = 1; space < kSpaceCount; ++space) {
    ASSERT_FALSE(records[space].empty()) << "the world leaves nothing in " << money_spaces()[space].name;
    // Positions say how far to look: a test of their own.
    std::erase_if(records[space], [&](const auto& one) {
      return space == kHouse && one.first[0] == static_cast<char>(Table::seen);
    });
    const auto& [key, value] = records[space][records[space].size() / 2];
    const std::string words = describe_key(space, key);
    const auto lost = damaged(space, key, std::nullopt);
    ASSERT_EQ(lost.differences.size(), 1U) << words;
    EXPECT_EQ(lost.differences[0].space, space);
    EXPECT_EQ(lost.differences[0].what, words + ": missing in money");
    const auto changed = damaged(space, key, value + "x");
    ASSERT_EQ(changed.differences.size(), 1U) << words;
    EXPECT_THAT(changed.differences[0].what, HasSubstr(words + ": different: money has"));
    const auto foreign = damaged(space, key + "x", value);
    ASSERT_EQ(foreign.differences.size(), 1U) << words;
    EXPECT_THAT(foreign.differences[0].what, HasSubstr("the log doesn't give it"));
  }
  EXPECT_TRUE(check()->is_sound());
}

// A count that is too small would leave items unsettled, silently.
TEST_F(MoneyCheck, a_count_of_open_items_with_one_byte_flipped_is_named) {
  std::size_t days = 0;
  for (const auto& [key, value] : rig_->content()) {
    if (key.first != kSums || key.second[0] != static_cast<char>(Table::open_count)) continue;
    ++days;
    std::string flipped = value;
    flipped[0] ^= 2;
    const auto report = damaged(kSums, key.second, flipped);
    ASSERT_EQ(report.differences.size(), 1U);
    EXPECT_THAT(report.differences[0].what, HasSubstr("open_count, day "));
  }
  EXPECT_GT(days, 0U);
}

TEST_F(MoneyCheck, positions_beyond_the_log_are_named) {
  const auto key = Key(Table::seen).number(1).bytes();
  const auto report = damaged(kHouse, key, encoded(Position{1'000'000}));
  ASSERT_FALSE(report.differences.empty());
  EXPECT_THAT(report.differences[0].what, HasSubstr("but the log ends at"));
}

TEST_F(MoneyCheck, a_line_whose_movement_never_came_is_named) {
  auto body = world_.lines_for({world_.open.begin()->first}, {world_.kFirstDay.days + 30});
  body.lines[0].item.key.version += 7;
  world_.write_lines(world_.open.begin()->second.merchant, body.date, body);
  Rng rng(1);
  ASSERT_TRUE(rig_->fold_all(rng, 20));
  const auto report = check();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->differences.size(), 1U);
  EXPECT_THAT(report->differences[0].what, HasSubstr("a line settles what no event of the log moved"));
}

TEST_F(MoneyCheck, a_run_that_says_another_sum_than_its_lines_is_named) {
  const auto date = world_.lines.begin()->second.run;
  settlement::RunStarted started;
  started.date = date;
  settlement::RunEnded ended;
  ended.date = date;
  ended.after = {world_.totals_of(date)};
  ended.after[0].net += 1;
  world_.write(*settlement::run_stream(date), {}, started);
  world_.write(*settlement::run_stream(date), {}, ended);
  Rng rng(1);
  ASSERT_TRUE(rig_->fold_all(rng, 20));
  const auto report = check();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->differences.size(), 1U);
  EXPECT_THAT(report->differences[0].what, HasSubstr("the run ended with"));
}

TEST_F(MoneyCheck, a_check_that_is_given_up_says_so) {
  const auto spaces = money_spaces();
  auto empty = MemoryKv::open(std::make_shared<MemoryKvDisk>(), {spaces.begin(), spaces.end()});
  const auto stored = rig_->snapshot();
  const auto report = money_check({world_.log(), world_.codec(), *stored}, **empty,
                                  {.batch_units = 3, .go_on = [](std::uint64_t) { return false; }});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace wonjang::money
