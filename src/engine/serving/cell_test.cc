#include "engine/serving/cell.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/rng.h"

namespace wonjang::serving {
namespace {

std::string dims(std::string_view currency, std::string_view rest) {
  std::string out;
  put_sized(out, currency);
  return out += rest;
}

Measures sums_of(std::int64_t amount, std::int64_t canceled = 0) {
  Measures m;
  EXPECT_TRUE(m.amount.add_value(amount));
  m.gross = amount;
  m.canceled = canceled;
  return m;
}

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

TEST(Cell, its_front_is_the_sum_of_its_groups_by_currency) {
  Cell cell;
  cell.group(dims("KRW", "a")).sums = sums_of(1'000);
  cell.group(dims("USD", "a")).sums = sums_of(5);
  cell.group(dims("KRW", "b")).sums = sums_of(2'000, 500);
  const std::string bytes = encode_cell(cell);
  std::vector<CurrencySums> front;
  ASSERT_TRUE(decode_front(bytes, front));
  ASSERT_EQ(front.size(), 2U);
  EXPECT_EQ(front[0].currency, "KRW");
  EXPECT_EQ(front[0].sums.amount, (Moments{2, 3'000, 5'000'000}));
  EXPECT_TRUE(front[0].sums.net() == 2'500);
  EXPECT_EQ(front[1].currency, "USD");
  EXPECT_EQ(front[1].sums.amount.count, 1);
}

// The bytes of docs/formats/totals.md.
TEST(Cell, its_bytes_are_pinned) {
  Cell cell;
  cell.group(dims("KRW", {"\x01\x04", 2})).sums = sums_of(10'000);
  EXPECT_EQ(to_hex(encode_cell(cell)), "010001034b52570102a09c018084af5fa09c0100020104");
  cell.group(dims("KRW", {"\x01\x06", 2})).sums = sums_of(100, 100);
  EXPECT_EQ(to_hex(encode_cell(cell)),
            "010001034b52570204e89d01a0a0b05fe89d01c801"  // the front
            "02010402a09c018084af5fa09c0100"
            "02010602c801a09c01c801c801");
  Cell late;
  auto& group = late.group(dims("KRW", ""));
  group.sums.canceled = 7;
  group.amounts.add(100, -2);
  EXPECT_EQ(to_hex(encode_cell(late)), "010101034b525701000000000e0001c60103");
}

TEST(Cell, equal_content_is_equal_bytes_however_it_came_about) {
  Rng rng(12);
  Cell whole, by_parts;
  std::vector<Cell> parts;
  for (int i = 0; i < 40; ++i) parts.push_back(random_cell(rng, true));
  for (const auto& part : parts) ASSERT_EQ(whole.merge(part), Merged::done);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    ASSERT_EQ(by_parts.merge(*part), Merged::done);
  EXPECT_EQ(encode_cell(whole), encode_cell(by_parts));
  Cell negative;
  for (const auto& group : whole.groups()) {
    auto& back = negative.group(group.dims);
    ASSERT_TRUE(back.sums.subtract(group.sums));
    back.amounts.subtract(group.amounts);
  }
  ASSERT_EQ(whole.merge(negative), Merged::done);
  EXPECT_TRUE(whole.is_empty());
}

TEST(Cell, has_a_bound_of_groups) {
  Cell cell;
  for (std::uint32_t i = 0; i < Cell::kGroupsMax; ++i) {
    std::string rest;
    put_be32(rest, i);
    cell.group(dims("KRW", rest)).sums = sums_of(1);
  }
  Cell one;
  one.group(dims("KRW", "last")).sums = sums_of(1);
  Cell same = cell;
  EXPECT_EQ(same.merge(cell), Merged::done);
  EXPECT_EQ(cell.merge(one), Merged::too_many_groups);
}

TEST(Cell, sums_that_fit_alone_and_not_together_are_refused) {
  Cell cell, other;
  cell.group(dims("KRW", "a")).sums.amount = {Moments::kCountMax, 1, 1};
  other.group(dims("KRW", "b")).sums.amount = {1, 1, 1};
  EXPECT_EQ(cell.merge(other), Merged::out_of_bounds);
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
