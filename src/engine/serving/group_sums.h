// GroupSums: additive sums over records, in a fixed number of groups: what two sides of any size compare in
// little memory. Adding commutes, so both sides may come in any order; a group whose sums differ holds a
// difference, and only its records need to be looked at one by one.
//
// A record adds hashes of its key and value (record_sum). A cell of totals and a bucket are sums themselves,
// so they add their numbers times weights that only their place decides (CellWeights): then the sum over the
// facts equals the sum over the stored cells, however the facts were added up. Weights are odd, so one wrong
// number always shows; several cancel out with a chance of about 2^-64. Against accidents, not adversaries.
//
// Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/hash64.h"
#include "base/int128.h"

namespace wonjang::serving {

class GroupSums {
 public:
  static constexpr std::uint32_t kGroups = 4096;
  static std::uint32_t group_of(std::string_view what) {
    return static_cast<std::uint32_t>(hash64(what, 0x6f4d0ad3b1e97c25ULL) % kGroups);
  }

  GroupSums() : sums_(kGroups) {}
  void add(std::uint32_t group, uint128 value) { sums_[group] += value; }

  // Groups that differ, in order.
  std::vector<std::uint32_t> differing(const GroupSums& other) const {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < kGroups; ++i) {
      if (sums_[i] != other.sums_[i]) out.push_back(i);
    }
    return out;
  }

 private:
  std::vector<uint128> sums_;
};

inline uint128 record_sum(std::string_view key, std::string_view value) {
  const std::uint64_t a = hash64(value, hash64(key, 0x1d8e4e27c47d124fULL));
  const std::uint64_t b = hash64(value, hash64(key, 0xeb44accab455d165ULL));
  return (static_cast<uint128>(a) << 64U) | b;
}

// The weights of the numbers of one place.
class CellWeights {
 public:
  explicit CellWeights(std::string_view key, std::string_view dims = {})
      : base_(hash64(dims, hash64(key, 0x9c6e6877736c46e3ULL))) {}

  std::uint64_t weight(std::uint64_t number) const {
    return mixed(base_ + number * 0x9e3779b97f4a7c15ULL) | 1U;
  }
  uint128 weigh(std::uint64_t number, int128 value) const {
    return static_cast<uint128>(value) * weight(number);
  }

 private:
  static std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
  }
  std::uint64_t base_;
};

}  // namespace wonjang::serving
