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

Cell negative_of(const Cell& cell) {
  Cell out;
  for (const auto& group : cell.groups()) {
    auto& back = out.group(group.dims);
    EXPECT_TRUE(back.sums.subtract(group.sums));
    back.amounts.subtract(group.amounts);
  }
  return out;
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
        ASSERT_TRUE(expected.add(change.dims, change.sums, change.amounts));
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
    const auto how = merged(merge, bytes, negative_of(expected), false, next);
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

// A cell of Cell::kGroupsMax groups.
Cell full_cell() {
  Cell cell;
  for (std::uint32_t i = 0; i < Cell::kGroupsMax; ++i) {
    std::string rest;
    put_be32(rest, i);
    auto& group = cell.group(dims("KRW", rest));
    group.sums = sums_of(1);
    group.amounts.add(1, 1);
  }
  return cell;
}

TEST(CellMerge, one_group_too_many_saturates_a_cell) {
  const Cell cell = full_cell();
  const std::string bytes = encode_cell(cell);
  Cell one;
  one.group(dims("KRW", "last")).sums = sums_of(5, 2);
  one.group(dims("USD", "last")).sums = sums_of(7);
  CellMerge merge;
  std::string out, next;
  ASSERT_EQ(*merged(merge, bytes, cell, true, out), Merged::done);
  EXPECT_FALSE(merge.is_saturated());
  ASSERT_EQ(*merged(merge, bytes, one, true, out), Merged::done);
  EXPECT_TRUE(merge.is_saturated());

  const auto all = decode_cell(out);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(all->is_saturated());
  ASSERT_EQ(all->groups().size(), 2U);
  EXPECT_EQ(all->groups()[0].dims, dims("KRW", ""));
  EXPECT_EQ(all->groups()[0].sums.amount, (Moments{16'385, 16'389, 16'384 + 25}));
  EXPECT_TRUE(all->groups()[0].sums.net() == 16'387);
  Histogram ones;
  ones.add(1, 16'384);
  EXPECT_EQ(all->groups()[0].amounts, ones);
  EXPECT_EQ(encode_cell(*all), out);

  // For good, whatever leaves it, and below zero in no currency.
  const Cell back = negative_of(cell);
  ASSERT_EQ(*merged(merge, out, back, true, next), Merged::done);
  const auto left = decode_cell(next);
  ASSERT_TRUE(left) << left.error().message;
  EXPECT_TRUE(left->is_saturated());
  EXPECT_EQ(left->groups()[0].sums, sums_of(5, 2));
  EXPECT_EQ(*merged(merge, next, back, true, out), Merged::below_zero);
  ASSERT_EQ(*merged(merge, next, back, false, out), Merged::done);
}

TEST(CellMerge, a_saturated_cell_of_nothing_stays_one) {
  CellMerge merge(/*groups_max=*/1);
  Cell delta;
  delta.group(dims("KRW", "a")).sums = sums_of(10);
  ASSERT_TRUE(delta.group(dims("KRW", "b")).sums.subtract(sums_of(10)));
  std::string out, next;
  ASSERT_EQ(*merged(merge, {}, delta, false, out), Merged::done);
  EXPECT_EQ(to_hex(out), "020200");
  Cell one;
  one.group(dims("KRW", "a")).sums = sums_of(10);
  ASSERT_EQ(*merged(merge, out, one, false, next), Merged::done);
  const auto cell = decode_cell(next);
  ASSERT_TRUE(cell);
  EXPECT_TRUE(cell->is_saturated());
  EXPECT_EQ(cell->groups()[0].sums, sums_of(10));
}

// Cut into batches in two ways, a cell may be saturated on one side only: both know the same by currency.
TEST(CellMerge, a_saturated_cell_has_what_all_its_groups_would_have) {
  Rng rng(32);
  int one_sided = 0;
  for (int round = 0; round < 300; ++round) {
    const std::size_t groups_max = 3 + rng.below(5);
    CellMerge merge(groups_max);
    CellMerge merge_pairs(groups_max);
    Cell expected, pair;
    std::string bytes, by_pairs, next;
    const auto take = [](Cell& into, const Cell& delta) {
      for (const auto& change : delta.groups()) {
        ASSERT_TRUE(into.add(change.dims, change.sums, change.amounts));
      }
      into.remove_zeros();
    };
    Cell delta;
    for (int step = 0; step < 8; ++step) {
      // Now and then what came is taken back at once: too many groups for a while.
      delta = step % 2 == 1 && rng.chance(40) ? negative_of(delta) : random_delta(rng, round % 2 == 0);
      take(expected, delta);
      take(pair, delta);
      if (expected.groups().size() > groups_max) {
        ASSERT_TRUE(expected.saturate());
      }
      ASSERT_EQ(*merged(merge, bytes, delta, false, next), Merged::done);
      std::swap(bytes, next);
      ASSERT_EQ(bytes, expected.is_empty() ? "" : encode_cell(expected));
      if (step % 2 == 0) continue;
      ASSERT_EQ(*merged(merge_pairs, by_pairs, pair, false, next), Merged::done);
      std::swap(by_pairs, next);
      pair = {};
      ASSERT_TRUE(is_same_cell(bytes, by_pairs)) << to_hex(bytes) << " " << to_hex(by_pairs);
      one_sided += merge.is_saturated() != merge_pairs.is_saturated() ? 1 : 0;
    }
    if (!expected.is_saturated()) continue;
    Cell other = expected;
    ASSERT_TRUE(other.group(dims("KRW", "")).sums.add(sums_of(1)));
    other.remove_zeros();
    EXPECT_FALSE(is_same_cell(encode_cell(other), by_pairs));
  }
  EXPECT_GT(one_sided, 0);
}

TEST(CellMerge, two_cells_of_which_none_is_saturated_are_the_same_only_as_bytes) {
  Cell a, b;
  a.group(dims("KRW", "a")).sums = sums_of(10);
  b.group(dims("KRW", "b")).sums = sums_of(10);
  EXPECT_FALSE(is_same_cell(encode_cell(a), encode_cell(b)));
  EXPECT_FALSE(is_same_cell(encode_cell(a), ""));
  EXPECT_FALSE(is_same_cell(encode_cell(a), "no cell"));
  EXPECT_TRUE(is_same_cell("", encode_cell([] {
                             Cell nothing;
                             EXPECT_TRUE(nothing.saturate());
                             return nothing;
                           }())));
  ASSERT_TRUE(b.saturate());
  EXPECT_TRUE(is_same_cell(encode_cell(a), encode_cell(b)));
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

TEST(PackedCell, an_unknown_flag_or_dimensions_in_a_saturated_cell_are_refused) {
  Cell cell;
  cell.group(dims("KRW", "a")).sums = sums_of(1'000);
  std::string bytes = encode_cell(cell);
  bytes[1] = 4;
  EXPECT_FALSE(decode_cell(bytes));
  bytes[1] = 2;
  EXPECT_FALSE(decode_cell(bytes));
  EXPECT_FALSE(decode_cell(std::string_view("\x02\x00\x00", 3)));  // of nothing, and not saturated
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
