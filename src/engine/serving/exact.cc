#include "engine/serving/exact.h"

#include <algorithm>

#include "base/assert.h"

namespace wonjang::serving {
namespace {

// As much of 256-bit arithmetic as a variance needs.
struct Wide {
  uint128 high = 0;
  uint128 low = 0;

  friend bool operator==(const Wide&, const Wide&) = default;
  friend bool operator<(const Wide& a, const Wide& b) {
    return a.high != b.high ? a.high < b.high : a.low < b.low;
  }
  bool is_zero() const { return high == 0 && low == 0; }
};

Wide plus(const Wide& a, const Wide& b) {
  const uint128 low = a.low + b.low;
  return {a.high + b.high + (low < a.low ? 1U : 0U), low};
}

Wide minus(const Wide& a, const Wide& b) {
  return {a.high - b.high - (a.low < b.low ? 1U : 0U), a.low - b.low};
}

Wide doubled(const Wide& a) { return {(a.high << 1U) | (a.low >> 127U), a.low << 1U}; }

Wide product(uint128 a, uint128 b) {
  const auto low_half = [](uint128 v) { return static_cast<uint128>(static_cast<std::uint64_t>(v)); };
  const uint128 a0 = low_half(a), a1 = a >> 64U, b0 = low_half(b), b1 = b >> 64U;
  const uint128 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  const uint128 middle = (p00 >> 64U) + low_half(p01) + low_half(p10);
  return {p11 + (p01 >> 64U) + (p10 >> 64U) + (middle >> 64U), (middle << 64U) | low_half(p00)};
}

// REQUIRES: the product fits in 256 bits
Wide times(const Wide& a, std::uint64_t b) {
  const Wide low = product(a.low, b);
  return {a.high * b + low.high, low.low};
}

struct Division {
  Wide quotient;
  bool exact = true;  // no remainder
};

// REQUIRES: 0 < divisor < 2^127
Division divide(const Wide& a, uint128 divisor) {
  Wide quotient;
  uint128 rest = 0;
  for (unsigned bit = 256; bit-- > 0;) {
    const uint128 next = bit >= 128 ? a.high >> (bit - 128) : a.low >> bit;
    rest = (rest << 1U) | (next & 1U);
    quotient = doubled(quotient);
    if (rest >= divisor) {
      rest -= divisor;
      quotient.low |= 1U;
    }
  }
  return {quotient, rest == 0};
}

struct Root {
  uint128 root = 0;
  bool exact = true;
};

// The largest integer whose square is at most `a`, a bit at a time. REQUIRES: a < 2^254
Root square_root(const Wide& a) {
  uint128 root = 0;
  for (unsigned bit = 127; bit-- > 0;) {
    const uint128 tried = root | (static_cast<uint128>(1) << bit);
    if (!(a < product(tried, tried))) root = tried;
  }
  return {root, product(root, root) == a};
}

std::uint64_t power_of_ten(unsigned digits) {
  std::uint64_t power = 1;
  for (unsigned i = 0; i < digits; ++i) power *= 10;
  return power;
}

uint128 magnitude(int128 value) {
  return value < 0 ? static_cast<uint128>(0) - static_cast<uint128>(value) : static_cast<uint128>(value);
}

std::string digits_of(Wide value) {
  std::string out;
  do {
    const Wide tenth = divide(value, 10).quotient;
    out.push_back(static_cast<char>('0' + static_cast<int>(minus(value, times(tenth, 10)).low)));
    value = tenth;
  } while (!value.is_zero());
  std::reverse(out.begin(), out.end());
  return out;
}

// `scaled` is the value times 10^digits.
std::string decimal(const Wide& scaled, unsigned digits, bool negative) {
  std::string text = digits_of(scaled);
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  if (digits > 0) text.insert(text.size() - digits, ".");
  return negative && !scaled.is_zero() ? "-" + text : text;
}

// numerator / divisor, rounded. REQUIRES: 2 * numerator fits, 0 < divisor < 2^126
Wide rounded_quotient(const Wide& numerator, uint128 divisor, Rounding rounding) {
  switch (rounding) {
    case Rounding::floor:
      return divide(numerator, divisor).quotient;
    case Rounding::up: {
      const auto [quotient, exact] = divide(numerator, divisor);
      return exact ? quotient : plus(quotient, {0, 1});
    }
    case Rounding::half_up:  // floor(x + 1/2)
      return divide(plus(doubled(numerator), {0, divisor}), divisor * 2).quotient;
  }
  WJ_ASSERT(false);
}

// The square root of numerator / divisor, rounded once: floor(sqrt(x)) is floor(sqrt(floor(x))).
uint128 rounded_root(const Wide& numerator, uint128 divisor, Rounding rounding) {
  if (rounding == Rounding::half_up) {  // floor(sqrt(x) + 1/2) is (floor(sqrt(4 x)) + 1) / 2
    return (square_root(divide(times(numerator, 4), divisor).quotient).root + 1) / 2;
  }
  const auto [quotient, whole] = divide(numerator, divisor);
  const auto [root, square] = square_root(quotient);
  return rounding == Rounding::up && !(whole && square) ? root + 1 : root;
}

struct Fraction {
  Wide numerator;
  uint128 divisor = 1;
};

Result<std::optional<Fraction>> sample_variance(const Moments& m) {
  if (m.count < 0 || m.sumsq < 0) return corrupt("statistics: a count or a sum of squares is below zero");
  if (m.count < 2) return std::optional<Fraction>();
  if (m.count > Moments::kCountMax) return corrupt("statistics: a count is out of bounds");
  const auto n = static_cast<uint128>(m.count);
  const Wide squares = product(n, static_cast<uint128>(m.sumsq));
  const Wide sum = product(magnitude(m.sum), magnitude(m.sum));
  if (squares < sum) return corrupt("statistics: a sum of squares is too small for its sum");
  return std::optional<Fraction>({minus(squares, sum), n * (n - 1)});
}

}  // namespace

bool Moments::add(const Moments& other) {
  Moments next = *this;
  next.count += other.count;  // both within 2^33
  if (next.count > kCountMax || next.count < -kCountMax) return false;
  if (!try_add(next.sum, other.sum) || !try_add(next.sumsq, other.sumsq)) return false;
  *this = next;
  return true;
}

bool Moments::subtract(const Moments& other) {
  Moments next = *this;
  next.count -= other.count;
  if (next.count > kCountMax || next.count < -kCountMax) return false;
  if (!try_subtract(next.sum, other.sum) || !try_subtract(next.sumsq, other.sumsq)) return false;
  *this = next;
  return true;
}

bool Moments::add_value(std::int64_t value) {
  return add({1, value, static_cast<int128>(value) * static_cast<int128>(value)});
}

bool Moments::subtract_value(std::int64_t value) {
  return subtract({1, value, static_cast<int128>(value) * static_cast<int128>(value)});
}

Error out_of_bounds(const std::string& where) {
  return corrupt(
      "totals: " + where + ": more than " + std::to_string(Moments::kCountMax) +
      " rows, or a sum or a sum of squares beyond 127 bits; look for absurd amounts, or give the cube a "
      "finer grain or another dimension");
}

std::optional<std::string> average_text(const Moments& m, unsigned digits, Rounding rounding) {
  WJ_ASSERT(digits <= kDigitsMax);
  if (m.count < 1) return std::nullopt;
  const Wide scaled = product(magnitude(m.sum), power_of_ten(digits));
  return decimal(rounded_quotient(scaled, static_cast<uint128>(m.count), rounding), digits, m.sum < 0);
}

Result<std::optional<std::string>> variance_text(const Moments& m, unsigned digits, Rounding rounding) {
  WJ_ASSERT(digits <= kDigitsMax);
  WJ_TRY(const auto variance, sample_variance(m));
  if (!variance) return std::optional<std::string>();
  const Wide scaled = times(variance->numerator, power_of_ten(digits));
  return std::optional(decimal(rounded_quotient(scaled, variance->divisor, rounding), digits, false));
}

Result<std::optional<std::string>> deviation_text(const Moments& m, unsigned digits, Rounding rounding) {
  WJ_ASSERT(digits <= kDigitsMax);
  WJ_TRY(const auto variance, sample_variance(m));
  if (!variance) return std::optional<std::string>();
  // The numerator is below 2^160 and 10^12 below 2^40: 56 bits are to spare.
  const Wide scaled = times(variance->numerator, power_of_ten(2 * digits));
  return std::optional(decimal({0, rounded_root(scaled, variance->divisor, rounding)}, digits, false));
}

std::string to_text(int128 value) { return decimal({0, magnitude(value)}, 0, value < 0); }

void put_signed(std::string& out, std::int64_t value) { put_varint(out, zigzag(value)); }

void put_signed128(std::string& out, int128 value) {
  uint128 bits = (static_cast<uint128>(value) << 1U) ^ (value < 0 ? ~static_cast<uint128>(0) : 0);
  while (bits >= 0x80) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(bits) | 0x80U));
    bits >>= 7U;
  }
  out.push_back(static_cast<char>(bits));
}

std::int64_t read_signed(ByteReader& in) { return unzigzag(in.varint()); }

int128 read_signed128(ByteReader& in, bool& ok) {
  uint128 bits = 0;
  for (unsigned shift = 0; shift < 128; shift += 7) {
    const std::uint8_t byte = in.u8();
    if (!in.ok() || (shift == 126 && byte > 3)) break;  // more than 128 bits
    bits |= static_cast<uint128>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) {
      return static_cast<int128>((bits >> 1U) ^ (static_cast<uint128>(0) - (bits & 1U)));
    }
  }
  ok = false;
  return 0;
}

}  // namespace wonjang::serving
