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

// ---- epochs: what a restore has lost

Tokens restored_tokens(std::vector<Restored> restores) {
  return {TokenSeal(Hash256{}), /*books=*/2, Epochs(std::move(restores))};
}
const Restored kFirstRestore{0xA1B2C3D4, Instant{1'000}, {{20, 5}}};
const Restored kSecondRestore{0x0F0F0F0F, Instant{2'000}, {{30, 5}}};

TEST(Tokens, a_ledger_that_was_never_restored_gives_the_tokens_it_always_gave) {
  EXPECT_EQ(restored_tokens({}).cursor({{7, 300}}), "LCcbTZxUk_q-FHchGpTj89_l6R3ggk0ZZEwN-a2H2KQ");
  EXPECT_EQ(restored_tokens({}).list_cursor(Tokens::List::merchants, std::vector<std::uint64_t>{1, 2}),
            "IKX-SPCOU-GEV-4bR8HRY9JMPtDX5wh7cMxE2lQT0QY");
}

TEST(Tokens, what_a_restore_has_lost_stays_refused_however_far_the_books_grow) {
  const auto before = restored_tokens({});
  const auto after = restored_tokens({kFirstRestore});
  for (const Positions& lost : {Positions{{21, 5}}, Positions{{20, 6}}, Positions{{3, UINT64_MAX}}}) {
    EXPECT_FALSE(after.parse_cursor(before.cursor(lost)));
    EXPECT_FALSE(after.parse_position(before.positions(lost)));
    EXPECT_FALSE(after.parse_min_position(before.cursor(lost)));
    ASSERT_TRUE(after.lost_place(before.cursor(lost)));
    EXPECT_EQ(after.lost_place(before.cursor(lost))->restored_at, kFirstRestore.at);
    EXPECT_TRUE(after.lost_place(before.positions(lost)));
    // The same places of the ledger that goes on are good, and others.
    EXPECT_EQ(after.parse_cursor(after.cursor(lost)), lost);
    EXPECT_NE(after.cursor(lost), before.cursor(lost));
  }
}

TEST(Tokens, what_the_backup_held_stays_good_and_is_spelled_as_before) {
  const auto before = restored_tokens({});
  const auto after = restored_tokens({kFirstRestore, kSecondRestore});
  for (const Positions& held : {Positions{{0, 0}}, Positions{{15, 5}}, Positions{{20, 5}}}) {
    EXPECT_EQ(after.parse_cursor(before.cursor(held)), held);
    EXPECT_EQ(after.parse_position(before.positions(held)), held);
    EXPECT_EQ(after.cursor(held), before.cursor(held));
    EXPECT_FALSE(after.lost_place(before.cursor(held)));
  }
}

TEST(Tokens, of_several_restores_each_keeps_what_its_backup_held) {
  const auto first = restored_tokens({});
  const auto second = restored_tokens({kFirstRestore});
  const auto third = restored_tokens({kFirstRestore, kSecondRestore});
  EXPECT_EQ(third.parse_cursor(second.cursor({{30, 5}})), (Positions{{30, 5}}));
  EXPECT_FALSE(third.parse_cursor(first.cursor({{30, 5}})));
  EXPECT_EQ(third.lost_place(first.cursor({{30, 5}}))->restored_at, kFirstRestore.at);
  EXPECT_FALSE(third.parse_cursor(second.cursor({{31, 5}})));
  EXPECT_EQ(third.lost_place(second.cursor({{31, 5}}))->restored_at, kSecondRestore.at);
  // What was written behind the first restore isn't of the ledger that it was restored from.
  EXPECT_FALSE(first.parse_cursor(second.cursor({{21, 5}})));
}

TEST(Tokens, two_ledgers_restored_from_one_backup_refuse_each_others) {
  const auto here = restored_tokens({kFirstRestore});
  auto twin = kFirstRestore;
  twin.epoch = 0x51515151;
  const auto there = restored_tokens({twin});
  EXPECT_EQ(here.parse_cursor(there.cursor({{20, 5}})), (Positions{{20, 5}})) << "both hold this";
  EXPECT_FALSE(here.parse_cursor(there.cursor({{21, 5}})));
  const auto lost = here.lost_place(there.cursor({{21, 5}}));
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->restored_at, Instant());
  EXPECT_FALSE(lost->go_on_after) << "where they parted isn't known";
}

TEST(Tokens, a_lost_cursor_is_told_where_to_go_on) {
  const auto first = restored_tokens({});
  const auto third = restored_tokens({kFirstRestore, kSecondRestore});
  // Behind what it has seen, and what is still here: book by book.
  EXPECT_EQ(third.lost_place(first.cursor({{40, 3}}))->go_on_after, third.cursor({{20, 3}}));
  EXPECT_EQ(third.lost_place(first.cursor({{12, 9}}))->go_on_after, third.cursor({{12, 5}}));
  EXPECT_EQ(third.lost_place(restored_tokens({kFirstRestore}).cursor({{40, 6}}))->go_on_after,
            third.cursor({{30, 5}}));
  EXPECT_FALSE(third.lost_place(first.positions({{40, 3}}))->go_on_after);
}

TEST(Tokens, a_restore_ends_the_cursors_of_lists) {
  const std::vector<std::uint64_t> key{1, 2};
  const auto before = restored_tokens({});
  const auto after = restored_tokens({kFirstRestore});
  const auto cursor = before.list_cursor(Tokens::List::merchants, key);
  EXPECT_FALSE(after.parse_list_cursor(Tokens::List::merchants, cursor, key.size()));
  EXPECT_EQ(after.lost_place(cursor)->restored_at, kFirstRestore.at);
  EXPECT_FALSE(after.lost_place(cursor)->go_on_after);
  const auto fresh = after.list_cursor(Tokens::List::merchants, key);
  EXPECT_EQ(after.parse_list_cursor(Tokens::List::merchants, fresh, key.size()), key);
  EXPECT_FALSE(
      restored_tokens({kFirstRestore, kSecondRestore}).parse_list_cursor(Tokens::List::merchants, fresh, 2));
}

TEST(Tokens, what_is_none_of_ours_is_not_called_lost) {
  const auto after = restored_tokens({kFirstRestore});
  EXPECT_FALSE(after.lost_place(""));
  EXPECT_FALSE(after.lost_place("now"));
  EXPECT_FALSE(after.lost_place(std::string(10'000, 'A')));
  EXPECT_FALSE(after.lost_place(tokens_of(9, 2).cursor({{40, 40}})));
  auto bent = restored_tokens({}).cursor({{40, 40}});
  bent[3] = bent[3] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(after.lost_place(bent));
}

}  // namespace
}  // namespace wonjang
