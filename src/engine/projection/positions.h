// Arithmetic on LogPositions. A book that a shorter list doesn't name stands at 0.
//
// Threads: any.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ports/event_log.h"

namespace wonjang::projection {

inline Position at(const LogPositions& positions, std::size_t book) {
  return book < positions.size() ? positions[book] : 0;
}

// Has `seen` got to `at_least` in every book?
inline bool reached(const LogPositions& seen, const LogPositions& at_least) {
  for (std::size_t book = 0; book < at_least.size(); ++book) {
    if (at(seen, book) < at_least[book]) return false;
  }
  return true;
}

inline bool equal(const LogPositions& a, const LogPositions& b) { return reached(a, b) && reached(b, a); }

// Events in [from, until) of all books.
inline std::uint64_t events_between(const LogPositions& from, const LogPositions& until) {
  std::uint64_t events = 0;
  for (std::size_t book = 0; book < until.size(); ++book) {
    events += until[book] - std::min(until[book], at(from, book));
  }
  return events;
}

}  // namespace wonjang::projection
