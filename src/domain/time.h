// Instant: microseconds since 1970-01-01T00:00:00Z. BusinessDate: a market's day (Asia/Seoul, UTC+9, no
// daylight saving), in days since 1970-01-01. Two types, so that one never passes for the other. "Now" comes
// from the port Clock, never from here.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wonjang {

struct Instant {
  std::int64_t us = 0;

  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  constexpr bool is_zero() const { return us == 0; }
  constexpr std::int64_t unix_ms() const { return us / 1000; }
  constexpr Instant plus_us(std::int64_t delta) const { return {us + delta}; }
  constexpr Instant plus_ms(std::int64_t delta) const { return {us + delta * 1000}; }
};

struct BusinessDate {
  std::int32_t days = 0;

  friend constexpr auto operator<=>(const BusinessDate&, const BusinessDate&) = default;
};

// 2026-11-22T03:04:05.678Z; microseconds are shown only by `micros`.
std::string to_rfc3339(Instant at);
void append_rfc3339(std::string& out, Instant at);
std::string to_rfc3339_micros(Instant at);
// Any offset in ("Z", "+09:00"), up to 9 fraction digits (cut to microseconds), years 1970..9999. A date
// without time or a time without offset is refused. Leap seconds (:60) are refused.
std::optional<Instant> parse_rfc3339(std::string_view text);

BusinessDate business_date_of(Instant at);  // the day in Seoul
Instant start_of(BusinessDate date);        // 00:00 in Seoul
std::string to_text(BusinessDate date);     // 2026-11-22
std::optional<BusinessDate> parse_business_date(std::string_view text);

}  // namespace wonjang
