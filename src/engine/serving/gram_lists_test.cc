#include "engine/serving/gram_lists.h"

#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"

namespace wonjang::serving {
namespace {

TEST(GramLists, grams_of_other_lengths_and_orders_differ) {
  EXPECT_NE(gram_of(U"가"), gram_of(U"가가"));
  EXPECT_NE(gram_of(U"가나"), gram_of(U"나가"));
  EXPECT_NE(gram_of(U"가나"), gram_of(U"가나다"));
  EXPECT_EQ(gram_of(U"가나다"), gram_of(U"가나다"));
}

TEST(GramLists, an_unknown_gram_has_no_list) {
  GramLists lists;
  std::vector<std::uint32_t> out;
  lists.read(gram_of(U"가"), 100, out);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(lists.count(gram_of(U"가")), 0U);
}

TEST(GramLists, the_first_number_may_be_0_and_the_largest_fits) {
  GramLists lists;
  const std::vector<std::uint32_t> numbers{0, 1, 127, 128, 129 + 16383, 0x7FFF'FFFE, 0xFFFF'FFFE};
  for (const auto number : numbers) lists.append(gram_of(U"가"), number);
  std::vector<std::uint32_t> out;
  lists.read(gram_of(U"가"), 0xFFFF'FFFF, out);
  EXPECT_EQ(out, numbers);
}

TEST(GramLists, a_number_stands_once_in_a_list_and_until_ends_it) {
  GramLists lists;
  for (const std::uint32_t number : {3U, 3U, 5U, 5U, 9U}) lists.append(gram_of(U"가"), number);
  EXPECT_EQ(lists.count(gram_of(U"가")), 3U);
  std::vector<std::uint32_t> out;
  lists.read(gram_of(U"가"), 9, out);
  EXPECT_EQ(out, (std::vector<std::uint32_t>{3, 5}));
}

TEST(GramLists, every_list_of_any_length_is_read_back) {
  Rng rng(20261122);
  GramLists lists;
  std::map<Gram, std::vector<std::uint32_t>> expected;
  for (std::uint32_t number = 0; number < 20'000; ++number) {
    for (int i = 0; i < 4; ++i) {
      // Few frequent grams, many rare ones.
      const auto c = static_cast<char32_t>(0xAC00 + rng.below(1 + rng.below(1 + rng.below(11'000))));
      const Gram gram = gram_of(std::u32string{c, U'가'});
      lists.append(gram, number * 37);
      auto& list = expected[gram];
      if (list.empty() || list.back() != number * 37) list.push_back(number * 37);
    }
  }
  EXPECT_EQ(lists.lists(), expected.size());
  for (const auto& [gram, numbers] : expected) {
    std::vector<std::uint32_t> out;
    lists.read(gram, UINT32_MAX, out);
    ASSERT_EQ(out, numbers);
    ASSERT_EQ(lists.count(gram), numbers.size());
  }
}

}  // namespace
}  // namespace wonjang::serving
