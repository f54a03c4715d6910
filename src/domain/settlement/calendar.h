// Calendar: which days are business days, as versioned data (codes such as "KR"). A version is never edited: a day
// that is declared later comes with the next version, with its source. Rule: Monday to Friday minus the closed
// days (public, substitute, temporary holidays, election days, 1 May).
//
// reference: korean-payments.md 8. The shipped data: domain/settlement/data/.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.h"

namespace wonjang::settlement {

// Numbers are stored.
enum class DayKind : std::uint8_t {
  unknown = 0,
  holiday = 1,
  substitute = 2,
  temporary = 3,
  election = 4,
  labour_day = 5
};
std::string_view code_of(DayKind v);
std::optional<DayKind> parse_day_kind(std::string_view code);

struct ClosedDay {
  BusinessDate date;
  DayKind kind = DayKind::holiday;
  std::string name;
  friend bool operator==(const ClosedDay&, const ClosedDay&) = default;
};

struct Calendar {
  std::string code;           // [A-Z0-9_-]{1,16}
  std::uint32_t version = 0;  // 1, 2 ... of this code
  std::string source;         // where the days come from, for people
  BusinessDate from;          // covered: [from, until); outside nobody knows
  BusinessDate until;
  std::vector<ClosedDay> closed;  // by date, each date once, within the covered days; weekends may be named
  friend bool operator==(const Calendar&, const Calendar&) = default;
};

// What is wrong with it, as a sentence; nothing when it can be used.
std::optional<std::string> fault_of(const Calendar& calendar);

// Text form, one day a line: `2026-02-16 holiday 설날 연휴`; `#` begins a comment; headers `code KR`, `source ...`,
// `covers 2012-01-01 2031-01-01` first. The version isn't part of it. Errors name the line.
struct CalendarParsed {
  std::optional<Calendar> calendar;
  std::string error;  // when there is none
};
CalendarParsed parse_calendar(std::string_view text);
std::string to_text(const Calendar& calendar);

struct CalendarDifference {
  ClosedDay day;
  bool added = false;  // else removed; a changed name is both
};
std::vector<CalendarDifference> difference(const Calendar& older, const Calendar& newer);

// A calendar made for asking.
class BusinessDays {
 public:
  explicit BusinessDays(const Calendar& calendar);

  // Nothing: not covered.
  std::optional<bool> is_business_day(BusinessDate date) const;
  // The date itself or the next (previous) business day.
  std::optional<BusinessDate> on_or_after(BusinessDate date) const;
  std::optional<BusinessDate> on_or_before(BusinessDate date) const;
  // `n` business days after `date`, which isn't rolled first. n = 0: `date`.
  std::optional<BusinessDate> plus(BusinessDate date, std::uint32_t n) const;

 private:
  BusinessDate from_;
  std::vector<bool> open_;  // by day since from_
};

// Monday 1 .. Sunday 7.
int weekday_of(BusinessDate date);
// The last day of the date's month.
BusinessDate month_end_of(BusinessDate date);

}  // namespace wonjang::settlement
