// Exact statistics: count, sum and sum of squares as integers, which add and subtract without loss in any
// order, and what is derived from them at read: average, sample variance and sample deviation as decimal
// text. Nothing derived is ever stored, and no floating point takes part: two machines give the same digits.
//
//   Moments m;
//   m.add_value(10'000) && m.add_value(20'000);
//   average_text(m, /*digits=*/2, Rounding::half_up);    // "15000.00"
//   deviation_text(m, /*digits=*/2, Rounding::half_up);  // "7071.07"
//
// Bounds: every int64 is a value; |count| <= kCountMax; |sum| and |sumsq| < 2^127, so 2^33 values below 2^47
// in magnitude always fit, and 2^21 of 2^53. What passes a bound is refused, and nothing changed.
// A difference of two sets (a late cell) is Moments too: all three may then be negative.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/int128.h"
#include "base/result.h"
#include "domain/money.h"

namespace wonjang::serving {

struct Moments {
  static constexpr std::int64_t kCountMax = (std::int64_t{1} << 33) - 1;

  std::int64_t count = 0;
  int128 sum = 0;
  int128 sumsq = 0;

  bool is_zero() const { return count == 0 && sum == 0 && sumsq == 0; }
  // False: a bound is passed and nothing changed.
  [[nodiscard]] bool add(const Moments& other);
  [[nodiscard]] bool subtract(const Moments& other);
  [[nodiscard]] bool add_value(std::int64_t value);
  [[nodiscard]] bool subtract_value(std::int64_t value);

  friend bool operator==(const Moments&, const Moments&) = default;
};

// into += or -= by. False: 127 bits don't hold it and nothing changed.
[[nodiscard]] inline bool try_add(int128& into, int128 by) {
  int128 sum = 0;
  if (__builtin_add_overflow(into, by, &sum)) return false;
  into = sum;
  return true;
}
[[nodiscard]] inline bool try_subtract(int128& into, int128 by) {
  int128 rest = 0;
  if (__builtin_sub_overflow(into, by, &rest)) return false;
  into = rest;
  return true;
}

// The error of a false above: "totals: <where>: more than 8589934591 rows or a sum beyond 127 bits ...".
Error out_of_bounds(const std::string& where);

constexpr unsigned kDigitsMax = 6;

// sum / count. Nothing when count < 1. Magnitudes are rounded, as everywhere (domain/money.h).
// REQUIRES: digits <= kDigitsMax
std::optional<std::string> average_text(const Moments& m, unsigned digits, Rounding rounding);

// Sample variance (count * sumsq - sum^2) / (count * (count - 1)), by 256-bit products, and its square root,
// each rounded once. Nothing when count < 2.
// Errors: corrupt (no set of values has these moments).
// REQUIRES: digits <= kDigitsMax
Result<std::optional<std::string>> variance_text(const Moments& m, unsigned digits, Rounding rounding);
Result<std::optional<std::string>> deviation_text(const Moments& m, unsigned digits, Rounding rounding);

std::string to_text(int128 value);

// Zigzag varints: small magnitudes are short, whatever their sign. 128 bits take at most 19 bytes.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}
constexpr std::int64_t unzigzag(std::uint64_t bits) {
  return static_cast<std::int64_t>((bits >> 1U) ^ (std::uint64_t{0} - (bits & 1U)));
}
void put_signed(std::string& out, std::int64_t value);
void put_signed128(std::string& out, int128 value);
std::int64_t read_signed(ByteReader& in);
// Clears nothing and gives 0 on bytes that are no such number; `ok` then is false.
int128 read_signed128(ByteReader& in, bool& ok);

}  // namespace wonjang::serving
