// Audit: what must hold when a run is over, whatever happened in it. Throws SimFailure with the first thing
// that doesn't.
//
//   - check() re-derives every book, and the invariants of every payment hold
//   - the books hold the payments of the model and no other, equal in every amount; the sums per merchant are
//   equal
//   - every key that got a final answer stands in one book, final once, with the bytes of that answer; no
//   other key does
//   - the provider holds the money that the books hold, reference by reference
//   - nothing is in doubt that isn't in a person's queue with an incident
#pragma once

#include <cstdint>

#include "adapters/acquirer/simulated_provider.h"
#include "testing/sim/world.h"

namespace wonjang::testing {

struct AuditCounts {
  std::uint64_t payments = 0;
  std::uint64_t events = 0;
  std::uint64_t handed_over = 0;
};

AuditCounts audit(World& world, SimulatedProvider& provider);

}  // namespace wonjang::testing
