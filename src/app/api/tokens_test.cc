#include "app/api/tokens.h"

#include <gtest/gtest.h>

namespace wonjang {
namespace {

Tokens tokens_of(std::uint8_t seed, std::uint32_t books) {
  Hash256 secret{};
  secret[0] = seed;
  return {TokenSeal(secret), books};
}

TEST(Tokens, a_position_and_a_cursor_come_back) {
  const auto tokens = tokens_of(1, 3);
  const Positions all{{5, 0, UINT64_MAX}};
  EXPECT_EQ(tokens.parse_cursor(tokens.cursor(all)), all);
  EXPECT_EQ(tokens.parse_position(tokens.positions(all)), all);
  EXPECT_EQ(tokens.parse_position(tokens.position(2, 9)), (Positions{{0, 0, 9}}));
  EXPECT_EQ(tokens.cursor(all), tokens.cursor(all));
}

TEST(Tokens, one_is_not_taken_for_the_other) {
  const auto tokens = tokens_of(1, 1);
  EXPECT_FALSE(tokens.parse_cursor(tokens.position(0, 7)));
  EXPECT_FALSE(tokens.parse_position(tokens.cursor({{7}})));
}

TEST(Tokens, a_position_to_wait_for_is_a_position_or_a_cursor_of_the_feed) {
  const auto tokens = tokens_of(1, 3);
  EXPECT_EQ(tokens.parse_min_position(tokens.cursor({{1, 0, 7}})), (Positions{{1, 0, 7}}));
  EXPECT_EQ(tokens.parse_min_position(tokens.position(1, 9)), (Positions{{0, 9, 0}}));
  EXPECT_FALSE(
      tokens.parse_min_position(tokens.list_cursor(Tokens::List::merchants, std::vector<std::uint64_t>{1})));
  EXPECT_FALSE(tokens.parse_min_position(tokens_of(2, 3).cursor({{1, 0, 7}})));
}

TEST(Tokens, every_changed_character_is_noticed) {
  const auto tokens = tokens_of(1, 2);
  const auto good = tokens.cursor({{1, 2}});
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.parse_cursor(bad)) << i;
    EXPECT_FALSE(tokens.parse_cursor(good.substr(0, i))) << i;
  }
  EXPECT_FALSE(tokens.parse_cursor(good + good));
  EXPECT_FALSE(tokens.parse_cursor(std::string(10'000, 'A')));
}

TEST(Tokens, those_of_others_and_of_fewer_books_are_refused) {
  const auto cursor = tokens_of(1, 2).cursor({{1, 2}});
  EXPECT_FALSE(tokens_of(2, 2).parse_cursor(cursor));
  EXPECT_FALSE(tokens_of(1, 3).parse_cursor(cursor));
  EXPECT_FALSE(tokens_of(1, 1).parse_position(tokens_of(1, 2).position(1, 1)));
}

TEST(Tokens, a_moving_cursor_is_the_same_as_a_whole_one) {
  const auto tokens = tokens_of(1, 3);
  CursorWriter cursor(tokens, {{0, 0, 0}});
  cursor.move(1, 8);
  cursor.move(2, 3);
  cursor.move(1, 9);
  EXPECT_EQ(cursor.text(), tokens.cursor({{0, 9, 3}}));
}

}  // namespace
}  // namespace wonjang
