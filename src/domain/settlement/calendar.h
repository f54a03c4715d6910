// Calendar: which days are business days, as versioned data (codes such as "KR"). A version is never edited:
// a day that is declared later comes with the next version, with its source. Rule: Monday to Friday minus the
// closed days (public, substitute, temporary holidays, election days, 1 May).
//
// reference: korean-payments.md 8. The shipped data: shipped_calendars.h. For people: docs/calendars.md.
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
  std::string name;  // 1 to 200 bytes of UTF-8; no '#', no control characters, no blanks at its ends
  friend bool operator==(const ClosedDay&, const ClosedDay&) = default;
};

struct Calendar {
  std::string code;           // [A-Z0-9_-]{1,16}
  std::uint32_t version = 0;  // 1, 2 ... of this code
  std::string source;         // where the days come from, for people; 1 to 500 bytes, as a name's
  BusinessDate from;          // covered: [from, until), at most 100 years; outside nobody knows
  BusinessDate until;
  std::vector<ClosedDay> closed;  // by date, each date once, within the covered days; weekends may be named
  friend bool operator==(const Calendar&, const Calendar&) = default;
};

// What is wrong with it, as a sentence that names the day; nothing when it can be used. The version isn't
// looked at: who stores the calendar gives it one.
std::optional<std::string> fault_of(const Calendar& calendar);
// 1 to 16 of A-Z, 0-9, _ and -
bool is_calendar_code(std::string_view code);

// Text form, one day a line, dates rising: `2026-02-16 holiday 설날 전날`. The kinds are holiday, substitute,
// temporary, election, labour_day. `#` begins a comment wherever it stands. First come, each once, in any
// order: `code KR`, `source ...`, `covers 2012-01-01 2031-01-01` (the second date isn't covered any more). A
// byte order mark and carriage returns at the ends of lines are skipped. The version isn't part of it.
struct CalendarParsed {
  std::optional<Calendar> calendar;  // version 0, without fault
  std::string error;                 // when there is none; begins with "line N: "
};
CalendarParsed parse_calendar(std::string_view text);
// REQUIRES: no fault. Parsed again it is the same calendar, of version 0.
std::string to_text(const Calendar& calendar);

struct CalendarDifference {
  ClosedDay day;
  bool added = false;  // else removed; a changed name or kind is both, removed first
};
// By date. Of the closed days alone: a day that only one of the two covers isn't told apart from an open one.
std::vector<CalendarDifference> difference(const Calendar& older, const Calendar& newer);

// A calendar made for asking. Every answer is nothing when it would need a day that isn't covered.
class BusinessDays {
 public:
  // REQUIRES: no fault
  explicit BusinessDays(const Calendar& calendar);

  std::optional<bool> is_business_day(BusinessDate date) const;
  // The date itself or the next (previous) business day.
  std::optional<BusinessDate> on_or_after(BusinessDate date) const;
  std::optional<BusinessDate> on_or_before(BusinessDate date) const;
  // `n` business days after `date`, which isn't rolled first: the first one after a Saturday is Monday, one
  // day sooner than from the Monday that it would roll to. n = 0: `date`, open or closed.
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
