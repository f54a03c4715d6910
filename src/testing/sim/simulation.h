// Simulation: one run from one seed. Clients, a provider that loses answers, a gateway and a resolver act on
// a World in an order that the seed draws, while disks fail, the process dies and the clock jumps. Then the
// weather clears, everything in doubt is settled, every request is sent once more, and the books are audited
// (audit.h).
//
// The same seed gives the same run, down to the roots of the books' trees.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "testing/sim/bugs.h"
#include "testing/sim/parameters.h"

namespace wonjang::testing {

struct SimOptions {
  std::uint64_t seed = 1;
  std::uint32_t steps = 0;  // 0: the seed draws them, and the number of books
  std::uint32_t books = 0;
  SimBug bug = SimBug::none;
  bool verbose = false;  // tells every step on stderr
};

struct SimReport {
  std::string failure;  // empty: nothing was found
  std::string parameters;
  std::vector<Hash256> roots;  // of each book
  std::uint64_t requests = 0;
  std::uint64_t payments = 0;
  std::uint64_t events = 0;
  std::uint64_t replays = 0;
  std::uint64_t refusals = 0;
  std::uint64_t crashes = 0;
  std::uint64_t disk_faults = 0;
  std::uint64_t provider_calls = 0;
  std::uint64_t in_doubt = 0;     // answers that left something in doubt
  std::uint64_t handed_over = 0;  // payments in a person's queue at the end
};

SimReport simulate(const SimOptions& options);

// The line that runs it again.
std::string replay_command(const SimOptions& options);

}  // namespace wonjang::testing
