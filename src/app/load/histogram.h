// Counts of durations in log-linear buckets: exact below 256, under 0.8 % too high above. Mergeable, 35 KiB.
// Values are microseconds by convention; the histogram doesn't mind.
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace wonjang {

class Histogram {
 public:
  static constexpr std::uint64_t kValueMax = (std::uint64_t{1} << 40U) - 1;  // larger ones count as this

  Histogram() : counts_(index_of(kValueMax) + 1) {}

  void add(std::uint64_t value, std::uint64_t times = 1) {
    value = std::min(value, kValueMax);
    counts_[index_of(value)] += times;
    count_ += times;
    sum_ += value * times;
    max_ = std::max(max_, value);
    min_ = count_ == times ? value : std::min(min_, value);
  }
  void merge(const Histogram& other) {
    if (other.count_ == 0) return;
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    count_ += other.count_;
    sum_ += other.sum_;
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t min() const { return min_; }  // exact; 0 if empty
  std::uint64_t max() const { return max_; }  // exact; 0 if empty
  std::uint64_t mean() const { return count_ == 0 ? 0 : sum_ / count_; }

  // The value that this share of the values does not exceed, rounded up to its bucket, never past max():
  // percentile(99'000) is p99, percentile(99'990) is p99.99. REQUIRES: 0 <= hundred_thousandths <= 100'000
  std::uint64_t percentile(std::uint64_t hundred_thousandths) const {
    if (count_ == 0) return 0;
    const auto rank = std::max<std::uint64_t>(1, (count_ * hundred_thousandths + 99'999) / 100'000);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen >= rank) return std::clamp(upper_end_of(i), min_, max_);
    }
    return max_;
  }

 private:
  static constexpr unsigned kBits = 7;  // 128 buckets a power of two
  static std::size_t index_of(std::uint64_t value) {
    if (value < 2U << kBits) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kBits - 1;
    return static_cast<std::size_t>((std::uint64_t{shift} << kBits) + (value >> shift));
  }
  static std::uint64_t upper_end_of(std::size_t index) {
    if (index < 2U << kBits) return index;
    const auto shift = (index >> kBits) - 1;
    return (((index - (shift << kBits)) + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace wonjang
