// Rounding of fees, for the calculator's files. Every division of a fee passes here.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/int128.h"
#include "domain/money.h"
#include "domain/settlement/fee.h"

namespace wonjang::settlement {

// numerator / denominator, or nothing when the rounded number doesn't fit in 64 bits.
// REQUIRES: numerator >= 0, denominator > 0, rounding is floor or half_up
inline std::optional<std::int64_t> rounded(int128 numerator, std::int64_t denominator, Rounding rounding) {
  constexpr int128 kMax = std::numeric_limits<std::int64_t>::max();
  const std::int64_t too_much = rounding == Rounding::floor ? denominator : denominator / 2 + denominator % 2;
  if (numerator >= kMax * denominator + too_much) return std::nullopt;
  return divide(numerator, denominator, rounding);
}

inline std::optional<std::int64_t> in_64_bits(int128 value) {
  if (value > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  if (value < std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

inline CannotSettle bad_snapshot(const std::string& detail) { return {"BAD_SNAPSHOT", detail}; }

inline CannotSettle overflow(const std::string& what) {
  return {"OVERFLOW",
          what +
              " doesn't fit in 64 bits: the amount or a rule of the contract is far too large; correct "
              "the contract, then run the item again"};
}

}  // namespace wonjang::settlement
