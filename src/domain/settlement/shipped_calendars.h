// Calendars that come with the program, from the folder data/, in their text form (calendar.h). Nothing uses
// them by itself: somebody proposes one as a version and another one decides (docs/calendars.md).
//
// Threads: any.
#pragma once

#include <span>
#include <string_view>

namespace wonjang::settlement {

// Empty: none of that code is shipped.
std::string_view shipped_calendar(std::string_view code);
// Their codes, by name.
std::span<const std::string_view> shipped_calendar_codes();

std::string_view kr_calendar_text();  // data/kr.calendar, byte for byte

}  // namespace wonjang::settlement
