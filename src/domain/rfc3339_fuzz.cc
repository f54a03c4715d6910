// libFuzzer: times and dates. What is read is a time of the years 1970 to 9999; written and read again it is
// the same.
#include <cstdint>
#include <cstdlib>

#include "domain/time.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto at = parse_rfc3339(text)) {
    if (at->us < 0) std::abort();
    if (parse_rfc3339(to_rfc3339_micros(*at)) != at) std::abort();
    const auto day = business_date_of(*at);
    if (start_of(day) > *at || start_of({day.days + 1}) <= *at) std::abort();
  }
  if (const auto date = parse_business_date(text)) {
    if (to_text(*date) != text || business_date_of(start_of(*date)) != *date) std::abort();
  }
  return 0;
}
