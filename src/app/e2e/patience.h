// What the environment says about tests that draw: WONJANG_SEED repeats one, WONJANG_LONG_TESTS=1 lets them
// take their time (`./run test --long`).
#pragma once

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace wonjang::e2e {

inline std::uint64_t seed() {
  const char* given = std::getenv("WONJANG_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : static_cast<std::uint64_t>(::time(nullptr));
}

inline bool is_long() {
  const char* given = std::getenv("WONJANG_LONG_TESTS");
  return given != nullptr && std::string_view(given) == "1";
}

}  // namespace wonjang::e2e
