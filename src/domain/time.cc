#include "domain/time.h"

#include <array>

namespace wonjang {
namespace {

constexpr std::int64_t kUsPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kUsPerDay = kSecondsPerDay * kUsPerSecond;
constexpr std::int64_t kSeoulOffsetUs = 9 * 3'600 * kUsPerSecond;

struct Civil {
  std::int64_t year;
  unsigned month;  // 1..12
  unsigned day;    // 1..31
};

// Eras of 400 years, years that start in March so that the leap day comes last.
constexpr std::int64_t days_from_civil(Civil c) {
  const std::int64_t y = c.year - (c.month <= 2 ? 1 : 0);
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t month_from_march = c.month > 2 ? c.month - 3 : c.month + 9;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + c.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

constexpr Civil civil_from_days(std::int64_t days) {
  const std::int64_t z = days + 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const std::int64_t day_of_era = z - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const auto month =
      static_cast<unsigned>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

static_assert(days_from_civil({1970, 1, 1}) == 0);
static_assert(days_from_civil({2000, 3, 1}) == 11'017);

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

constexpr bool is_leap(unsigned year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

constexpr unsigned days_of_month(unsigned year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

void put_digits(std::string& out, std::uint64_t value, unsigned width) {
  std::array<char, 20> text;
  unsigned at = text.size();
  while (value > 0 || width > 0) {
    text[--at] = static_cast<char>('0' + value % 10);
    value /= 10;
    if (width > 0) --width;
  }
  out.append(text.data() + at, text.size() - at);
}

void put_date(std::string& out, std::int64_t days) {
  const Civil c = civil_from_days(days);
  put_digits(out, static_cast<std::uint64_t>(c.year), 4);
  out.push_back('-');
  put_digits(out, c.month, 2);
  out.push_back('-');
  put_digits(out, c.day, 2);
}

void put_instant(std::string& out, Instant at, unsigned fraction_digits) {
  const std::int64_t days = floor_div(at.us, kUsPerDay);
  const auto us = static_cast<std::uint64_t>(at.us - days * kUsPerDay);
  const std::uint64_t second = us / kUsPerSecond;
  put_date(out, days);
  out.push_back('T');
  put_digits(out, second / 3'600, 2);
  out.push_back(':');
  put_digits(out, second / 60 % 60, 2);
  out.push_back(':');
  put_digits(out, second % 60, 2);
  out.push_back('.');
  const std::uint64_t fraction = us % kUsPerSecond;
  put_digits(out, fraction_digits == 3 ? fraction / 1'000 : fraction, fraction_digits);
  out.push_back('Z');
}

// Eats text from the front; after the first thing that didn't fit, ok is false.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  unsigned digits(unsigned count) {
    unsigned value = 0;
    for (unsigned i = 0; i < count; ++i) {
      if (i >= rest.size() || rest[i] < '0' || rest[i] > '9') {
        ok = false;
        return 0;
      }
      value = value * 10 + static_cast<unsigned>(rest[i] - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
  bool accept(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok = accept(c) && ok; }
};

std::optional<std::int64_t> scan_date(Scanner& in) {
  const unsigned year = in.digits(4);
  in.expect('-');
  const unsigned month = in.digits(2);
  in.expect('-');
  const unsigned day = in.digits(2);
  if (!in.ok || year < 1970 || month < 1 || month > 12) return std::nullopt;
  if (day < 1 || day > days_of_month(year, month)) return std::nullopt;
  return days_from_civil({year, month, day});
}

std::optional<std::int64_t> scan_time_us(Scanner& in) {
  const unsigned hour = in.digits(2);
  in.expect(':');
  const unsigned minute = in.digits(2);
  in.expect(':');
  const unsigned second = in.digits(2);
  if (!in.ok || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  std::int64_t us = ((hour * 60 + minute) * 60 + second) * kUsPerSecond;
  if (!in.accept('.')) return us;
  std::int64_t worth = kUsPerSecond / 10;  // of the next digit; 0 below a microsecond
  for (unsigned count = 0;; ++count) {
    const bool more = !in.rest.empty() && in.rest.front() >= '0' && in.rest.front() <= '9';
    if (!more) return count > 0 ? std::optional(us) : std::nullopt;
    if (count == 9) return std::nullopt;
    us += in.digits(1) * worth;
    worth /= 10;
  }
}

std::optional<std::int64_t> scan_offset_us(Scanner& in) {
  if (in.accept('Z')) return 0;
  const bool east = in.accept('+');
  if (!east && !in.accept('-')) return std::nullopt;
  const unsigned hour = in.digits(2);
  in.expect(':');
  const unsigned minute = in.digits(2);
  if (!in.ok || hour > 23 || minute > 59) return std::nullopt;
  const std::int64_t us = (hour * 60 + minute) * 60 * kUsPerSecond;
  return east ? us : -us;
}

}  // namespace

std::string to_rfc3339(Instant at) {
  std::string out;
  append_rfc3339(out, at);
  return out;
}

void append_rfc3339(std::string& out, Instant at) { put_instant(out, at, 3); }

std::string to_rfc3339_micros(Instant at) {
  std::string out;
  put_instant(out, at, 6);
  return out;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  Scanner in{text};
  const auto days = scan_date(in);
  if (!days || !in.accept('T')) return std::nullopt;
  const auto time_us = scan_time_us(in);
  if (!time_us) return std::nullopt;
  const auto offset_us = scan_offset_us(in);
  if (!offset_us || !in.rest.empty()) return std::nullopt;
  const std::int64_t us = *days * kUsPerDay + *time_us - *offset_us;
  // The offset may lead out of the years that the text form can show.
  if (us < 0 || us >= days_from_civil({10'000, 1, 1}) * kUsPerDay) return std::nullopt;
  return Instant{us};
}

BusinessDate business_date_of(Instant at) {
  return {static_cast<std::int32_t>(floor_div(at.us + kSeoulOffsetUs, kUsPerDay))};
}

Instant start_of(BusinessDate date) { return {date.days * kUsPerDay - kSeoulOffsetUs}; }

std::string to_text(BusinessDate date) {
  std::string out;
  put_date(out, date.days);
  return out;
}

std::optional<BusinessDate> parse_business_date(std::string_view text) {
  Scanner in{text};
  const auto days = scan_date(in);
  if (!days || !in.rest.empty()) return std::nullopt;
  return BusinessDate{static_cast<std::int32_t>(*days)};
}

}  // namespace wonjang
