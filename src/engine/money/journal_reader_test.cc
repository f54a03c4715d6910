#include "engine/money/journal_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "testing/journal/journal_world.h"

namespace wonjang::money {
namespace {

using journal::Account;
using testing::JournalStore;
using testing::JournalWorld;

struct Read {
  explicit Read(const testing::JournalWorldOptions& options, std::uint32_t mark_every = 16)
      : world(options), entries(testing::entries_of(world)) {
    store.fold(world, {.units_max = 50, .mark_every = mark_every});
    snapshot = store.snapshot();
    reader.emplace(*snapshot);
  }
  TrialBalance balance(const std::function<bool(const JournalEntry&)>& counts) const {
    return testing::balance_of(entries, counts);
  }
  // Newest first, as the reader lists them.
  std::vector<JournalEntry> newest_first(const JournalFilter& filter) const {
    std::vector<JournalEntry> out;
    for (const auto& entry : entries) {
      const bool posts = std::any_of(entry.postings.begin(), entry.postings.end(), [&](const auto& p) {
        return (!filter.account || p.account == *filter.account) &&
               (!filter.currency || p.currency == *filter.currency);
      });
      const bool in_days =
          (!filter.from || !(entry.day() < *filter.from)) && (!filter.until || entry.day() < *filter.until);
      if (posts && in_days && (!filter.stream || entry.stream == *filter.stream)) out.push_back(entry);
    }
    std::sort(out.begin(), out.end(), [](const JournalEntry& a, const JournalEntry& b) {
      return std::tuple(a.recorded_at, a.book, a.position) > std::tuple(b.recorded_at, b.book, b.position);
    });
    return out;
  }
  // All pages of a filter, one after the other; the place goes through its text.
  std::vector<JournalEntry> listed(const JournalFilter& filter, std::uint32_t count_max,
                                   std::uint32_t skips_max) const {
    std::vector<JournalEntry> out;
    std::optional<JournalPlace> after;
    for (int page = 0; page < 100'000; ++page) {
      const auto read = reader->entries(filter, after, count_max, skips_max);
      EXPECT_TRUE(read) << read.error().message;
      EXPECT_LE(read->entries.size(), count_max);
      out.insert(out.end(), read->entries.begin(), read->entries.end());
      if (!read->next) return out;
      after = parse_journal_place(text_of(*read->next));
      EXPECT_EQ(after, read->next);
    }
    ADD_FAILURE() << "the listing doesn't end";
    return out;
  }

  JournalWorld world;
  std::vector<JournalEntry> entries;
  JournalStore store;
  std::unique_ptr<KvSnapshot> snapshot;
  std::optional<JournalReader> reader;
};

TEST(JournalReader, of_nothing_says_nothing) {
  JournalStore store;
  const auto snapshot = store.snapshot();
  const JournalReader reader(*snapshot);
  EXPECT_TRUE(reader.now()->rows().empty());
  EXPECT_TRUE(reader.at_close_of({20'000})->rows().empty());
  EXPECT_TRUE(reader.as_of({5, 5})->rows().empty());
  const auto page = reader.entries({}, {}, 10);
  EXPECT_TRUE(page->entries.empty());
  EXPECT_FALSE(page->next);
  EXPECT_FALSE(*reader.entry(0, 0));
  EXPECT_TRUE(reader.heads()->empty());
}

TEST(JournalReader, the_trial_balance_of_now_is_that_of_all_entries) {
  for (const std::uint32_t books : {1U, 4U}) {
    const Read read({.seed = 11, .books = books});
    const auto now = read.reader->now();
    ASSERT_TRUE(now);
    EXPECT_EQ(*now, read.balance([](const auto&) { return true; }));
    EXPECT_TRUE(now->is_balanced());
    for (const auto& total : now->totals()) EXPECT_EQ(total.sum.debit, total.sum.credit);
    EXPECT_EQ(*read.reader->at_close_of({1'000'000}), *now);
  }
}

TEST(JournalReader, the_close_of_any_business_day) {
  const Read read({.seed = 12, .books = 4});
  std::set<BusinessDate> days;
  for (const auto& entry : read.entries) days.insert(entry.day());
  ASSERT_GT(days.size(), 20U);
  EXPECT_TRUE(read.reader->at_close_of({days.begin()->days - 1})->rows().empty());
  for (const auto day : days) {
    const auto close = read.reader->at_close_of(day);
    ASSERT_TRUE(close);
    ASSERT_EQ(*close, read.balance([&](const auto& entry) { return !(day < entry.day()); })) << to_text(day);
    ASSERT_TRUE(close->is_balanced());
  }
}

TEST(JournalReader, any_position_of_every_book) {
  const Read read({.seed = 13, .payments = 150, .books = 3}, /*mark_every=*/8);
  const LogPositions tails = read.world.log().tails();
  Rng rng(1);
  for (int round = 0; round < 300; ++round) {
    LogPositions at;
    for (const auto tail : tails) at.push_back(rng.below(tail + 3));
    const auto as_of = read.reader->as_of(at);
    ASSERT_TRUE(as_of);
    ASSERT_EQ(*as_of, read.balance([&](const auto& entry) { return entry.position < at[entry.book]; }));
  }
  for (Position position = 0; position <= tails[0] + 1; ++position) {
    ASSERT_EQ(*read.reader->as_of({position}),
              read.balance([&](const auto& entry) { return entry.book == 0 && entry.position < position; }));
  }
  EXPECT_EQ(*read.reader->as_of({kHeadOfBook, kHeadOfBook, kHeadOfBook}), *read.reader->now());
}

TEST(JournalReader, balances_stand_on_their_accounts_own_side) {
  EXPECT_EQ(balance_of({Account::bank, Currency(), {10, 3}}), 7);
  EXPECT_EQ(balance_of({Account::acquirer_fees, Currency(), {10, 3}}), 7);
  EXPECT_EQ(balance_of({Account::merchants_unsettled, Currency(), {3, 10}}), 7);
  EXPECT_EQ(balance_of({Account::fee_income, Currency(), {3, 10}}), 7);
}

TEST(JournalReader, an_entry_by_its_place) {
  const Read read({.seed = 14, .books = 2});
  for (const auto& entry : read.entries) {
    const auto found = read.reader->entry(entry.book, entry.position);
    ASSERT_TRUE(found);
    ASSERT_EQ(*found, entry);
  }
  EXPECT_FALSE(*read.reader->entry(9, 0));
}

// Every filter, in pages of several sizes, with and without a short reach of a page.
TEST(JournalReader, lists_what_matches_newest_first_each_once) {
  for (const std::uint32_t books : {1U, 4U}) {
    const Read read({.seed = 15, .payments = 200, .books = books}, /*mark_every=*/8);
    const BusinessDate first = read.entries.front().day();
    const BusinessDate last = read.entries.back().day();
    const BusinessDate middle{(first.days + last.days) / 2};
    std::vector<JournalFilter> filters(1);
    for (const auto& info : journal::accounts()) filters.push_back({.account = info.account});
    filters.push_back({.currency = Currency()});
    filters.push_back({.currency = Currency::parse("USD")});
    filters.push_back({.account = Account::bank, .currency = Currency(), .from = middle});
    filters.push_back({.from = middle, .until = BusinessDate{middle.days + 1}});
    filters.push_back({.until = first});
    filters.push_back({.until = middle});
    filters.push_back({.from = last});
    filters.push_back({.account = Account::acquirer_fees, .until = middle});
    for (std::size_t i = 0; i < read.entries.size(); i += 40) {
      filters.push_back({.stream = read.entries[i].stream});
      filters.push_back({.account = Account::bank, .stream = read.entries[i].stream});
    }
    filters.push_back({.stream = RawId{1, 1}});
    for (std::size_t i = 0; i < filters.size(); ++i) {
      const auto expected = read.newest_first(filters[i]);
      for (const std::uint32_t count_max : {1U, 7U, 100'000U}) {
        ASSERT_EQ(read.listed(filters[i], count_max, JournalReader::kSkipsMax), expected)
            << "filter " << i << " pages of " << count_max;
      }
      ASSERT_EQ(read.listed(filters[i], 5, /*skips_max=*/3), expected)
          << "filter " << i << " with a short reach";
    }
  }
}

TEST(JournalReader, a_rare_account_is_found_without_reading_all) {
  JournalWorld world({.seed = 16, .payments = 300, .house_every = 0});
  settlement::FileMatched file;
  file.kind = settlement::FileKind::deposit;
  file.matched_amount = 100;
  file.matched_fee = 1;
  world.add_event(0, settlement::HouseStream::file, file);
  JournalStore store;
  store.fold(world, {.mark_every = 8});
  const auto snapshot = store.snapshot();
  const JournalReader reader(*snapshot);
  ASSERT_GT(testing::entries_of(world).size(), 200U);
  const auto page = reader.entries({.account = Account::acquirer_fees}, {}, 10, /*skips_max=*/16);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->entries.size(), 1U);
  EXPECT_FALSE(page->next) << "the marks say that there is no more";
}

TEST(JournalReader, what_comes_later_does_not_move_a_listing) {
  JournalWorld world({.seed = 17, .books = 2});
  JournalStore store;
  store.fold(world, {.mark_every = 8});
  const auto before = testing::entries_of(world);
  std::optional<JournalPlace> after;
  std::vector<EventId> seen;
  {
    const auto snapshot = store.snapshot();
    const auto page = JournalReader(*snapshot).entries({}, {}, 30);
    for (const auto& entry : page->entries) seen.push_back(entry.event);
    after = page->next;
  }
  settlement::PayoutRequested payout;
  payout.amount = 1;
  for (int i = 0; i < 40; ++i) world.add_event(i % 2, settlement::HouseStream::payout, payout);
  store.fold(world, {.mark_every = 8});
  const auto snapshot = store.snapshot();
  const auto rest = JournalReader(*snapshot).entries({}, after, 100'000);
  for (const auto& entry : rest->entries) seen.push_back(entry.event);
  EXPECT_EQ(seen.size(), before.size());
  EXPECT_EQ(std::set<EventId>(seen.begin(), seen.end()).size(), before.size());
}

TEST(JournalReader, places_have_one_text) {
  EXPECT_EQ(text_of(JournalPlace{{12, 0, 77}}), "12.0.77");
  EXPECT_EQ(parse_journal_place("12.0.77")->before, (LogPositions{12, 0, 77}));
  for (const char* text :
       {"", ".", "1.", ".1", "1..2", "01", "+1", "-1", "1 ", "1,2", "18446744073709551616"})
    EXPECT_FALSE(parse_journal_place(text)) << text;
  std::string many = "1";
  for (int i = 0; i < 5'000; ++i) many += ".1";
  EXPECT_FALSE(parse_journal_place(many));
}

TEST(JournalReader, what_cannot_be_read_is_corrupt) {
  const Read read({.seed = 18, .payments = 50}, /*mark_every=*/8);
  JournalStore store;
  KvBatch damage;
  for (const auto& [key, value] : read.store.content())
    damage.put(key.first, key.second, value.substr(0, value.size() - 1));
  store.write(damage);
  const auto snapshot = store.snapshot();
  const JournalReader reader(*snapshot);
  EXPECT_EQ(reader.now().error().kind, ErrorKind::corrupt);
  EXPECT_EQ(reader.at_close_of({1'000'000}).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(reader.as_of({1'000}).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(reader.entries({}, {}, 10).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(reader.entries({.stream = read.entries[0].stream}, {}, 10).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace wonjang::money
