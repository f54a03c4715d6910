#include "domain/money.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "base/checked.h"
#include "domain/code_table.h"

namespace wonjang {
namespace {

// ISO 4217, active codes by their number of decimals. Letters of a code stand together, a blank between two.
struct CurrencyGroup {
  int exponent;
  std::string_view codes;
};
constexpr CurrencyGroup kCurrencies[] = {
    {0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"},
    {2,
     "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
     "CHF "
     "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG "
     "HUF "
     "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
     "MVR "
     "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK "
     "SGD "
     "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER "
     "ZAR "
     "ZMW ZWG"},
    {3, "BHD IQD JOD KWD LYD OMR TND"},
};

std::optional<int> exponent_of(std::string_view code) {
  for (const auto& group : kCurrencies) {
    for (std::size_t at = 0; at < group.codes.size(); at += 4) {
      if (group.codes.substr(at, 3) == code) return group.exponent;
    }
  }
  return std::nullopt;
}

constexpr std::uint64_t magnitude(std::int64_t v) {
  return v < 0 ? ~static_cast<std::uint64_t>(v) + 1 : static_cast<std::uint64_t>(v);
}

constexpr std::uint64_t power_of_ten(int exponent) {
  std::uint64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

std::string with_separators(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "1,234" or "1234" -> "1234"; nothing when a separator stands in the wrong place.
std::optional<std::string> without_separators(std::string_view text) {
  std::string digits;
  const bool grouped = text.find(',') != std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separator_here = grouped && i > 0 && (text.size() - i) % 4 == 0;
    if (separator_here != (text[i] == ',')) return std::nullopt;
    if (text[i] == ',') continue;
    if (!is_digit(text[i])) return std::nullopt;
    digits.push_back(text[i]);
  }
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  return digits;
}

std::optional<std::int64_t> signed_value(const std::string& digits, bool negative) {
  std::int64_t value = 0;
  for (const char c : digits) {
    const std::int64_t digit = c - '0';
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
    // Built downwards for a negative number, whose range is one longer.
    if (__builtin_add_overflow(value, negative ? -digit : digit, &value)) return std::nullopt;
  }
  return value;
}

constexpr CodeRow<Rounding> kRoundings[] = {
    {Rounding::floor, "FLOOR"},
    {Rounding::half_up, "HALF_UP"},
    {Rounding::up, "UP"},
};

}  // namespace

WJ_CODES(Rounding, kRoundings);

std::optional<Currency> Currency::parse(std::string_view code) {
  if (code.size() != 3 || !exponent_of(code)) return std::nullopt;
  return Currency({code[0], code[1], code[2]});
}

int Currency::exponent() const {
  const auto exponent = exponent_of(code());
  WJ_ASSERT(exponent.has_value());
  return *exponent;
}

std::optional<Money> add(Money a, Money b) {
  if (a.currency != b.currency) return std::nullopt;
  const auto sum = checked_add(a.minor, b.minor);
  if (!sum) return std::nullopt;
  return Money{*sum, a.currency};
}

std::optional<Money> sub(Money a, Money b) {
  if (a.currency != b.currency) return std::nullopt;
  const auto difference = checked_sub(a.minor, b.minor);
  if (!difference) return std::nullopt;
  return Money{*difference, a.currency};
}

std::int64_t divide(int128 numerator, std::int64_t denominator, Rounding rounding) {
  WJ_ASSERT(denominator > 0);
  const bool negative = numerator < 0;
  const uint128 whole = negative ? ~static_cast<uint128>(numerator) + 1 : static_cast<uint128>(numerator);
  const auto by = static_cast<uint128>(denominator);
  uint128 quotient = whole / by;
  const uint128 rest = whole % by;
  switch (rounding) {
    case Rounding::floor:
      break;
    case Rounding::half_up:
      if (rest >= by - rest) ++quotient;
      break;
    case Rounding::up:
      if (rest > 0) ++quotient;
      break;
  }
  constexpr auto kMax = static_cast<uint128>(std::numeric_limits<std::int64_t>::max());
  WJ_ASSERT(quotient <= kMax + (negative ? 1U : 0U));
  return negative ? static_cast<std::int64_t>(-static_cast<int128>(quotient))
                  : static_cast<std::int64_t>(quotient);
}

std::vector<Money> split(Money whole, std::uint32_t parts) {
  WJ_ASSERT(parts > 0);
  const std::int64_t each = whole.minor / parts;
  const std::int64_t rest = whole.minor % parts;  // has the sign of the whole
  const std::int64_t unit = rest < 0 ? -1 : 1;
  std::vector<Money> out(parts, Money{each, whole.currency});
  for (std::size_t i = 0; i < magnitude(rest); ++i) out[i].minor += unit;
  return out;
}

std::string to_text(Money money) {
  const int exponent = money.currency.exponent();
  const std::uint64_t unit = power_of_ten(exponent);
  const std::uint64_t value = magnitude(money.minor);
  std::string out = money.minor < 0 ? "-" : "";
  out += with_separators(value / unit);
  if (exponent > 0) {
    const std::string fraction = std::to_string(value % unit);
    out.push_back('.');
    out.append(static_cast<std::size_t>(exponent) - fraction.size(), '0');
    out += fraction;
  }
  out.push_back(' ');
  out += money.currency.code();
  return out;
}

std::optional<Money> parse_money(std::string_view text) {
  if (text.size() < 5 || text[text.size() - 4] != ' ') return std::nullopt;
  const auto currency = Currency::parse(text.substr(text.size() - 3));
  if (!currency) return std::nullopt;
  text.remove_suffix(4);
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);

  const auto point = text.find('.');
  auto digits = without_separators(text.substr(0, point));
  if (!digits) return std::nullopt;
  const std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  const auto exponent = static_cast<std::size_t>(currency->exponent());
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  if (fraction.size() > exponent || !std::all_of(fraction.begin(), fraction.end(), is_digit))
    return std::nullopt;
  digits->append(fraction);
  digits->append(exponent - fraction.size(), '0');

  const auto minor = signed_value(*digits, negative);
  if (!minor || (negative && *minor == 0)) return std::nullopt;
  return Money{*minor, *currency};
}

}  // namespace wonjang
