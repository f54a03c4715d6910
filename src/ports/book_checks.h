// The REQUIRES of Book::append, as every adapter checks it before it writes. A batch that breaks it is a bug
// of the caller.
#pragma once

#include <limits>

#include "base/assert.h"
#include "ports/book.h"

namespace wonjang {

inline void check_requirements(const AppendBatch& batch) {
  WJ_ASSERT(!batch.units.empty());
  WJ_ASSERT(batch.units.size() <= Book::kUnitsMax);
  for (const Unit& unit : batch.units) {
    WJ_ASSERT(!unit.events.empty());
    WJ_ASSERT(unit.events.size() <= Book::kEventsPerUnitMax);
    WJ_ASSERT(unit.expected_version <= std::numeric_limits<std::uint32_t>::max() - Book::kEventsPerUnitMax);
    for (const std::string& event : unit.events) WJ_ASSERT(event.size() <= Book::kEventBytesMax);
  }
}

}  // namespace wonjang
