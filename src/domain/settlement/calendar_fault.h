// Where a calendar is wrong, for those who can point at the place: the text form names the line.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "domain/settlement/calendar.h"

namespace wonjang::settlement {

struct CalendarFault {
  enum class Part : std::uint8_t { code, source, covers, day };
  Part part = Part::code;
  std::size_t day = 0;  // index into Calendar::closed, when it is about a day
  std::string what;     // a sentence
};
// The first one: code, source, covers, then day by day.
std::optional<CalendarFault> find_fault(const Calendar& calendar);

}  // namespace wonjang::settlement
