#include "engine/serving/hot_cells.h"

#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"

namespace wonjang::serving {
namespace {

void put(HotCells& cells, std::string_view key, std::string_view cell) {
  cells.put(cells.find(key), key, cell);
  cells.trim();
}

TEST(HotCells, stay_within_their_bytes_and_keep_the_last_used) {
  HotCells cells(10'000);
  put(cells, "kept", std::string(100, 'k'));
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_NE(cells.find("kept"), HotCells::kAbsent);
    put(cells, "k" + std::to_string(i), std::string(static_cast<std::size_t>(i % 200), 'x'));
    ASSERT_LE(cells.byte_size(), 10'000U);
  }
  EXPECT_EQ(cells.find("k0"), HotCells::kAbsent);
  EXPECT_NE(cells.find("k999"), HotCells::kAbsent);
  put(cells, "huge", std::string(20'000, 'x'));
  EXPECT_EQ(cells.size(), 0U);
  EXPECT_EQ(cells.byte_size(), 0U);
}

TEST(HotCells, hold_what_a_map_would) {
  Rng rng(51);
  HotCells cells(std::size_t{1} << 40U);
  std::map<std::string, std::string> expected;
  for (int i = 0; i < 100'000; ++i) {
    const auto key = "key " + std::to_string(rng.below(i % 20'000 < 10'000 ? 200 : 5'000));
    const auto place = cells.find(key);
    const auto at = expected.find(key);
    ASSERT_EQ(place == HotCells::kAbsent, at == expected.end());
    if (at != expected.end()) {
      ASSERT_EQ(cells.cell_at(place), at->second);
    }
    if (rng.chance(45)) {
      cells.forget(place);
      expected.erase(key);
    } else {
      expected[key] = std::string(rng.below(40), static_cast<char>('a' + i % 26));
      cells.put(place, key, expected[key]);
    }
    ASSERT_EQ(cells.size(), expected.size());
  }
  for (const auto& [key, cell] : expected) ASSERT_EQ(cells.cell_at(cells.find(key)), cell);
  cells.clear();
  EXPECT_EQ(cells.find("key 1"), HotCells::kAbsent);
}

}  // namespace
}  // namespace wonjang::serving
