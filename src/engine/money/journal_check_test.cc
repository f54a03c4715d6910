#include "engine/money/journal_check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/journal/journal_world.h"

namespace wonjang::money {
namespace {

using testing::JournalStore;
using testing::JournalWorld;

constexpr std::uint32_t kMarks16 = 16;

Result<JournalReport> checked(const JournalWorld& world, const JournalStore& store) {
  const auto snapshot = store.snapshot();
  return check_journal({world.log(), world.codec(), *snapshot, world.log().tails()},
                       {.mark_every = kMarks16});
}

// A store with other content than `original`: one record put, or removed.
void put_content(JournalStore& store, const JournalStore::Content& content) {
  KvBatch batch;
  for (const auto& [key, value] : content) batch.put(key.first, key.second, value);
  store.write(batch);
}

TEST(JournalCheck, what_was_folded_is_what_the_log_says) {
  for (const std::uint32_t books : {1U, 4U}) {
    const JournalWorld world({.seed = 21, .books = books});
    JournalStore store;
    store.fold(world, {.units_max = 33, .random_cuts = true, .mark_every = kMarks16});
    const auto report = checked(world, store);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->ok()) << report->first->what;
    const auto entries = testing::entries_of(world);
    EXPECT_EQ(report->entries, entries.size());
    EXPECT_EQ(report->events, world.events().size());
    EXPECT_EQ(report->balance, testing::balance_of(entries, [](const auto&) { return true; }));
  }
}

TEST(JournalCheck, looks_only_at_what_was_seen) {
  JournalWorld world({.seed = 22, .books = 2});
  JournalStore store;
  store.fold(world, {.mark_every = kMarks16});
  const LogPositions seen = world.log().tails();
  settlement::PayoutRequested payout;
  payout.amount = 1;
  world.add_event(1, settlement::HouseStream::payout, payout);
  const auto snapshot = store.snapshot();
  const auto report = check_journal({world.log(), world.codec(), *snapshot, seen}, {.mark_every = kMarks16});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok()) << report->first->what;
  const auto further = checked(world, store);
  ASSERT_TRUE(further);
  ASSERT_FALSE(further->ok());
  EXPECT_NE(further->first->what.find("is missing"), std::string::npos) << further->first->what;
}

// Every kind of record, at several places of its value and of its key: the difference lies in its space.
TEST(JournalCheck, one_flipped_byte_of_any_record_is_named) {
  const JournalWorld world({.seed = 23, .payments = 60, .books = 2});
  JournalStore store;
  store.fold(world, {.mark_every = kMarks16});
  const auto content = store.content();
  Rng rng(23);
  std::array<int, 5> tried{};
  for (const auto& [key, value] : content) {
    const auto space = key.first;
    const bool is_head = space == kMarks && decode_journal_key(key.second)->position == kHeadOfBook;
    if (!is_head && space != kMarks && !rng.chance(15)) continue;
    ++tried[space];
    for (const bool in_key : {false, true}) {
      auto damaged = content;
      damaged.erase(key);
      std::string new_key = key.second;
      std::string new_value = value;
      std::string& bytes = in_key ? new_key : new_value;
      char& byte = bytes[rng.below(bytes.size())];
      byte = static_cast<char>(byte ^ static_cast<char>(1U << rng.below(8)));
      damaged[{space, new_key}] = new_value;
      if (damaged.size() != content.size()) continue;  // it became another record's key
      JournalStore other;
      put_content(other, damaged);
      const auto report = checked(world, other);
      ASSERT_TRUE(report) << report.error().message;
      ASSERT_FALSE(report->ok()) << "space " << int{space} << (in_key ? " key" : " value");
      ASSERT_EQ(report->first->space, space) << report->first->what;
      ASSERT_FALSE(report->first->what.empty());
      if (!in_key && space != kJournalOfStream) {
        ASSERT_EQ(report->first->key, key.second) << report->first->what;
      }
    }
  }
  for (const KvSpace space : {kJournal, kBalances, kMarks, kJournalOfStream})
    EXPECT_GT(tried[space], 3) << int{space};
}

TEST(JournalCheck, a_record_that_is_missing_or_foreign_is_named) {
  const JournalWorld world({.seed = 24, .payments = 60});
  JournalStore store;
  store.fold(world, {.mark_every = kMarks16});
  const auto content = store.content();
  for (const KvSpace space : {kJournal, kBalances, kMarks, kJournalOfStream}) {
    for (const bool last : {false, true}) {
      auto damaged = content;
      auto at = damaged.lower_bound({space, {}});
      if (last) at = std::prev(damaged.lower_bound({static_cast<KvSpace>(space + 1), {}}));
      const std::string key = at->first.second;
      damaged.erase(at);
      JournalStore other;
      put_content(other, damaged);
      const auto report = checked(world, other);
      ASSERT_TRUE(report) << report.error().message;
      ASSERT_FALSE(report->ok());
      EXPECT_EQ(report->first->space, space);
      EXPECT_EQ(report->first->key, key) << report->first->what;
      EXPECT_NE(report->first->what.find("is missing"), std::string::npos) << report->first->what;
    }
    auto damaged = content;
    const std::string foreign = space == kBalances
                                    ? journal_balance_key(journal::Account::receivable_cup, {}, {99})
                                : space == kJournalOfStream ? journal_stream_key({77, 77}, 5)
                                                            : journal_key(7, 7);
    damaged[{space, foreign}] = damaged.lower_bound({space, {}})->second;
    JournalStore other;
    put_content(other, damaged);
    const auto report = checked(world, other);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_FALSE(report->ok());
    EXPECT_EQ(report->first->space, space);
    EXPECT_EQ(report->first->key, foreign) << report->first->what;
  }
}

TEST(JournalCheck, can_be_given_up) {
  const JournalWorld world({.seed = 25, .payments = 60});
  JournalStore store;
  store.fold(world);
  const auto snapshot = store.snapshot();
  const auto report = check_journal({world.log(), world.codec(), *snapshot, world.log().tails()},
                                    {.progress = [](std::uint64_t) { return false; }});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::unavailable);
}

TEST(JournalCheck, a_log_that_was_cut_is_an_error) {
  JournalWorld world({.seed = 26, .payments = 60});
  JournalStore store;
  store.fold(world);
  const LogPositions seen = world.log().tails();
  world.log().cut(0, seen[0] / 2);
  const auto snapshot = store.snapshot();
  const auto report = check_journal({world.log(), world.codec(), *snapshot, seen});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::corrupt);
}

// What was forgotten is read again: a small memory gives the same.
TEST(JournalCheck, money_before_any_event_with_any_memory) {
  const JournalWorld world({.seed = 27, .payments = 80, .house_every = 0});
  MoneyBefore small(world.log(), world.codec(), /*payments_max=*/3);
  std::map<RawId, journal::PaymentMoney> all;
  for (const auto& event : world.events()) {
    if (!is_payment_stream(event.stream)) continue;
    const auto money = small.of(event.stream, event.version);
    ASSERT_TRUE(money) << money.error().message;
    ASSERT_EQ(**money, all[event.stream]);
    fold(all[event.stream], event);
    fold(**money, event);
  }
  EXPECT_EQ(small.of(RawId{std::uint64_t{5} << 16U, 1}, 3).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace wonjang::money
