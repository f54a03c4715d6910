#include "engine/serving/histogram.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/assert.h"
#include "base/int128.h"
#include "engine/serving/exact.h"
#include "engine/serving/histogram_bounds.h"

namespace wonjang::serving {
namespace {

constexpr auto kLastBucket = static_cast<std::int32_t>(kHistogramBounds.size());

}  // namespace

std::int32_t Histogram::buckets() { return kLastBucket; }

std::int32_t Histogram::bucket_of(std::int64_t value) {
  if (value == 0) return 0;
  const auto bits = static_cast<std::uint64_t>(value);
  const std::uint64_t size = value < 0 ? std::uint64_t{0} - bits : bits;
  const auto above = std::upper_bound(kHistogramBounds.begin(), kHistogramBounds.end(), size);
  const auto bucket = static_cast<std::int32_t>(above - kHistogramBounds.begin());  // from 1 on
  return value < 0 ? -bucket : bucket;
}

std::optional<std::int64_t> Histogram::estimate_of(std::int32_t bucket) {
  if (bucket == 0) return 0;
  if (bucket > kLastBucket || bucket < -kLastBucket) return std::nullopt;
  const std::uint64_t low = kHistogramBounds[static_cast<std::size_t>(bucket < 0 ? -bucket : bucket) - 1];
  // 1 % above the lowest value: the table's buckets end where that is 1 % below.
  const std::uint64_t estimate =
      std::min<std::uint64_t>(low + low / 100, std::numeric_limits<std::int64_t>::max());
  return bucket < 0 ? -static_cast<std::int64_t>(estimate) : static_cast<std::int64_t>(estimate);
}

void Histogram::add(std::int64_t value, std::int64_t times) {
  if (times == 0) return;
  const auto bucket = bucket_of(value);
  const auto at = std::lower_bound(counts_.begin(), counts_.end(), bucket,
                                   [](const Count& c, std::int32_t b) { return c.bucket < b; });
  if (at == counts_.end() || at->bucket != bucket) {
    counts_.insert(at, {bucket, times});
  } else if ((at->count += times) == 0) {
    counts_.erase(at);
  }
}

void Histogram::add(const Histogram& other) { merge(other, 1); }
void Histogram::subtract(const Histogram& other) { merge(other, -1); }

void Histogram::merge(const Histogram& other, std::int64_t sign) {
  std::vector<Count> merged;
  merged.reserve(counts_.size() + other.counts_.size());
  auto mine = counts_.begin();
  for (const auto& [bucket, count] : other.counts_) {
    while (mine != counts_.end() && mine->bucket < bucket) merged.push_back(*mine++);
    std::int64_t sum = sign * count;
    if (mine != counts_.end() && mine->bucket == bucket) sum += (mine++)->count;
    if (sum != 0) merged.push_back({bucket, sum});
  }
  merged.insert(merged.end(), mine, counts_.end());
  counts_ = std::move(merged);
}

bool Histogram::is_below_zero() const {
  return std::any_of(counts_.begin(), counts_.end(), [](const Count& c) { return c.count < 0; });
}

std::int64_t Histogram::total() const {
  std::int64_t total = 0;
  for (const auto& c : counts_) total += c.count;
  return total;
}

Result<std::optional<std::int64_t>> Histogram::quantile(std::uint32_t q_per_10000) const {
  if (q_per_10000 > 10'000) return invalid("a quantile is asked for in 1/10,000, from 0 to 10000");
  if (is_below_zero()) return corrupt("statistics: a histogram's bucket is below zero");
  if (counts_.empty()) return std::optional<std::int64_t>();
  const int128 wanted = (static_cast<int128>(total()) * q_per_10000 + 9'999) / 10'000;
  const int128 rank = wanted > 1 ? wanted : 1;
  int128 running = 0;
  for (const auto& [bucket, count] : counts_) {
    running += count;
    if (running >= rank) return estimate_of(bucket);
  }
  WJ_ASSERT(false);  // the running count ends at the total, which is no smaller than the rank
}

void Histogram::encode(std::string& out) const {
  put_varint(out, counts_.size());
  std::int32_t before = 0;
  for (const auto& [bucket, count] : counts_) {
    put_signed(out, bucket - before);
    put_signed(out, count);
    before = bucket;
  }
}

Result<Histogram> Histogram::decode(ByteReader& in) {
  constexpr std::int64_t kCountMax = Moments::kCountMax;
  Histogram out;
  const auto size = in.varint();
  if (size > in.remaining() / 2) return corrupt("totals: a histogram is longer than its bytes");
  out.counts_.reserve(size);
  std::int64_t bucket = 0;
  for (std::uint64_t i = 0; i < size; ++i) {
    const auto step = read_signed(in);
    const auto count = read_signed(in);
    if (!in.ok() || step > 2 * kLastBucket || step < -kLastBucket)
      return corrupt("totals: a histogram's bytes");
    bucket += step;
    const bool rises = i == 0 || step > 0;
    if (!rises || count == 0 || count > kCountMax || count < -kCountMax) {
      return corrupt("totals: a histogram's counts");
    }
    if (bucket > kLastBucket || bucket < -kLastBucket) return corrupt("totals: a histogram's bucket");
    out.counts_.push_back({static_cast<std::int32_t>(bucket), count});
  }
  return out;
}

}  // namespace wonjang::serving
