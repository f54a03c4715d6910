// What somebody asks of a cube, parsed at the door: GET /v1/totals/{cube}.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "app/api/auth.h"
#include "app/api/query.h"
#include "base/result.h"
#include "domain/registry.h"
#include "engine/serving/totals_reader.h"

namespace wonjang {

struct TotalsWish {
  serving::TotalsQuery query;
  std::vector<std::uint32_t> per_mille;  // percentiles asked for: 500 is the median
  bool explain = false;
};

// What a cube may tell apart, in the order of answers.
inline constexpr serving::Dimension kTotalsDimensions[] = {
    serving::Dimension::method,  serving::Dimension::status, serving::Dimension::kind,
    serving::Dimension::channel, serving::Dimension::issuer, serving::Dimension::organisation,
    serving::Dimension::currency};

std::span<const std::string_view> totals_parameters();
std::span<const std::string_view> totals_parameters_given_often();

// May this caller see the cube? A merchant sees what is kept by merchant, and there only its own.
bool may_see(const Caller& caller, const serving::CubeSpec& cube);

// Null: there is none of this name that the caller may see.
const serving::CubeSpec* visible_cube(std::span<const serving::CubeSpec> cubes, const Caller& caller,
                                      std::string_view name);

// Errors: invalid (what, and what would be right), not_found (no such merchant).
Result<TotalsWish> parse_totals(const Query& query, const Caller& caller, const RegistryState& registry,
                                const serving::CubeSpec& cube, Instant now);

}  // namespace wonjang
