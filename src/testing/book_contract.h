// BookContract: every promise of ports/book.h as a test, for any adapter. Include it in one *_test.cc of the
// adapter:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, BookContract, testing::ValuesIn(book_variants([] { return ...a
//   BookHarness; })),
//                            variant_name);
//
// Each adapter runs plain, behind a FaultyBook without faults, and behind one that refuses many appends while
// the caller asks again, which must change nothing.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <thread>

#include "adapters/memory/memory_book.h"
#include "base/rng.h"
#include "ports/book.h"
#include "testing/faulty_book.h"

namespace wonjang {

// One book in one place that outlives it, for the time of one test.
class BookHarness {
 public:
  virtual ~BookHarness() = default;
  // The caller holds at most one open book at a time.
  virtual Result<std::unique_ptr<Book>> open() = 0;
  virtual std::string backup_directory() = 0;
  // Of a backup made to backup_directory(); may be open beside the original.
  virtual Result<std::unique_ptr<Book>> open_backup() = 0;
};

struct BookVariant {
  std::string name;
  std::function<std::unique_ptr<BookHarness>()> make;
  bool wrapped = false;
  FaultRates rates;
};

inline std::string variant_name(const testing::TestParamInfo<BookVariant>& info) { return info.param.name; }

inline std::vector<BookVariant> book_variants(const std::function<std::unique_ptr<BookHarness>()>& make) {
  return {{"plain", make, false, {}},
          {"wrapped", make, true, {}},
          {"often_refused", make, true, {.refused = 40}}};
}

namespace book_contract {

inline RawId stream(std::uint64_t n) {
  return {0x0193'0000'0000'0000ULL + (n << 4U), n * 0x9E37'79B9'7F4A'7C15ULL};
}

inline Hash128 hash(std::uint64_t n) {
  Rng rng(n);
  Hash128 out;
  for (auto& byte : out) byte = static_cast<std::uint8_t>(rng.next());
  return out;
}

inline Hash256 node_hash(std::uint64_t n) {
  Rng rng(~n);
  Hash256 out;
  for (auto& byte : out) byte = static_cast<std::uint8_t>(rng.next());
  return out;
}

inline IdempotencyEntry final_entry(std::uint64_t key, std::string reply = "done") {
  return {hash(key), hash(key + 1'000'000), /*final=*/true, /*status=*/201, std::move(reply)};
}
inline IdempotencyEntry open_entry(std::uint64_t key) {
  return {hash(key), hash(key + 1'000'000), /*final=*/false, /*status=*/0, ""};
}

inline Unit unit(RawId stream, std::uint32_t version, std::vector<std::string> events) {
  Unit out;
  out.stream = stream;
  out.expected_version = version;
  out.events = std::move(events);
  return out;
}

inline void expect_same(const StoredUnit& stored, const Unit& sent, Position first, bool with_reply) {
  EXPECT_EQ(stored.first, first);
  EXPECT_TRUE(stored.stream == sent.stream);
  EXPECT_EQ(stored.first_version, sent.expected_version);
  EXPECT_EQ(stored.events, sent.events);
  EXPECT_EQ(stored.claim, sent.claim);
  auto expected = sent.idempotency;
  if (expected && !with_reply) expected->reply.clear();
  EXPECT_TRUE(stored.idempotency == expected);
}

// Everything that can be asked about `streams`, `keys` and `claims` of two books is the same.
inline void expect_equal_books(const Book& book, const Book& other) {
  EXPECT_EQ(book.tail(), other.tail());
  EXPECT_EQ(*book.head(), *other.head());
  EXPECT_TRUE(*book.count() == *other.count());
  const auto units = book.read(0, 1'000'000, ~std::size_t{0});
  const auto others = other.read(0, 1'000'000, ~std::size_t{0});
  ASSERT_TRUE(units && others);
  ASSERT_EQ(units->size(), others->size());
  for (std::size_t i = 0; i < units->size(); ++i) {
    const StoredUnit& a = (*units)[i];
    const StoredUnit& b = (*others)[i];
    ASSERT_TRUE(a.first == b.first && a.stream == b.stream && a.first_version == b.first_version);
    ASSERT_TRUE(a.events == b.events && a.idempotency == b.idempotency && a.claim == b.claim);
    if (a.claim) {
      ASSERT_TRUE(**book.find_claim(*a.claim) == **other.find_claim(*a.claim));
    }
    if (a.idempotency) {
      const auto x = *book.find_idempotency(a.idempotency->key);
      const auto y = *other.find_idempotency(a.idempotency->key);
      ASSERT_TRUE(x && y && x->entry == y->entry && x->position == y->position && x->stream == y->stream);
      ASSERT_EQ(x->event_count, y->event_count);
    }
    ASSERT_EQ(book.load(a.stream)->size(), other.load(a.stream)->size());
  }
  for (std::uint8_t kind = 0; kind < 4; ++kind) {
    EXPECT_EQ(*book.alarms(kind, INT64_MAX, 1'000'000), *other.alarms(kind, INT64_MAX, 1'000'000));
  }
}

}  // namespace book_contract

class BookContract : public testing::TestWithParam<BookVariant> {
 protected:
  void SetUp() override {
    harness_ = GetParam().make();
    open();
  }

  void open() {
    auto book = harness_->open();
    ASSERT_TRUE(book) << book.error().message;
    book_ = *std::move(book);
    if (GetParam().wrapped)
      book_ = std::make_unique<FaultyBook>(std::move(book_), GetParam().rates, /*seed=*/7);
  }
  void reopen() {
    book_.reset();
    open();
  }

  // Asks again while nothing was written, as a caller would.
  Result<void> append(const std::vector<Unit>& units, std::string_view head = "head",
                      const std::vector<TreeNode>& nodes = {}) {
    for (int attempt = 0; attempt < 200; ++attempt) {
      auto result = book_->append({units, nodes, head});
      if (result || result.error().kind != ErrorKind::unavailable) return result;
    }
    return unavailable("200 attempts were refused");
  }
  void must_append(const std::vector<Unit>& units, std::string_view head = "head",
                   const std::vector<TreeNode>& nodes = {}) {
    const auto result = append(units, head, nodes);
    ASSERT_TRUE(result) << result.error().message;
  }
  void must_conflict(const std::vector<Unit>& units) {
    const auto counts = *book_->count();
    const auto head = *book_->head();
    const auto tail = book_->tail();
    const std::vector<TreeNode> nodes{{9, 9, {}}};
    const auto result = append(units, "never written", nodes);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::conflict) << result.error().message;
    EXPECT_TRUE(*book_->count() == counts);
    EXPECT_EQ(*book_->head(), head);
    EXPECT_EQ(book_->tail(), tail);
    EXPECT_FALSE(book_->tree_node(9, 9)->has_value());
  }

  std::unique_ptr<BookHarness> harness_;
  std::unique_ptr<Book> book_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BookContract);

namespace bc = book_contract;

TEST_P(BookContract, a_new_book_is_empty) {
  EXPECT_EQ(book_->tail(), 0U);
  EXPECT_EQ(*book_->head(), "");
  EXPECT_TRUE(book_->load(bc::stream(1))->empty());
  EXPECT_FALSE(book_->find_idempotency(bc::hash(1))->has_value());
  EXPECT_FALSE(book_->find_claim(bc::hash(1))->has_value());
  EXPECT_TRUE(book_->read(0, 10, 1000)->empty());
  EXPECT_TRUE(book_->alarms(0, INT64_MAX, 10)->empty());
  EXPECT_FALSE(book_->tree_node(0, 0)->has_value());
  EXPECT_TRUE(*book_->count() == BookCounts{});
}

TEST_P(BookContract, a_unit_comes_back_whole) {
  Unit sent = bc::unit(bc::stream(1), 0, {"approved", std::string("\0\xff", 2)});
  sent.idempotency = bc::final_entry(1, "{\"id\":1}");
  sent.claim = bc::hash(50);
  must_append({sent}, "head 1");

  const auto units = book_->load(sent.stream);
  ASSERT_EQ(units->size(), 1U);
  bc::expect_same(units->at(0), sent, 0, /*with_reply=*/true);
  EXPECT_EQ(units->at(0).next(), 2U);
  EXPECT_EQ(book_->tail(), 2U);
  EXPECT_EQ(*book_->head(), "head 1");
  EXPECT_TRUE(**book_->find_claim(*sent.claim) == sent.stream);
}

TEST_P(BookContract, positions_are_dense_over_batches) {
  must_append({bc::unit(bc::stream(1), 0, {"a", "b"}), bc::unit(bc::stream(2), 0, {"c"})});
  must_append({bc::unit(bc::stream(3), 0, {"d"}), bc::unit(bc::stream(1), 2, {"e", "f", "g"})});

  const auto units = book_->read(0, 100, 1000);
  ASSERT_EQ(units->size(), 4U);
  Position next = 0;
  for (const StoredUnit& unit : *units) {
    EXPECT_EQ(unit.first, next);
    next = unit.next();
  }
  EXPECT_EQ(next, 7U);
  EXPECT_EQ(book_->tail(), 7U);
}

TEST_P(BookContract, the_newest_head_wins) {
  must_append({bc::unit(bc::stream(1), 0, {"a"})}, "first");
  must_append({bc::unit(bc::stream(2), 0, {"a"})}, std::string("\0second", 7));
  EXPECT_EQ(*book_->head(), std::string("\0second", 7));
}

TEST_P(BookContract, a_stream_continues_across_and_within_a_batch) {
  const RawId s = bc::stream(1);
  must_append({bc::unit(s, 0, {"a"}), bc::unit(s, 1, {"b", "c"}), bc::unit(s, 3, {"d"})});
  must_append({bc::unit(s, 4, {"e"}), bc::unit(s, 5, {"f"})});

  const auto units = book_->load(s);
  ASSERT_EQ(units->size(), 5U);
  std::string all;
  for (const StoredUnit& unit : *units) {
    EXPECT_EQ(unit.first_version, all.size());
    for (const auto& event : unit.events) all += event;
  }
  EXPECT_EQ(all, "abcdef");
}

TEST_P(BookContract, a_stream_is_read_on_from_where_it_was_read_to) {
  const RawId s = bc::stream(1);
  must_append({bc::unit(s, 0, {"a"}), bc::unit(s, 1, {"b", "c"}), bc::unit(s, 3, {"d"})});
  must_append({bc::unit(bc::stream(2), 0, {"x"}), bc::unit(s, 4, {"e"})});
  const std::vector<std::pair<std::uint32_t, std::string>> expected = {
      {0, "abcde"}, {1, "bcde"}, {3, "de"}, {4, "e"}, {5, ""}};
  for (const auto& [version, events] : expected) {
    const auto units = book_->load_from(s, version);
    ASSERT_TRUE(units) << units.error().message;
    std::string all;
    for (const StoredUnit& unit : *units) {
      EXPECT_EQ(unit.first_version, version + all.size());
      for (const auto& event : unit.events) all += event;
    }
    EXPECT_EQ(all, events) << version;
  }
  EXPECT_TRUE(book_->load_from(bc::stream(3), 0)->empty());
}

TEST_P(BookContract, streams_that_differ_in_one_bit_are_apart) {
  std::vector<RawId> ids;
  for (unsigned bit = 0; bit < 64; ++bit) {
    ids.push_back({std::uint64_t{1} << bit, 0});
    ids.push_back({0, std::uint64_t{1} << bit});
  }
  ids.push_back({~std::uint64_t{0}, ~std::uint64_t{0}});
  std::vector<Unit> units;
  for (const RawId& id : ids) units.push_back(bc::unit(id, 0, {to_base32(id)}));
  must_append(units);
  for (const RawId& id : ids) {
    const auto found = book_->load(id);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->at(0).events.at(0), to_base32(id));
  }
}

TEST_P(BookContract, a_version_that_is_there_is_a_conflict) {
  const RawId s = bc::stream(1);
  must_append({bc::unit(s, 0, {"a", "b"}), bc::unit(s, 2, {"c"})});
  for (const std::uint32_t version : {0U, 1U, 2U}) must_conflict({bc::unit(s, version, {"x"})});
  must_append({bc::unit(s, 3, {"d"})});
}

TEST_P(BookContract, a_version_beyond_the_end_is_a_conflict) {
  must_conflict({bc::unit(bc::stream(1), 1, {"x"})});
  must_append({bc::unit(bc::stream(1), 0, {"a"})});
  must_conflict({bc::unit(bc::stream(1), 2, {"x"})});
  must_conflict({bc::unit(bc::stream(1), 1000, {"x"})});
}

TEST_P(BookContract, a_conflict_in_the_last_unit_writes_nothing_of_the_batch) {
  Unit taken = bc::unit(bc::stream(1), 0, {"a"});
  taken.claim = bc::hash(1);
  taken.idempotency = bc::final_entry(2);
  must_append({taken});

  Unit fine = bc::unit(bc::stream(2), 0, {"b"});
  fine.claim = bc::hash(3);
  fine.idempotency = bc::final_entry(4);
  fine.alarm_after = AlarmEntry{1, 100, fine.stream};
  Unit same_version = bc::unit(bc::stream(1), 0, {"x"});
  Unit same_claim = bc::unit(bc::stream(3), 0, {"x"});
  same_claim.claim = taken.claim;
  Unit same_key = bc::unit(bc::stream(3), 0, {"x"});
  same_key.idempotency = bc::final_entry(2, "other");

  for (const Unit& last : {same_version, same_claim, same_key}) {
    must_conflict({fine, last});
    EXPECT_TRUE(book_->load(fine.stream)->empty());
    EXPECT_FALSE(book_->find_claim(*fine.claim)->has_value());
    EXPECT_FALSE(book_->find_idempotency(fine.idempotency->key)->has_value());
    EXPECT_TRUE(book_->alarms(1, INT64_MAX, 10)->empty());
  }
  must_append({fine});  // a conflict is no reason to stop
}

TEST_P(BookContract, duplicates_within_one_batch_are_conflicts) {
  Unit a = bc::unit(bc::stream(1), 0, {"a"});
  Unit b = bc::unit(bc::stream(2), 0, {"b"});
  must_conflict({a, bc::unit(a.stream, 0, {"b"})});
  a.claim = b.claim = bc::hash(1);
  must_conflict({a, b});
  a.claim = b.claim = std::nullopt;
  a.idempotency = bc::final_entry(2, "one");
  b.idempotency = bc::final_entry(2, "two");
  must_conflict({a, b});
}

TEST_P(BookContract, a_claim_is_taken_once_for_ever) {
  Unit first = bc::unit(bc::stream(1), 0, {"a"});
  first.claim = bc::hash(1);
  must_append({first});
  Unit by_another = bc::unit(bc::stream(2), 0, {"b"});
  by_another.claim = first.claim;
  Unit by_itself = bc::unit(bc::stream(1), 1, {"b"});
  by_itself.claim = first.claim;
  must_conflict({by_another});
  must_conflict({by_itself});
  EXPECT_TRUE(**book_->find_claim(bc::hash(1)) == first.stream);
}

TEST_P(BookContract, a_claim_and_an_idempotency_key_with_the_same_hash_are_apart) {
  Unit unit = bc::unit(bc::stream(1), 0, {"a"});
  unit.claim = bc::hash(1);
  must_append({unit});
  EXPECT_FALSE(book_->find_idempotency(bc::hash(1))->has_value());
  Unit other = bc::unit(bc::stream(2), 0, {"a"});
  other.idempotency = bc::final_entry(1);
  must_append({other});
  EXPECT_TRUE(**book_->find_claim(bc::hash(1)) == unit.stream);
}

TEST_P(BookContract, an_open_key_is_followed_by_its_outcome_and_then_spent) {
  const RawId s = bc::stream(1);
  Unit intent = bc::unit(s, 0, {"intent", "asked"});
  intent.idempotency = bc::open_entry(1);
  must_append({intent});
  auto found = *book_->find_idempotency(bc::hash(1));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->entry == bc::open_entry(1));
  EXPECT_EQ(found->position, 0U);
  EXPECT_EQ(found->event_count, 2U);
  EXPECT_TRUE(found->stream == s);

  Unit still_open = bc::unit(s, 2, {"unknown"});
  still_open.idempotency = bc::open_entry(1);
  must_append({still_open});
  Unit outcome = bc::unit(s, 3, {"approved"});
  outcome.idempotency = bc::final_entry(1, "the answer");
  must_append({outcome});
  found = *book_->find_idempotency(bc::hash(1));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->entry == *outcome.idempotency);
  EXPECT_EQ(found->position, 3U);
  EXPECT_EQ(found->event_count, 1U);

  Unit late = bc::unit(s, 4, {"again"});
  late.idempotency = bc::final_entry(1, "another answer");
  must_conflict({late});
  late.idempotency = bc::open_entry(1);
  must_conflict({late});
  EXPECT_EQ(book_->count()->idempotency_keys, 1U);
}

TEST_P(BookContract, an_open_key_is_followed_by_its_outcome_within_a_batch) {
  const RawId s = bc::stream(1);
  Unit intent = bc::unit(s, 0, {"intent"});
  intent.idempotency = bc::open_entry(1);
  Unit outcome = bc::unit(s, 1, {"approved"});
  outcome.idempotency = bc::final_entry(1);
  Unit late = bc::unit(s, 2, {"again"});
  late.idempotency = bc::open_entry(1);
  must_conflict({intent, outcome, late});
  must_append({intent, outcome});
  EXPECT_TRUE((*book_->find_idempotency(bc::hash(1)))->entry.final);
  must_conflict({late});
}

TEST_P(BookContract, looking_ahead_calls_nothing_new_that_is_there) {
  for (std::uint64_t n = 1; n <= 3; ++n) {
    Unit unit = bc::unit(bc::stream(n), 0, {"a"});
    unit.idempotency = n == 2 ? bc::open_entry(n) : bc::final_entry(n);
    unit.claim = bc::hash(10 + n);
    must_append({unit});
  }
  const std::vector<Hash128> keys{bc::hash(9), bc::hash(1), bc::hash(11), bc::hash(2), bc::hash(3)};
  const std::vector<Hash128> claims{bc::hash(13), bc::hash(1), bc::hash(12)};
  LookedAhead ahead;
  book_->look_ahead(keys, claims, ahead);
  ASSERT_EQ(ahead.key_is_new.size(), keys.size());
  ASSERT_EQ(ahead.claim_is_new.size(), claims.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_FALSE(ahead.key_is_new[i] != 0 && book_->find_idempotency(keys[i])->has_value()) << i;
  }
  for (std::size_t i = 0; i < claims.size(); ++i) {
    EXPECT_FALSE(ahead.claim_is_new[i] != 0 && book_->find_claim(claims[i])->has_value()) << i;
  }
  book_->look_ahead({}, {}, ahead);
  EXPECT_TRUE(ahead.key_is_new.empty());
  EXPECT_TRUE(ahead.claim_is_new.empty());
}

TEST_P(BookContract, what_was_new_before_a_batch_is_so_once_in_it) {
  const auto marked = [](std::uint64_t stream, std::uint64_t key, std::uint64_t claim) {
    Unit unit = bc::unit(bc::stream(stream), 0, {"a"});
    unit.idempotency = bc::final_entry(key);
    unit.claim = bc::hash(claim);
    unit.key_is_new = unit.claim_is_new = true;
    return unit;
  };
  must_conflict({marked(1, 1, 11), marked(2, 1, 12)});
  must_conflict({marked(1, 1, 11), marked(2, 2, 11)});
  must_append({marked(1, 1, 11), marked(2, 2, 12)});
  EXPECT_TRUE((*book_->find_idempotency(bc::hash(2)))->entry.final);
  EXPECT_TRUE(**book_->find_claim(bc::hash(12)) == bc::stream(2));
}

TEST_P(BookContract, a_reply_is_kept_byte_for_byte_and_left_out_of_read) {
  for (const std::size_t size : {0U, 1U, 2U, 127U, 128U, 16'383U, 16'384U, 300'000U}) {
    std::string reply(size, '\0');
    Rng rng(size);
    for (auto& byte : reply) byte = static_cast<char>(rng.next());
    Unit unit = bc::unit(bc::stream(size + 1), 0, {"a"});
    unit.idempotency = bc::final_entry(size + 1, reply);
    const Position first = book_->tail();
    must_append({unit});
    EXPECT_TRUE((*book_->find_idempotency(bc::hash(size + 1)))->entry == *unit.idempotency);
    const auto read = book_->read(first, 1, 1);
    ASSERT_EQ(read->size(), 1U);
    bc::expect_same(read->at(0), unit, first, /*with_reply=*/false);
  }
}

TEST_P(BookContract, every_status_fits) {
  for (const std::uint16_t status :
       {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{599}, std::uint16_t{65535}}) {
    Unit unit = bc::unit(bc::stream(status), 0, {"a"});
    unit.idempotency = bc::final_entry(status);
    unit.idempotency->status = status;
    must_append({unit});
    EXPECT_EQ((*book_->find_idempotency(bc::hash(status)))->entry.status, status);
  }
}

TEST_P(BookContract, an_alarm_is_replaced_and_cleared) {
  const RawId s = bc::stream(1);
  Unit set = bc::unit(s, 0, {"a"});
  set.alarm_after = AlarmEntry{1, 1000, s};
  must_append({set});
  EXPECT_EQ(*book_->alarms(1, 1001, 10), std::vector{*set.alarm_after});
  EXPECT_TRUE(book_->alarms(1, 1000, 10)->empty());  // until is not included

  Unit moved = bc::unit(s, 1, {"b"});
  moved.alarm_before = set.alarm_after;
  moved.alarm_after = AlarmEntry{2, 500, s};
  must_append({moved});
  EXPECT_TRUE(book_->alarms(1, INT64_MAX, 10)->empty());
  EXPECT_EQ(*book_->alarms(2, INT64_MAX, 10), std::vector{*moved.alarm_after});

  Unit kept = bc::unit(s, 2, {"c"});
  kept.alarm_before = moved.alarm_after;
  kept.alarm_after = moved.alarm_after;
  must_append({kept});
  EXPECT_EQ(*book_->alarms(2, INT64_MAX, 10), std::vector{*moved.alarm_after});
  EXPECT_EQ(book_->count()->alarms, 1U);

  Unit cleared = bc::unit(s, 3, {"d"});
  cleared.alarm_before = moved.alarm_after;
  must_append({cleared});
  EXPECT_TRUE(book_->alarms(2, INT64_MAX, 10)->empty());
  EXPECT_EQ(book_->count()->alarms, 0U);
}

TEST_P(BookContract, alarms_come_earliest_first) {
  const std::vector<std::int64_t> times{5, -7, 0, INT64_MIN, 1'700'000'000'000'000, -1, INT64_MAX - 1, 1};
  std::vector<Unit> units;
  for (std::size_t i = 0; i < times.size(); ++i) {
    units.push_back(bc::unit(bc::stream(i), 0, {"a"}));
    units.back().alarm_after =
        AlarmEntry{static_cast<std::uint8_t>(i % 2 == 0 ? 1 : 255), times[i], bc::stream(i)};
  }
  must_append(units);
  for (const std::uint8_t kind : {std::uint8_t{1}, std::uint8_t{255}, std::uint8_t{0}, std::uint8_t{2}}) {
    std::vector<AlarmEntry> expected;
    for (const Unit& unit : units) {
      if (unit.alarm_after->kind == kind) expected.push_back(*unit.alarm_after);
    }
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(*book_->alarms(kind, INT64_MAX, 100), expected);
    if (expected.size() > 2) expected.resize(2);
    EXPECT_EQ(*book_->alarms(kind, INT64_MAX, 2), expected);
    EXPECT_TRUE(book_->alarms(kind, INT64_MAX, 0)->empty());
  }
}

// A book may remember where its alarms begin. It must not miss an earlier one that comes later.
TEST_P(BookContract, an_alarm_before_those_already_seen_is_found) {
  std::optional<AlarmEntry> before;
  std::uint32_t version = 0;
  const RawId s = bc::stream(1);
  for (const std::int64_t at : {100, 200, 50, 300, 10, -5, 1000, 999}) {
    Unit unit = bc::unit(s, version++, {"a"});
    unit.alarm_before = before;
    unit.alarm_after = AlarmEntry{3, at, s};
    must_append({unit});
    before = unit.alarm_after;
    EXPECT_TRUE(book_->alarms(3, at, 10)->empty());
    EXPECT_EQ(*book_->alarms(3, at + 1, 10), std::vector{*before});
    EXPECT_EQ(*book_->alarms(3, INT64_MAX, 10), std::vector{*before});
  }
}

TEST_P(BookContract, read_begins_with_the_unit_that_holds_the_position) {
  must_append({bc::unit(bc::stream(1), 0, {"a", "b", "c"}), bc::unit(bc::stream(2), 0, {"d"}),
               bc::unit(bc::stream(3), 0, {"e", "f"})});
  const std::vector<Position> first_of{0, 0, 0, 3, 4, 4};
  for (Position from = 0; from < first_of.size(); ++from) {
    const auto units = book_->read(from, 100, 1000);
    ASSERT_FALSE(units->empty());
    EXPECT_EQ(units->front().first, first_of[from]);
    EXPECT_EQ(units->back().next(), book_->tail());
  }
  for (const Position from : {Position{6}, Position{7}, ~Position{0}})
    EXPECT_TRUE(book_->read(from, 100, 1000)->empty());
}

TEST_P(BookContract, read_keeps_its_limits) {
  std::vector<Unit> units;
  for (std::uint64_t i = 0; i < 10; ++i) units.push_back(bc::unit(bc::stream(i), 0, {"12345", "67890"}));
  must_append(units);
  EXPECT_TRUE(book_->read(0, 0, 1000)->empty());
  EXPECT_EQ(book_->read(0, 1, 1000)->size(), 1U);
  EXPECT_EQ(book_->read(0, 9, 1000)->size(), 9U);
  EXPECT_EQ(book_->read(0, 10, 1000)->size(), 10U);
  EXPECT_EQ(book_->read(0, 11, 1000)->size(), 10U);
  EXPECT_EQ(book_->read(0, 100, 0)->size(), 1U);  // never none: a reader gets on
  EXPECT_EQ(book_->read(0, 100, 1)->size(), 1U);
  EXPECT_EQ(book_->read(0, 100, 10)->size(), 1U);
  EXPECT_EQ(book_->read(0, 100, 11)->size(), 2U);
  EXPECT_EQ(book_->read(0, 100, 20)->size(), 2U);
  EXPECT_EQ(book_->read(4, 100, 21)->size(), 3U);
}

TEST_P(BookContract, tree_nodes_are_found_alone_and_in_runs) {
  std::vector<TreeNode> nodes;
  for (std::uint64_t i = 0; i < 300; ++i) nodes.push_back({0, i, bc::node_hash(i)});
  for (std::uint64_t i = 0; i < 150; ++i) nodes.push_back({1, i, bc::node_hash(1000 + i)});
  nodes.push_back({63, 0, bc::node_hash(5000)});
  must_append({bc::unit(bc::stream(1), 0, {"a"})}, "head", nodes);
  must_append({bc::unit(bc::stream(2), 0, {"a"})}, "head",
              {{0, 301, bc::node_hash(301)}, {1, 150, bc::node_hash(1150)}, {0, 300, bc::node_hash(300)}});

  for (std::uint64_t i = 0; i < 302; ++i) EXPECT_EQ(**book_->tree_node(0, i), bc::node_hash(i)) << i;
  for (std::uint64_t i = 0; i < 151; ++i) EXPECT_EQ(**book_->tree_node(1, i), bc::node_hash(1000 + i)) << i;
  EXPECT_EQ(**book_->tree_node(63, 0), bc::node_hash(5000));
  EXPECT_FALSE(book_->tree_node(0, 302)->has_value());
  EXPECT_FALSE(book_->tree_node(1, 151)->has_value());
  EXPECT_FALSE(book_->tree_node(2, 0)->has_value());
  EXPECT_FALSE(book_->tree_node(63, 1)->has_value());
  EXPECT_FALSE(book_->tree_node(0, ~std::uint64_t{0})->has_value());
  EXPECT_EQ(book_->count()->tree_nodes, 454U);
}

TEST_P(BookContract, sizes_at_the_edges) {
  std::uint64_t n = 0;
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{Book::kEventsPerUnitMax - 1},
                                  std::size_t{Book::kEventsPerUnitMax}}) {
    const Unit sent = bc::unit(bc::stream(++n), 0, std::vector<std::string>(count, "event"));
    const Position first = book_->tail();
    must_append({sent});
    bc::expect_same(book_->load(sent.stream)->at(0), sent, first, true);
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, Book::kEventBytesMax - 1, Book::kEventBytesMax}) {
    const Unit sent = bc::unit(bc::stream(++n), 0, {std::string(size, 'x')});
    const Position first = book_->tail();
    must_append({sent});
    bc::expect_same(book_->load(sent.stream)->at(0), sent, first, true);
  }
  for (const std::size_t count :
       {std::size_t{2}, std::size_t{Book::kUnitsMax - 1}, std::size_t{Book::kUnitsMax}}) {
    std::vector<Unit> units;
    for (std::size_t i = 0; i < count; ++i) units.push_back(bc::unit(bc::stream(++n), 0, {"e"}));
    const Position first = book_->tail();
    must_append(units);
    EXPECT_EQ(book_->tail(), first + count);
    bc::expect_same(book_->load(units.back().stream)->at(0), units.back(), first + count - 1, true);
  }
}

TEST_P(BookContract, counts_are_of_everything) {
  Unit a = bc::unit(bc::stream(1), 0, {"a", "b"});
  a.idempotency = bc::open_entry(1);
  a.claim = bc::hash(1);
  a.alarm_after = AlarmEntry{0, 1, a.stream};
  Unit b = bc::unit(bc::stream(1), 2, {"c"});
  b.idempotency = bc::final_entry(1);
  must_append({a, b}, "head", {{0, 0, {}}, {0, 1, {}}, {1, 0, {}}});
  const BookCounts expected{.events = 3,
                            .units = 2,
                            .stream_versions = 2,
                            .idempotency_keys = 1,
                            .claims = 1,
                            .alarms = 1,
                            .tree_nodes = 3};
  EXPECT_TRUE(*book_->count() == expected);
}

// Random units, some of which conflict: what the book answers and holds is what a MemoryBook answers and
// holds.
TEST_P(BookContract, random_batches_match_the_memory_book) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Rng rng(seed);
  MemoryBook model;
  std::map<RawId, std::pair<std::uint32_t, std::optional<AlarmEntry>>> known;
  std::uint64_t node = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<Unit> units;
    auto next = known;
    for (std::uint64_t i = 0, count = 1 + rng.below(12); i < count; ++i) {
      const RawId s = bc::stream(rng.below(60));
      auto& [version, alarm] = next[s];
      std::vector<std::string> events;
      for (std::uint64_t e = 0, many = 1 + rng.below(4); e < many; ++e) {
        events.emplace_back(rng.below(300), static_cast<char>('a' + rng.below(26)));
      }
      Unit unit = bc::unit(s, rng.chance(2) ? version + 1 : version, std::move(events));
      version += static_cast<std::uint32_t>(unit.events.size());
      if (rng.chance(60)) {
        unit.idempotency =
            rng.chance(30) ? bc::open_entry(rng.below(3000)) : bc::final_entry(rng.below(3000));
      }
      if (rng.chance(20)) unit.claim = bc::hash(rng.below(3000));
      unit.alarm_before = alarm;
      if (rng.chance(50)) {
        alarm = AlarmEntry{static_cast<std::uint8_t>(rng.below(3)),
                           static_cast<std::int64_t>(rng.below(1000)), s};
      } else {
        alarm.reset();
      }
      unit.alarm_after = alarm;
      units.push_back(std::move(unit));
    }
    std::vector<TreeNode> nodes;
    for (std::uint64_t i = 0, many = rng.below(200); i < many; ++i, ++node)
      nodes.push_back({0, node, bc::node_hash(node)});
    const std::string head = "head " + std::to_string(round);

    const auto expected = model.append({units, nodes, head});
    const auto result = append(units, head, nodes);
    ASSERT_EQ(result.has_value(), expected.has_value())
        << (result ? expected.error().message : result.error().message);
    if (result) known = next;
    if (!result) node -= nodes.size();
    if (!result) {
      ASSERT_EQ(result.error().kind, ErrorKind::conflict);
    }
    const std::int64_t until = static_cast<std::int64_t>(rng.below(1000));
    ASSERT_EQ(*book_->alarms(0, until, 3), *model.alarms(0, until, 3));
    if (round % 100 == 50) reopen();
  }
  bc::expect_equal_books(*book_, model);
  for (std::uint64_t i = 0; i < node; ++i) ASSERT_EQ(*book_->tree_node(0, i), *model.tree_node(0, i));
}

TEST_P(BookContract, reopening_keeps_everything) {
  MemoryBook model;
  for (std::uint64_t i = 0; i < 20; ++i) {
    Unit unit = bc::unit(bc::stream(i), 0, {"a", "b"});
    unit.idempotency = bc::final_entry(i, "reply " + std::to_string(i));
    unit.claim = bc::hash(i);
    unit.alarm_after = AlarmEntry{1, static_cast<std::int64_t>(i), unit.stream};
    const std::vector<TreeNode> nodes{{0, 2 * i, bc::node_hash(i)}};
    must_append({unit}, "head " + std::to_string(i), nodes);
    ASSERT_TRUE(model.append({{&unit, 1}, nodes, "head " + std::to_string(i)}));
    reopen();
    bc::expect_equal_books(*book_, model);
    EXPECT_EQ(**book_->tree_node(0, 2 * i), bc::node_hash(i));
  }
  must_conflict({bc::unit(bc::stream(3), 0, {"x"})});
  must_append({bc::unit(bc::stream(3), 2, {"c"})});
  EXPECT_EQ(book_->tail(), 41U);
}

TEST_P(BookContract, a_backup_equals_the_book_and_goes_its_own_way) {
  for (std::uint64_t i = 0; i < 10; ++i) {
    Unit unit = bc::unit(bc::stream(i), 0, {"a"});
    unit.idempotency = bc::final_entry(i);
    unit.alarm_after = AlarmEntry{1, 5, unit.stream};
    must_append({unit}, "head", {{0, i, bc::node_hash(i)}});
  }
  const auto made = book_->backup(harness_->backup_directory());
  ASSERT_TRUE(made) << made.error().message;
  const auto again = book_->backup(harness_->backup_directory());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::unavailable) << again.error().message;

  auto backup = harness_->open_backup();
  ASSERT_TRUE(backup) << backup.error().message;
  bc::expect_equal_books(**backup, *book_);
  EXPECT_EQ(**(*backup)->tree_node(0, 9), bc::node_hash(9));

  must_append({bc::unit(bc::stream(100), 0, {"only in the original"})});
  const std::vector<Unit> other{bc::unit(bc::stream(200), 0, {"only", "in the backup"})};
  ASSERT_TRUE((*backup)->append({other, {}, "other head"}));
  EXPECT_EQ(book_->tail(), 11U);
  EXPECT_EQ((*backup)->tail(), 12U);
  EXPECT_TRUE((*backup)->load(bc::stream(100))->empty());
}

TEST_P(BookContract, readers_see_whole_appends_while_more_are_made) {
  std::atomic<bool> done{false};
  std::atomic<int> mistakes{0};
  const auto watch = [&] {
    Position seen = 0;
    while (!done.load() || seen < book_->tail()) {
      const Position tail = book_->tail();
      Position next = seen;
      while (next < tail) {
        const auto units = book_->read(next, 64, 1'000'000);
        if (!units || units->empty() || units->front().first != next) {
          ++mistakes;
          return;
        }
        std::vector<Hash128> keys;
        for (const StoredUnit& unit : *units) {
          keys.push_back(unit.idempotency->key);
          const auto of_stream = book_->load(unit.stream);
          const auto entry = book_->find_idempotency(unit.idempotency->key);
          if (!of_stream || of_stream->empty() || !entry || !*entry || (*entry)->position < unit.first)
            ++mistakes;
        }
        LookedAhead ahead;
        book_->look_ahead(keys, {}, ahead);
        if (std::ranges::count(ahead.key_is_new, 0) != std::ssize(keys)) ++mistakes;
        next = units->back().next();
      }
      if (next < tail) ++mistakes;
      if (!book_->alarms(1, INT64_MAX, 5)) ++mistakes;
      if (!book_->head()) ++mistakes;
      seen = next;
    }
  };
  std::thread one(watch);
  std::thread two(watch);
  std::optional<AlarmEntry> alarm;
  for (std::uint32_t i = 0; i < 200; ++i) {
    std::vector<Unit> units;
    for (std::uint64_t k = 0; k < 5; ++k) {
      units.push_back(bc::unit(bc::stream(i * 5 + k), 0, {"a", "b"}));
      units.back().idempotency = bc::final_entry(i * 5 + k);
    }
    units.back().alarm_before = alarm;
    units.back().alarm_after = alarm = AlarmEntry{1, 1000 - i, bc::stream(i)};
    const auto result = append(units);
    EXPECT_TRUE(result);
    if (!result) break;
  }
  done = true;
  one.join();
  two.join();
  EXPECT_EQ(mistakes.load(), 0);
  EXPECT_EQ(book_->tail(), 2000U);
}

}  // namespace wonjang
