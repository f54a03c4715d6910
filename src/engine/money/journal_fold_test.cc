#include "engine/money/journal_fold.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "testing/journal/journal_world.h"

namespace wonjang::money {
namespace {

using journal::Account;
using testing::JournalStore;
using testing::JournalWorld;

std::vector<journal::Posting> transfer(std::int64_t amount) {
  return {{Account::bank, Currency(), amount, 0}, {Account::merchants_unsettled, Currency(), 0, amount}};
}

Event event_at(std::uint64_t number, Instant at) {
  Event out;
  out.id = EventId(RawId{8, number});
  out.stream = {8, number};
  out.recorded_at = at;
  out.body = settlement::PayoutRequested{};
  return out;
}

constexpr Instant kTenAtNight{1'795'352'400'000'000};  // 2026-11-22, Seoul

TEST(JournalFold, the_same_log_gives_the_same_content_however_it_is_cut) {
  for (const std::uint32_t books : {1U, 4U}) {
    const JournalWorld world({.seed = 2, .books = books});
    JournalStore one;
    one.fold(world, {.units_max = 1'000'000, .mark_every = 16});
    const auto expected = one.content();
    ASSERT_GT(expected.size(), 1'000U);
    for (const std::uint32_t units_max : {1U, 2U, 7U, 100U}) {
      JournalStore other;
      other.fold(world, {.units_max = units_max, .random_cuts = units_max > 2, .mark_every = 16});
      EXPECT_EQ(other.content(), expected) << books << " books, batches of " << units_max;
    }
  }
}

TEST(JournalFold, how_the_books_are_mixed_does_not_matter) {
  const JournalWorld world({.seed = 4, .books = 4});
  JournalStore mixed;
  mixed.fold(world, {.units_max = 11});

  JournalStore by_book;
  KvBatch out;
  const auto snapshot = by_book.snapshot();
  JournalFold fold(*snapshot, out);
  auto entries = testing::entries_of(world);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.book > b.book; });
  std::map<EventId, Event> events;
  for (auto& event : world.events()) events.emplace(event.id, std::move(event));
  for (const auto& entry : entries)
    ASSERT_TRUE(fold.take(entry.book, entry.position, events.at(entry.event), entry.postings));
  ASSERT_TRUE(fold.finish());
  by_book.write(out);
  EXPECT_EQ(by_book.content(), mixed.content());
}

TEST(JournalFold, holds_exactly_the_entries_of_the_log) {
  const JournalWorld world({.seed = 5, .books = 4});
  JournalStore store;
  store.fold(world);
  std::map<std::pair<KvSpace, std::string>, std::string> expected;
  const auto entries = testing::entries_of(world);
  for (const auto& entry : entries) {
    expected[{kJournal, journal_key(entry.book, entry.position)}] = encode_entry(entry);
    expected[{kJournalOfStream, journal_stream_key(entry.stream, entry.position)}] = encode_book(entry.book);
  }
  std::map<std::pair<KvSpace, std::string>, std::string> stored;
  for (const auto& [key, value] : store.content()) {
    if (key.first == kJournal || key.first == kJournalOfStream) stored[key] = value;
  }
  EXPECT_EQ(stored, expected);
}

TEST(JournalFold, a_mark_stands_behind_every_nth_entry_of_a_book) {
  const JournalWorld world({.seed = 6, .books = 2});
  JournalStore store;
  store.fold(world, {.mark_every = 10});
  std::map<std::uint32_t, std::uint64_t> entries;
  for (const auto& entry : testing::entries_of(world)) ++entries[entry.book];
  std::map<std::uint32_t, std::uint64_t> marks;
  for (const auto& [key, value] : store.content()) {
    if (key.first == kMarks) ++marks[decode_journal_key(key.second)->book];
  }
  for (const auto& [book, count] : entries) EXPECT_EQ(marks[book], count / 10 + 1) << "and the head";
}

TEST(JournalFold, a_day_is_the_business_day_in_seoul) {
  JournalStore store;
  KvBatch out;
  const auto snapshot = store.snapshot();
  JournalFold fold(*snapshot, out);
  const BusinessDate day = business_date_of(kTenAtNight);
  const Instant last = start_of({day.days + 1}).plus_us(-1);
  ASSERT_TRUE(fold.take(0, 0, event_at(1, last), transfer(100)));
  ASSERT_TRUE(fold.take(0, 1, event_at(2, last.plus_us(1)), transfer(7)));
  ASSERT_TRUE(fold.finish());
  store.write(out);
  const auto content = store.content();
  EXPECT_EQ(content.at({kBalances, journal_balance_key(Account::bank, Currency(), day)}),
            encode_debit_credit({100, 0}));
  EXPECT_EQ(content.at({kBalances, journal_balance_key(Account::bank, Currency(), {day.days + 1})}),
            encode_debit_credit({7, 0}));
}

TEST(JournalFold, an_event_without_postings_leaves_no_trace) {
  JournalStore store;
  KvBatch out;
  const auto snapshot = store.snapshot();
  JournalFold fold(*snapshot, out);
  ASSERT_TRUE(fold.take(0, 0, event_at(1, kTenAtNight), {}));
  ASSERT_TRUE(fold.finish());
  EXPECT_TRUE(out.empty());
}

TEST(JournalFold, a_position_that_came_already_is_refused) {
  JournalStore store;
  KvBatch out;
  {
    const auto snapshot = store.snapshot();
    JournalFold fold(*snapshot, out);
    ASSERT_TRUE(fold.take(0, 5, event_at(1, kTenAtNight), transfer(100)));
    const auto again = fold.take(0, 5, event_at(2, kTenAtNight), transfer(100));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::corrupt);
    EXPECT_TRUE(fold.take(1, 5, event_at(3, kTenAtNight), transfer(100))) << "another book's";
    ASSERT_TRUE(fold.finish());
  }
  store.write(out);
  KvBatch next;
  const auto snapshot = store.snapshot();
  JournalFold fold(*snapshot, next);
  EXPECT_FALSE(fold.take(0, 4, event_at(4, kTenAtNight), transfer(100))) << "nor behind a batch";
  EXPECT_TRUE(fold.take(0, 6, event_at(5, kTenAtNight), transfer(100)));
}

TEST(JournalFold, an_unbalanced_entry_is_named_and_nothing_of_its_batch_is_kept) {
  const JournalWorld world({.seed = 7});
  const auto entries = testing::entries_of(world);
  const EventId broken = entries.at(entries.size() / 2).event;
  for (const std::int64_t off : {1, -1}) {
    JournalStore store;
    const auto folded = store.try_fold(
        world, {.units_max = 10, .hook = [&](const Event& event, std::vector<journal::Posting>& postings) {
                  if (event.id == broken)
                    (postings[0].debit > 0 ? postings[0].debit : postings[0].credit) += off;
                }});
    ASSERT_FALSE(folded);
    EXPECT_EQ(folded.error().kind, ErrorKind::corrupt);
    EXPECT_NE(folded.error().message.find(broken.text()), std::string::npos) << folded.error().message;
    EXPECT_NE(folded.error().message.find("KRW is off by"), std::string::npos) << folded.error().message;
    const auto snapshot = store.snapshot();
    const auto now = JournalReader(*snapshot).now();
    ASSERT_TRUE(now);
    EXPECT_TRUE(now->is_balanced());
    EXPECT_FALSE(now->rows().empty());
  }
}

// Two mistakes that cancel each other out are still two.
TEST(JournalFold, mistakes_do_not_balance_each_other) {
  JournalStore store;
  KvBatch out;
  const auto snapshot = store.snapshot();
  JournalFold fold(*snapshot, out);
  ASSERT_TRUE(fold.take(0, 0, event_at(1, kTenAtNight), {{Account::bank, Currency(), 5, 0}}));
  ASSERT_TRUE(fold.take(0, 1, event_at(2, kTenAtNight), {{Account::bank, Currency(), 0, 5}}));
  const auto finished = fold.finish();
  ASSERT_FALSE(finished);
  EXPECT_NE(finished.error().message.find(EventId(RawId{8, 1}).text()), std::string::npos);
}

TEST(JournalFold, running_totals_that_were_damaged_stop_it) {
  JournalStore store;
  KvBatch damage;
  JournalMark head;
  head.next = 5;
  head.entries = 1;
  head.event = EventId(RawId{8, 1});
  head.sums.add({Account::bank, Currency(), 5, 0});
  damage.put(kMarks, journal_key(0, kHeadOfBook), encode_mark(head));
  store.write(damage);
  KvBatch out;
  const auto snapshot = store.snapshot();
  JournalFold fold(*snapshot, out);
  ASSERT_TRUE(fold.take(0, 5, event_at(2, kTenAtNight), transfer(100)));
  const auto finished = fold.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind, ErrorKind::corrupt);
  EXPECT_NE(finished.error().message.find("running totals of book 0"), std::string::npos)
      << finished.error().message;
  EXPECT_NE(finished.error().message.find(EventId(RawId{8, 2}).text()), std::string::npos)
      << finished.error().message;
}

}  // namespace
}  // namespace wonjang::money
