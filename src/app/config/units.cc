#include <charconv>

#include "app/config/config.h"

namespace wonjang {
namespace {

struct UnitRow {
  std::string_view name;
  std::uint64_t factor;
};
constexpr UnitRow kDurations[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr UnitRow kSizes[] = {
    {"B", 1},      {"KiB", 1ULL << 10U}, {"MiB", 1ULL << 20U}, {"GiB", 1ULL << 30U}, {"TiB", 1ULL << 40U},
    {"kB", 1'000}, {"MB", 1'000'000},    {"GB", 1'000'000'000}};

template <std::size_t N>
Result<std::uint64_t> parse_with_unit(std::string_view text, const UnitRow (&units)[N], const char* example) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& row : units) {
    std::uint64_t out = 0;
    if (error != std::errc() || row.name != unit || __builtin_mul_overflow(number, row.factor, &out))
      continue;
    if (out > static_cast<std::uint64_t>(INT64_MAX)) continue;
    return out;
  }
  return invalid("`" + std::string(text) + "` isn't a whole number with a unit, such as " + example);
}

}  // namespace

Result<std::int64_t> parse_duration_ms(std::string_view text) {
  WJ_TRY(const auto value, parse_with_unit(text, kDurations, "\"250ms\", \"15s\", \"2m\" or \"1h\""));
  return static_cast<std::int64_t>(value);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  return parse_with_unit(text, kSizes, "\"512KiB\", \"64MiB\" or \"1GiB\"");
}

}  // namespace wonjang
