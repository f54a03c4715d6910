#include "app/load/histogram.h"

#include <gtest/gtest.h>

#include <random>

namespace wonjang {
namespace {

TEST(Histogram, small_values_are_exact) {
  Histogram h;
  for (std::uint64_t v = 0; v < 256; ++v) h.add(v);
  EXPECT_EQ(h.count(), 256U);
  EXPECT_EQ(h.percentile(50'000), 127U);
  EXPECT_EQ(h.percentile(100'000), 255U);
  EXPECT_EQ(h.percentile(0), 0U);
  EXPECT_EQ(h.mean(), 127U);
}

TEST(Histogram, every_percentile_is_within_one_per_cent_above) {
  constexpr unsigned kSeed = 7;
  std::mt19937_64 rng(kSeed);
  std::vector<std::uint64_t> values;
  Histogram h;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(rng() >> (24 + rng() % 40));
    h.add(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const std::uint64_t p : {1'000U, 25'000U, 50'000U, 90'000U, 99'000U, 99'900U, 99'990U, 100'000U}) {
    const auto exact = values[std::max<std::uint64_t>(1, (values.size() * p + 99'999) / 100'000) - 1];
    EXPECT_GE(h.percentile(p), exact) << p;
    EXPECT_LE(h.percentile(p), exact + exact / 100) << p;
  }
}

TEST(Histogram, merging_is_the_same_as_adding) {
  Histogram a;
  Histogram b;
  Histogram all;
  for (std::uint64_t v = 1; v < 1'000'000; v = v * 3 + 1) {
    (v % 2 == 0 ? a : b).add(v, 2);
    all.add(v, 2);
  }
  Histogram merged;
  merged.merge(a);
  merged.merge(Histogram());
  merged.merge(b);
  EXPECT_EQ(merged.count(), all.count());
  EXPECT_EQ(merged.min(), all.min());
  EXPECT_EQ(merged.max(), all.max());
  for (std::uint64_t p = 0; p <= 100'000; p += 1'000) EXPECT_EQ(merged.percentile(p), all.percentile(p));
}

TEST(Histogram, the_edges) {
  Histogram h;
  EXPECT_EQ(h.percentile(99'000), 0U);
  h.add(UINT64_MAX);
  EXPECT_EQ(h.max(), Histogram::kValueMax);
  EXPECT_EQ(h.percentile(50'000), Histogram::kValueMax);
}

}  // namespace
}  // namespace wonjang
