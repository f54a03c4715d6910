// Sums as the API writes them: a JSON integer up to 2^53 - 1, and beyond it, where a reader that takes
// numbers for doubles (JavaScript does) would silently round, the same digits as a text.
//
// Threads: any.
#pragma once

#include <string_view>

#include "app/api/json/json_writer.h"
#include "base/int128.h"

namespace wonjang {

constexpr std::int64_t kPlainSumMax = (std::int64_t{1} << 53U) - 1;

// An exact whole number, however large.
void put_exact(JsonWriter& w, std::string_view name, int128 value);

}  // namespace wonjang
