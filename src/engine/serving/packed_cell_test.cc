#include "engine/serving/packed_cell.h"

#include <gtest/gtest.h>

#include <map>

#include "base/bytes.h"
#include "base/rng.h"
#include "engine/serving/cell_test_values.h"

namespace wonjang::serving {
namespace {

// The bytes of `stored` and everything of `delta`.
Result<Merged> merged(CellMerge& merge, std::string_view stored, const Cell& delta, bool never_below_zero,
                      std::string& out) {
  std::vector<GroupDelta> deltas;
  for (const auto& group : delta.groups()) deltas.push_back({group.dims, &group.sums, &group.amounts});
  return merge.merge(stored, deltas, never_below_zero, out);
}

Cell random_delta(Rng& rng, bool histograms) {
  Cell cell;
  for (auto n = rng.below(10) + 1; n > 0; --n) {
    const std::string rest(rng.below(3), static_cast<char>(rng.below(4)));
    auto& group = cell.group(dims(rng.chance(70) ? "KRW" : rng.chance(50) ? "JPY" : "EURO", rest));
    const auto amount = static_cast<std::int64_t>(rng.below(1ULL << (rng.below(50) + 1)));
    const bool back = rng.chance(40);
    EXPECT_TRUE(back ? group.sums.subtract(sums_of(amount)) : group.sums.add(sums_of(amount, amount / 2)));
    if (histograms && rng.chance(70)) group.amounts.add(amount, back ? -1 : 1);
  }
  cell.remove_zeros();
  return cell;
}

// Every step of a long history of one cell against plain additions, and back to nothing.
TEST(CellMerge, gives_what_adding_group_by_group_gives) {
  Rng rng(31);
  CellMerge merge;
  for (int round = 0; round < 40; ++round) {
    Cell expected;
    std::string bytes, next;
    for (int step = 0; step < 30; ++step) {
      const Cell delta = random_delta(rng, round % 2 == 0);
      for (const auto& change : delta.groups()) {
        auto& group = expected.group(change.dims);
        ASSERT_TRUE(group.sums.add(change.sums));
        group.amounts.add(change.amounts);
      }
      expected.remove_zeros();
      const auto how = merged(merge, bytes, delta, false, next);
      ASSERT_TRUE(how && *how == Merged::done);
      std::swap(bytes, next);
      ASSERT_EQ(bytes.empty(), expected.is_empty());
      if (bytes.empty()) continue;
      const auto decoded = decode_cell(bytes);
      ASSERT_TRUE(decoded) << decoded.error().message;
      ASSERT_EQ(*decoded, expected);
      ASSERT_EQ(encode_cell(expected), bytes);
    }
    Cell negative;
    for (const auto& group : expected.groups()) {
      auto& back = negative.group(group.dims);
      ASSERT_TRUE(back.sums.subtract(group.sums));
      back.amounts.subtract(group.amounts);
    }
    const auto how = merged(merge, bytes, negative, false, next);
    ASSERT_TRUE(how && *how == Merged::done);
    EXPECT_TRUE(next.empty());
  }
}

TEST(CellMerge, refuses_a_group_below_zero_where_none_may_be) {
  CellMerge merge;
  Cell cell;
  cell.group(dims("KRW", "a")).sums = sums_of(1'000);
  cell.group(dims("KRW", "b")).sums = sums_of(1'000);
  const std::string bytes = encode_cell(cell);
  const auto take = [&](const char* group, const Measures& sums) {
    Cell delta;
    EXPECT_TRUE(delta.group(dims("KRW", group)).sums.subtract(sums));
    std::string out;
    const auto how = merged(merge, bytes, delta, true, out);
    return how ? *how : Merged::out_of_bounds;
  };
  EXPECT_EQ(take("a", sums_of(1'000)), Merged::done);
  EXPECT_EQ(take("a", sums_of(1'001)), Merged::below_zero);
  EXPECT_EQ(take("c", sums_of(1)), Merged::below_zero);
  EXPECT_EQ(take("b", sums_of(999)), Merged::below_zero);  // one won of no payment
}

TEST(CellMerge, has_a_bound_of_groups) {
  Cell cell;
  for (std::uint32_t i = 0; i < Cell::kGroupsMax; ++i) {
    std::string rest;
    put_be32(rest, i);
    cell.group(dims("KRW", rest)).sums = sums_of(1);
  }
  const std::string bytes = encode_cell(cell);
  Cell one;
  one.group(dims("KRW", "last")).sums = sums_of(1);
  CellMerge merge;
  std::string out;
  EXPECT_EQ(*merged(merge, bytes, cell, true, out), Merged::done);
  EXPECT_EQ(*merged(merge, bytes, one, true, out), Merged::too_many_groups);
}

TEST(CellMerge, sums_that_fit_alone_and_not_together_are_refused) {
  Cell cell, other;
  cell.group(dims("KRW", "a")).sums.amount = {Moments::kCountMax, 1, 1};
  other.group(dims("KRW", "b")).sums.amount = {1, 1, 1};
  CellMerge merge;
  std::string out;
  EXPECT_EQ(*merged(merge, encode_cell(cell), other, true, out), Merged::out_of_bounds);
}

TEST(CellMerge, bytes_that_are_no_cell_are_corrupt) {
  Cell cell;
  cell.group(dims("KRW", "a")).sums = sums_of(1'000);
  cell.group(dims("KRW", "b")).sums = sums_of(1'000);
  const std::string bytes = encode_cell(cell);
  CellMerge merge;
  std::string out;
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const auto how = merged(merge, std::string_view(bytes).substr(0, size), cell, true, out);
    ASSERT_FALSE(how) << size;
    EXPECT_EQ(how.error().kind, ErrorKind::corrupt);
  }
  EXPECT_FALSE(merged(merge, bytes + "x", cell, true, out));
}

TEST(PackedCell, its_fronts_are_the_sums_of_its_groups_by_currency) {
  Cell cell;
  cell.group(dims("KRW", "a")).sums = sums_of(1'000);
  cell.group(dims("USD", "a")).sums = sums_of(5);
  cell.group(dims("KRW", "b")).sums = sums_of(2'000, 500);
  const std::string bytes = encode_cell(cell);
  PackedCell packed;
  ASSERT_TRUE(packed.open(bytes));
  const auto fronts = packed.fronts();
  ASSERT_EQ(fronts.size(), 2U);
  EXPECT_EQ(fronts[0].code(), "KRW");
  EXPECT_EQ(fronts[0].sums.amount, (Moments{2, 3'000, 5'000'000}));
  EXPECT_TRUE(fronts[0].sums.net() == 2'500);
  EXPECT_EQ(fronts[1].code(), "USD");
  EXPECT_EQ(fronts[1].sums.amount.count, 1);

  std::map<std::string, std::int64_t> seen;
  for (PackedGroup group; packed.next(group);) {
    Measures sums;
    ASSERT_TRUE(packed.sums_of(group, sums));
    seen[std::string(fronts[group.front].code()) + std::string(group.dims)] =
        static_cast<std::int64_t>(sums.gross);
  }
  EXPECT_FALSE(packed.is_broken());
  EXPECT_EQ(seen, (std::map<std::string, std::int64_t>{{"KRWa", 1'000}, {"KRWb", 2'000}, {"USDa", 5}}));
}

}  // namespace
}  // namespace wonjang::serving
