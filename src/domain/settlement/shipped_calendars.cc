#include "domain/settlement/shipped_calendars.h"

#include <array>

namespace wonjang::settlement {

std::string_view shipped_calendar(std::string_view code) {
  if (code == "KR") return kr_calendar_text();
  return {};
}

std::span<const std::string_view> shipped_calendar_codes() {
  static constexpr std::array<std::string_view, 1> kCodes = {"KR"};
  return kCodes;
}

}  // namespace wonjang::settlement
