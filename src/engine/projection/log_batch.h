// A batch of units from all books of a log, fairly: no book waits because another one is long.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <vector>

#include "ports/projection.h"

namespace wonjang::projection {

struct BatchBounds {
  std::uint32_t units_max = 0;
  std::size_t bytes_max = 0;  // of events; one unit more than fits may come
};

// Units of [from, until), each book's in order; every book that has some gets a share of the bounds, and what
// one doesn't use goes to the others. A unit that reaches beyond `until` stays out. Empty: there is nothing
// left before `until`.
// Errors: those of the log, and corrupt (its positions aren't dense).
// REQUIRES: units_max > 0, bytes_max > 0
Result<std::vector<LogUnit>> read_fairly(const EventLog& log, LogPositions from, const LogPositions& until,
                                         BatchBounds bounds);

}  // namespace wonjang::projection
