// Hours and days of made-up histories, in milliseconds.
#pragma once

#include <cstdint>

namespace wonjang::testing {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

}  // namespace wonjang::testing
