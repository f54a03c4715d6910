#include "engine/serving/flat_keys.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/rng.h"

namespace wonjang::serving {
namespace {

TEST(FlatKeys, number_as_a_map_would_through_growth_and_clearing) {
  Rng rng(21);
  FlatKeys keys;
  for (const std::uint64_t size : {1U, 5'000U, 3U, 40'000U}) {
    std::map<std::string, std::uint32_t> expected;
    std::vector<std::string> by_number;
    for (std::uint64_t i = 0; i < 2 * size; ++i) {
      std::string key(rng.below(20), 'k');
      key += std::to_string(rng.below(size));
      const auto [at, is_new] = expected.try_emplace(key, static_cast<std::uint32_t>(expected.size()));
      if (is_new) by_number.push_back(key);
      const auto got = keys.number_of(key);
      ASSERT_EQ(got.number, at->second);
      ASSERT_EQ(got.is_new, is_new);
    }
    ASSERT_EQ(keys.size(), expected.size());
    for (std::uint32_t i = 0; i < by_number.size(); ++i) ASSERT_EQ(keys[i], by_number[i]);
    keys.clear();
    ASSERT_EQ(keys.size(), 0U);
  }
  EXPECT_TRUE(keys.number_of("").is_new);
  EXPECT_FALSE(keys.number_of("").is_new);
}

}  // namespace
}  // namespace wonjang::serving
