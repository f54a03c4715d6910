#include "domain/settlement/calendar.h"

#include <algorithm>

#include "base/utf8.h"
#include "domain/settlement/calendar_fault.h"

namespace wonjang::settlement {
namespace {

constexpr std::size_t kCodeBytesMax = 16;
constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kSourceBytesMax = 500;
constexpr std::int32_t kCoveredDaysMax = 36'525;  // 100 years: a bit a day has to stay small
constexpr std::int32_t kDateMax = 2'932'897;      // 10000-01-01, one day after the last that has a text form

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// What keeps a text from standing in a line of the text form.
std::optional<std::string> fault_of_text(std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return "is missing";
  if (text.size() > bytes_max) return "is longer than " + std::to_string(bytes_max) + " bytes";
  if (text.front() == ' ' || text.back() == ' ') return "has a blank at its beginning or end";
  while (!text.empty()) {
    const char32_t c = take_code_point(text);
    if (c == kReplacementCharacter) return "isn't UTF-8";
    if (is_control(c)) return "has a control character in it";
    if (c == '#') return "has a # in it, which begins a comment";
  }
  return std::nullopt;
}

bool is_kind(DayKind kind) {
  switch (kind) {
    case DayKind::holiday:
    case DayKind::substitute:
    case DayKind::temporary:
    case DayKind::election:
    case DayKind::labour_day:
      return true;
    case DayKind::unknown:
      return false;
  }
  return false;
}

std::optional<std::string> fault_of_covers(BusinessDate from, BusinessDate until) {
  if (from.days < 0 || until.days > kDateMax) return "covers days outside the years 1970 to 9999";
  if (until <= from) return "covers no day: its second date must be after the first";
  if (until.days - from.days > kCoveredDaysMax) {
    return "covers more than " + std::to_string(kCoveredDaysMax) + " days";
  }
  return std::nullopt;
}

std::optional<std::string> fault_of_day(const Calendar& calendar, std::size_t index) {
  const ClosedDay& day = calendar.closed[index];
  // Compared before it is shown: what isn't covered need not have a text form.
  if (day.date < calendar.from || day.date >= calendar.until) {
    return "a day outside the covered ones, " + to_text(calendar.from) + " to " +
           to_text(BusinessDate{calendar.until.days - 1});
  }
  const std::string date = to_text(day.date);
  if (index > 0 && day.date == calendar.closed[index - 1].date) return date + " stands twice";
  if (index > 0 && day.date < calendar.closed[index - 1].date) {
    return date + " stands after " + to_text(calendar.closed[index - 1].date) + ": dates must rise";
  }
  if (!is_kind(day.kind)) return date + " has no kind";
  if (const auto fault = fault_of_text(day.name, kNameBytesMax)) return "the name of " + date + " " + *fault;
  return std::nullopt;
}

}  // namespace

bool is_calendar_code(std::string_view code) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !code.empty() && code.size() <= kCodeBytesMax && std::all_of(code.begin(), code.end(), fits);
}

std::optional<CalendarFault> find_fault(const Calendar& calendar) {
  using Part = CalendarFault::Part;
  if (!is_calendar_code(calendar.code)) {
    return CalendarFault{Part::code, 0, "the code must be 1 to 16 of A-Z, 0-9, _ and -"};
  }
  if (const auto fault = fault_of_text(calendar.source, kSourceBytesMax)) {
    return CalendarFault{Part::source, 0, "the source " + *fault};
  }
  if (const auto fault = fault_of_covers(calendar.from, calendar.until)) {
    return CalendarFault{Part::covers, 0, "the calendar " + *fault};
  }
  for (std::size_t i = 0; i < calendar.closed.size(); ++i) {
    if (auto fault = fault_of_day(calendar, i)) return CalendarFault{Part::day, i, std::move(*fault)};
  }
  return std::nullopt;
}

std::optional<std::string> fault_of(const Calendar& calendar) {
  auto fault = find_fault(calendar);
  if (!fault) return std::nullopt;
  return std::move(fault->what);
}

std::vector<CalendarDifference> difference(const Calendar& older, const Calendar& newer) {
  std::vector<CalendarDifference> out;
  auto was = older.closed.begin();
  auto is = newer.closed.begin();
  while (was != older.closed.end() || is != newer.closed.end()) {
    const bool only_was = is == newer.closed.end() || (was != older.closed.end() && was->date < is->date);
    const bool only_is = was == older.closed.end() || (is != newer.closed.end() && is->date < was->date);
    const bool same = !only_was && !only_is && *was == *is;
    if (!only_is && !same) out.push_back({*was, /*added=*/false});
    if (!only_was && !same) out.push_back({*is, /*added=*/true});
    if (!only_is) ++was;
    if (!only_was) ++is;
  }
  return out;
}

}  // namespace wonjang::settlement
