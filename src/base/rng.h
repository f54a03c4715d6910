// Rng: seeded randomness with a fixed algorithm (splitmix64), so that a printed seed replays a run. Not for
// secrets: those come from adapters/openssl.
// Threads: one owner.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wonjang {

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  // In [0, bound). REQUIRES: bound > 0
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  // True in `percent` of 100 calls.
  bool chance(std::uint32_t percent) { return below(100) < percent; }
  // One of them.
  template <typename T, std::size_t N>
  const T& pick(const T (&from)[N]) {
    return from[below(N)];
  }

 private:
  std::uint64_t state_;
};

}  // namespace wonjang
