// Bucket: what verification compares: count, money and an additive set-hash of all rows of one merchant and
// month. Adding and removing a row commute, so two builds that hold the same rows have the same sums,
// whatever the order. Unequal buckets are split until the rows are found (verify_views.h).
//
// The set-hash is two sums, modulo 2^64, of hash64(value, hash64(key, seed)) under two seeds: it finds
// accidents, not adversaries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/int128.h"
#include "base/result.h"
#include "engine/serving/facts.h"

namespace wonjang::serving {

struct Bucket {
  std::int64_t count = 0;
  int128 amount = 0;
  int128 gross = 0;
  int128 canceled = 0;
  std::uint64_t hash_a = 0;
  std::uint64_t hash_b = 0;

  void add(std::string_view key, std::string_view row, const PaymentFacts& facts);
  void remove(std::string_view key, std::string_view row, const PaymentFacts& facts);
  void merge(const Bucket& other);
  friend bool operator==(const Bucket&, const Bucket&) = default;
};

std::string encode_bucket(const Bucket& bucket);
// Errors: corrupt.
Result<Bucket> decode_bucket(std::string_view bytes);

}  // namespace wonjang::serving
