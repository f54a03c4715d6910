#include "base/batch_map.h"

#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"

namespace wonjang {
namespace {

struct Itself {
  std::size_t operator()(std::uint64_t key) const { return key; }
};
struct AllAlike {
  std::size_t operator()(std::uint64_t) const { return 7; }
};

TEST(BatchMap, holds_what_was_put_and_nothing_else) {
  Rng rng(1);
  BatchMap<std::uint64_t, int, Itself> map;
  std::map<std::uint64_t, int> model;
  for (int i = 0; i < 5'000; ++i) {
    const auto key = rng.below(3'000);
    if (rng.below(2) == 0) {
      map.put(key, i);
      model[key] = i;
    } else {
      EXPECT_EQ(map.try_emplace(key, i).second, model.try_emplace(key, i).second);
    }
  }
  EXPECT_EQ(map.size(), model.size());
  for (std::uint64_t key = 0; key < 3'000; ++key) {
    const auto* found = map.find(key);
    ASSERT_EQ(found != nullptr, model.contains(key)) << key;
    if (found != nullptr) {
      EXPECT_EQ(*found, model[key]);
    }
  }
}

TEST(BatchMap, an_emptied_one_knows_nothing) {
  BatchMap<std::uint64_t, int, Itself> map(4);
  for (int round = 0; round < 100; ++round) {
    EXPECT_EQ(map.size(), 0U);
    for (std::uint64_t key = 0; key < 40; ++key) EXPECT_EQ(map.find(key), nullptr) << round;
    for (std::uint64_t key = 0; key < 40; ++key) map.put(key, round);
    EXPECT_EQ(*map.find(39), round);
    map.clear();
  }
}

TEST(BatchMap, keys_that_fall_together_are_told_apart) {
  BatchMap<std::uint64_t, int, AllAlike> map;
  for (int i = 0; i < 100; ++i) map.put(static_cast<std::uint64_t>(i), i);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*map.find(static_cast<std::uint64_t>(i)), i);
  EXPECT_EQ(map.find(100), nullptr);
}

}  // namespace
}  // namespace wonjang
