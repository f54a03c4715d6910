// rest_us(): how long a folding thread rests after a batch, to gather events for the next one.
//
// rest_factor times as long as the batch took, at most rest_max_us. What comes just after a batch has begun
// is seen when the next one ends: after two batches and the rest between them. On a busy machine batches take
// longer, what gathers is more, and the next one takes longer still; a rest on top of that is the last thing
// that readers need. So it is shortened by what two such batches take above unhurried_us, down to none: two
// batches and a rest take rest_max_us + unhurried_us at most, as long as that is what the rest decides.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/projection/options.h"

namespace wonjang::projection {

// Microseconds, of a batch that took `work_us`.
inline std::int64_t rest_us(std::int64_t work_us, const RunnerOptions& options) {
  // A clock that is set back gives no rest to speak of; one that is set forward, none.
  const std::int64_t work = std::clamp<std::int64_t>(work_us, 1, 1'000'000);
  const std::int64_t most = std::min(options.rest_max_us, work * options.rest_factor);
  return std::clamp<std::int64_t>(options.rest_max_us + options.unhurried_us - 2 * work, 0, most);
}

}  // namespace wonjang::projection
