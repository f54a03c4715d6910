// Bugs on purpose: what a careless ledger would do. The simulator must find each of them, else it finds
// nothing. Threads: one owner.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/rng.h"
#include "ports/book.h"

namespace wonjang::testing {

enum class SimBug : std::uint8_t {
  none,
  forgets_a_key,          // a unit is stored without its idempotency entry, now and then
  forgets_a_claim,        // ... without its order claim
  forgets_an_alarm,       // ... without its alarm, so that nobody looks at what is in doubt
  answers_before_write,   // an append is acknowledged while it is only in memory
  drops_half_a_batch,     // a write is acknowledged although half of its units are missing
  reads_stale,            // a stream is read as it was one unit ago
  forgets_the_answer,     // a repeat hears other words than the first time
  skips_the_key_gate,     // a key is looked up only where the payment lives
  retries_under_new_key,  // an internal hop sends a request again under a key of its own
  calls_twice,            // a cancel goes to the provider a second time under another reference
};
constexpr SimBug kSimBugs[] = {
    SimBug::forgets_a_key,        SimBug::forgets_a_claim,    SimBug::forgets_an_alarm,
    SimBug::answers_before_write, SimBug::drops_half_a_batch, SimBug::reads_stale,
    SimBug::forgets_the_answer,   SimBug::skips_the_key_gate, SimBug::retries_under_new_key,
    SimBug::calls_twice,
};
std::string_view name_of(SimBug bug);
std::optional<SimBug> parse_sim_bug(std::string_view name);

// `inner` with the bugs that live in a book; the others are the world's to commit (world.h).
std::unique_ptr<Book> with_bug(std::unique_ptr<Book> inner, SimBug bug, std::uint64_t seed);

}  // namespace wonjang::testing
