// libFuzzer: the text form of calendars. What is read has no fault and is written and read again as the same
// calendar; what isn't names a line.
#include <cstdint>
#include <cstdlib>

#include "domain/settlement/calendar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang::settlement;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_calendar(text);
  if (!parsed.calendar) {
    if (!parsed.error.starts_with("line ")) std::abort();
    return 0;
  }
  if (!parsed.error.empty() || fault_of(*parsed.calendar)) std::abort();
  const auto again = parse_calendar(to_text(*parsed.calendar));
  if (again.calendar != parsed.calendar) std::abort();
  if (!difference(*parsed.calendar, *again.calendar).empty()) std::abort();
  const BusinessDays days(*parsed.calendar);
  for (const auto& day : parsed.calendar->closed) {
    if (days.is_business_day(day.date) != false) std::abort();
  }
  if (days.is_business_day(parsed.calendar->until) ||
      days.is_business_day({parsed.calendar->from.days - 1})) {
    std::abort();
  }
  return 0;
}
