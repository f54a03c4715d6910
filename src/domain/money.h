// Money: an amount in the minor unit of one ISO 4217 currency, as a signed 64-bit integer. No floating point
// anywhere near it; there is no operator+: sums name what happens on overflow (nothing) and on mixed
// currencies (nothing). Sums of many rows run in int128 (base/int128.h). Every division names its Rounding.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/int128.h"

namespace wonjang {

// A known ISO 4217 code. Default-constructed: KRW.
class Currency {
 public:
  constexpr Currency() = default;
  static std::optional<Currency> parse(std::string_view code);  // three upper-case letters of the table

  std::string_view code() const { return {code_.data(), 3}; }
  int exponent() const;  // KRW 0, USD 2, BHD 3
  friend constexpr auto operator<=>(const Currency&, const Currency&) = default;

 private:
  constexpr explicit Currency(std::array<char, 3> code) : code_(code) {}
  std::array<char, 3> code_{'K', 'R', 'W'};
};

struct Money {
  std::int64_t minor = 0;
  Currency currency;

  friend constexpr auto operator<=>(const Money&, const Money&) = default;
};

constexpr Money krw(std::int64_t won) { return {won, Currency()}; }

std::optional<Money> add(Money a, Money b);
std::optional<Money> sub(Money a, Money b);

// Works on magnitudes: |numerator / denominator| is rounded, then the sign goes back, so that a cancel
// mirrors its approval exactly. REQUIRES: denominator > 0
enum class Rounding : std::uint8_t { floor, half_up, up };  // numbers are stored
std::string_view code_of(Rounding v);                       // "FLOOR", "HALF_UP", "UP"; parse_code<Rounding>
std::int64_t divide(int128 numerator, std::int64_t denominator, Rounding rounding);

// Parts whose sum is `whole`, none more than one minor unit from another, the larger first: 100 by 3 is 34,
// 33, 33. REQUIRES: parts > 0
std::vector<Money> split(Money whole, std::uint32_t parts);

// "12,345 KRW", "12.34 USD", "-0.05 USD".
std::string to_text(Money money);
// The same form, separators optional; refuses anything that would lose a digit. For people, not for the API
// (the API carries integers).
std::optional<Money> parse_money(std::string_view text);

}  // namespace wonjang
