#include "engine/projection/log_batch.h"

#include <gtest/gtest.h>

#include <map>

#include "testing/fake_log.h"

namespace wonjang::projection {
namespace {

void append(FakeLog& log, std::uint32_t book, std::uint32_t units, std::size_t events = 1,
            std::size_t event_size = 10) {
  for (std::uint32_t i = 0; i < units; ++i) {
    log.append(book, RawId{book, i}, std::vector<std::string>(events, std::string(event_size, 'e')));
  }
}

std::map<std::uint32_t, std::size_t> per_book(const std::vector<LogUnit>& units) {
  std::map<std::uint32_t, std::size_t> out;
  for (const LogUnit& unit : units) out[unit.book] += 1;
  return out;
}

TEST(LogBatch, a_long_book_leaves_room_for_the_others) {
  FakeLog log(3);
  append(log, 0, 1000);
  append(log, 1, 5);
  append(log, 2, 40);
  const auto units = read_fairly(log, {0, 0, 0}, log.tails(), {.units_max = 90, .bytes_max = 1 << 20});
  ASSERT_TRUE(units);
  EXPECT_EQ(units->size(), 90U);
  EXPECT_EQ(per_book(*units), (std::map<std::uint32_t, std::size_t>{{0, 45}, {1, 5}, {2, 40}}));
}

TEST(LogBatch, bytes_are_shared_like_units) {
  FakeLog log(2);
  append(log, 0, 100, 1, 1000);
  append(log, 1, 100, 1, 1000);
  const auto units = read_fairly(log, {0, 0}, log.tails(), {.units_max = 1000, .bytes_max = 10'000});
  ASSERT_TRUE(units);
  EXPECT_EQ(per_book(*units), (std::map<std::uint32_t, std::size_t>{{0, 5}, {1, 5}}));
}

TEST(LogBatch, a_unit_larger_than_the_bound_still_comes) {
  FakeLog log(1);
  append(log, 0, 2, 1, 1000);
  const auto units = read_fairly(log, {0}, log.tails(), {.units_max = 10, .bytes_max = 1});
  ASSERT_TRUE(units);
  EXPECT_EQ(units->size(), 1U);
}

TEST(LogBatch, nothing_beyond_until_and_no_unit_in_part) {
  FakeLog log(1);
  append(log, 0, 4, /*events=*/3);
  const auto some = read_fairly(log, {3}, {9}, {.units_max = 10, .bytes_max = 1 << 20});
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 2U);
  EXPECT_EQ(some->front().unit.first, 3U);
  EXPECT_EQ(some->back().unit.next(), 9U);
  const auto cut = read_fairly(log, {3}, {8}, {.units_max = 10, .bytes_max = 1 << 20});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->size(), 1U) << "the second one ends at 9";
}

TEST(LogBatch, more_books_than_units_still_move) {
  FakeLog log(5);
  for (std::uint32_t book = 0; book < 5; ++book) append(log, book, 3);
  const auto units = read_fairly(log, {}, log.tails(), {.units_max = 2, .bytes_max = 1 << 20});
  ASSERT_TRUE(units);
  EXPECT_EQ(units->size(), 2U);
}

TEST(LogBatch, a_position_inside_a_unit_is_another_history) {
  FakeLog log(1);
  append(log, 0, 4, /*events=*/3);
  const auto units = read_fairly(log, {4}, log.tails(), {.units_max = 10, .bytes_max = 1 << 20});
  ASSERT_FALSE(units);
  EXPECT_EQ(units.error().kind, ErrorKind::corrupt);
}

TEST(LogBatch, an_error_of_the_log_comes_through) {
  FakeLog log(1);
  append(log, 0, 1);
  log.fail_reads(1, ErrorKind::unavailable);
  const auto units = read_fairly(log, {0}, log.tails(), {.units_max = 10, .bytes_max = 1 << 20});
  ASSERT_FALSE(units);
  EXPECT_EQ(units.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace wonjang::projection
