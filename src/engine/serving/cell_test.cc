#include "engine/serving/cell.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "engine/serving/cell_test_values.h"

namespace wonjang::serving {
namespace {

Cell random_cell(Rng& rng, bool histograms) {
  Cell cell;
  for (auto n = rng.below(12) + 1; n > 0; --n) {
    const std::string rest{static_cast<char>(rng.below(256)), static_cast<char>(rng.below(3))};
    auto& group = cell.group(dims(rng.chance(70) ? "KRW" : "USD", rest));
    const auto amount = static_cast<std::int64_t>(rng.below(1'000'000));
    const bool back = rng.chance(20);
    EXPECT_TRUE(back ? group.sums.subtract(sums_of(amount)) : group.sums.add(sums_of(amount, amount / 2)));
    if (histograms) group.amounts.add(amount, back ? -1 : 1);
  }
  cell.remove_zeros();
  return cell;
}

TEST(Cell, comes_back_from_its_bytes) {
  Rng rng(11);
  for (int i = 0; i < 500; ++i) {
    const Cell cell = random_cell(rng, rng.chance(50));
    if (cell.is_empty()) continue;
    const auto bytes = encode_cell(cell);
    const auto back = decode_cell(bytes);
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(*back, cell);
    ASSERT_EQ(encode_cell(*back), bytes);
  }
}

// The bytes of docs/formats/totals.md.
TEST(Cell, its_bytes_are_pinned) {
  Cell cell;
  cell.group(dims("KRW", {"\x01\x04", 2})).sums = sums_of(10'000);
  EXPECT_EQ(to_hex(encode_cell(cell)), "020001034b5257010c02a09c018084af5fa09c0100020104");
  cell.group(dims("KRW", {"\x01\x06", 2})).sums = sums_of(100, 100);
  EXPECT_EQ(to_hex(encode_cell(cell)),
            "020001034b5257020d04e89d01a0a0b05fe89d01c801"  // the front
            "0201040c02a09c018084af5fa09c0100"
            "0201060a02c801a09c01c801c801");
  Cell late;
  auto& group = late.group(dims("KRW", ""));
  group.sums.canceled = 7;
  group.amounts.add(100, -2);
  EXPECT_EQ(to_hex(encode_cell(late)), "020101034b52570105000000000e000401c60103");
}

TEST(Cell, equal_content_is_equal_bytes_however_it_came_about) {
  Rng rng(12);
  Cell whole, by_parts;
  std::vector<Cell> parts;
  const auto add = [](Cell& cell, const Cell& part) {
    for (const auto& group : part.groups()) {
      ASSERT_TRUE(cell.add(group.dims, group.sums, group.amounts));
    }
    cell.remove_zeros();
  };
  for (int i = 0; i < 40; ++i) parts.push_back(random_cell(rng, true));
  for (const auto& part : parts) add(whole, part);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) add(by_parts, *part);
  EXPECT_EQ(encode_cell(whole), encode_cell(by_parts));
}

TEST(Cell, no_byte_can_go_wrong_and_be_taken_for_something_else_too_large) {
  Rng rng(13);
  int refused = 0, tried = 0;
  for (int i = 0; i < 60; ++i) {
    const Cell cell = random_cell(rng, i % 2 == 0);
    if (cell.groups().size() < 2) continue;
    const auto bytes = encode_cell(cell);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      auto broken = bytes;
      broken[at] = static_cast<char>(broken[at] ^ (1 << rng.below(8)));
      ++tried;
      const auto back = decode_cell(broken);
      if (!back) {
        ++refused;
        EXPECT_EQ(back.error().kind, ErrorKind::corrupt);
      } else {
        EXPECT_NE(*back, cell);
      }
      EXPECT_FALSE(decode_cell(std::string_view(bytes).substr(0, at)));
    }
  }
  EXPECT_GT(refused,
            tried / 3);  // sums guard the numbers; dimensions and counts in histograms are not doubled
  EXPECT_FALSE(decode_cell(""));
}

}  // namespace
}  // namespace wonjang::serving
