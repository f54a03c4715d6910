// hash64: a fast, well-mixed 64-bit hash of bytes, for telling contents apart and for set-hashes; no defence
// against somebody who looks for collisions (that is Digest's work). Stored: its values never change
// (hash64_test.cc pins them). Multiply-and-fold over 16 bytes at a time, after the public-domain wyhash.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/int128.h"

namespace wonjang {

namespace hash64_detail {
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const uint128 product = static_cast<uint128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}
inline std::uint64_t word(const char* at, std::size_t size) {
  std::uint64_t out = 0;
  if (size != 0)
    std::memcpy(&out, at, size);  // of nothing `at` may be null; little-endian, like every machine we run on
  return out;
}
}  // namespace hash64_detail

inline std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0) {
  using hash64_detail::fold;
  using hash64_detail::word;
  constexpr std::uint64_t k0 = 0xa0761d6478bd642fULL;
  constexpr std::uint64_t k1 = 0xe7037ed1a0b428dbULL;
  constexpr std::uint64_t k2 = 0x8ebc6af09c88c6e3ULL;
  std::uint64_t state = fold(seed ^ k0, k1 ^ bytes.size());
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left > 16; at += 16, left -= 16) state = fold(word(at, 8) ^ k1, word(at + 8, 8) ^ state);
  const std::uint64_t first = left >= 8 ? word(at, 8) : word(at, left);
  const std::uint64_t second = left > 8 ? word(at + 8, left - 8) : 0;
  return fold(k2 ^ bytes.size(), fold(first ^ k1, second ^ state) ^ left);
}

}  // namespace wonjang
