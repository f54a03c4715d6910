// Histogram: counts of int64 values in logarithmic buckets (as DDSketch), for percentiles that can be merged
// and taken back exactly. A bucket's estimate is within 1 % of each value in it; values from -98 to 98 have
// a bucket each, so there the estimate is the value. Zero has its own bucket, negative values mirror the
// positive ones.
//
// The bounds are an integer table (histogram_bounds.h, by tools/make_histogram_bounds.py), so no machine's
// log() can move a value to a neighbour. Counts may be negative in a difference of two sets (a late cell).
//
// Stored form: docs/formats/totals.md.
//
// Threads: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace wonjang::serving {

class Histogram {
 public:
  // Of a value: 0 for zero, rising with the value. The same on every machine and for ever.
  static std::int32_t bucket_of(std::int64_t value);
  // What stands for the values of a bucket; nothing for a bucket that isn't one.
  static std::optional<std::int64_t> estimate_of(std::int32_t bucket);
  static std::int32_t buckets();  // above zero; a bucket is in [-buckets(), buckets()]

  // `times` may be negative: taken back.
  void add(std::int64_t value, std::int64_t times);
  void add(const Histogram& other);
  void subtract(const Histogram& other);

  bool is_zero() const { return counts_.empty(); }
  bool is_below_zero() const;  // some bucket is: a bug in stored totals, ordinary in a difference
  std::int64_t total() const;
  // each(bucket, count) for every bucket that isn't zero, in order.
  template <typename Each>
  void for_each(Each&& each) const {
    for (const auto& c : counts_) each(c.bucket, c.count);
  }

  // The estimate of the bucket where the running count first reaches ceil(q * total), q in 1/10,000 (5,000 is
  // the median, 9,900 the 99th percentile). Nothing when there are no values.
  // Errors: invalid (q above 10,000), corrupt (a bucket is below zero).
  Result<std::optional<std::int64_t>> quantile(std::uint32_t q_per_10000) const;

  void encode(std::string& out) const;
  static Result<Histogram> decode(ByteReader& in);

  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  struct Count {
    std::int32_t bucket = 0;
    std::int64_t count = 0;
    friend bool operator==(const Count&, const Count&) = default;
  };
  void merge(const Histogram& other, std::int64_t sign);

  std::vector<Count> counts_;  // by bucket, none zero
};

}  // namespace wonjang::serving
