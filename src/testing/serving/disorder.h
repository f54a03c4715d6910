// Disorder: what a log becomes on its way through brokers and retries. Takes units in the order of the ledger
// and hands them on with exact duplicates, other contents under the same (stream, version), a version n + 1
// before n, a child before its parent, and one hour delivered again as a whole. What is recorded *late* is
// the city's work (CityOptions::late_*): both clocks stand in the event's bytes.
//
// The rule of the house: of one (stream, version) the content that was delivered first stands. Most conflicts
// come after the original and may say anything (another amount, another status); those that come before it,
// and so stand, differ only where a payment's life goes on as before (a name, an approval number).
//
//   Disorder disorder({.seed = 7}, codec, [&](LogUnit unit) { log.append(std::move(unit)); });
//   for (std::vector<CityUnit> batch; city.next(4096, batch);) disorder.take(std::move(batch));
//   disorder.finish();
//   disorder.conflicts();   // what the quarantine must hold
//
// Bounded memory: one window of units, and the hour that comes again. The registry's stream is left alone.
// Positions are dense per book, in order of delivery. The same seed and input give the same output.
//
// Threads: one owner.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/rng.h"
#include "ports/event_codec.h"
#include "testing/serving/city.h"

namespace wonjang::testing {

struct DisorderOptions {
  std::uint64_t seed = 1;
  // Of a million units.
  std::uint32_t duplicate_ppm = 10'000;
  std::uint32_t conflict_ppm = 1'000;
  std::uint32_t early_of_conflicts = 20;  // percent of the conflicts that come before the original
  std::uint32_t swapped_ppm = 5'000;      // version n + 1 before n, n > 0
  std::uint32_t child_first_ppm = 500;    // something before the creation of its payment
  bool replay_hour = true;
  std::uint32_t replay_from_unit = 500;  // the hour begins with this one, of all that is delivered
  std::uint32_t window_units = 65'536;   // how far disorder reaches
};

struct DisorderCounts {
  std::uint64_t units = 0;  // taken, without the registry's
  std::uint64_t delivered = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t early_conflicts = 0;  // of these
  std::uint64_t swapped = 0;
  std::uint64_t child_first = 0;
  std::uint64_t replayed = 0;
  friend bool operator==(const DisorderCounts&, const DisorderCounts&) = default;
};

// An event that contradicts the one that was delivered before it.
struct Conflict {
  RawId stream;
  std::uint32_t version = 0;
  std::uint64_t hash = 0;  // hash64 of the bytes that don't stand
  friend auto operator<=>(const Conflict&, const Conflict&) = default;
};

class Disorder {
 public:
  using Sink = std::function<void(LogUnit)>;
  // `codec` outlives it.
  Disorder(DisorderOptions options, const EventCodec& codec, Sink sink);

  void take(std::vector<CityUnit> units);
  void finish();  // delivers the rest; nothing is taken any more

  const DisorderCounts& counts() const { return counts_; }
  std::vector<Conflict> conflicts() const;  // sorted, each once

 private:
  struct Item {
    std::uint64_t place;  // sorted by it, stable
    CityUnit unit;
  };

  void deliver_window();
  void swap_some(std::vector<Item>& items);
  void copy_some(std::vector<Item>& items);
  CityUnit contradicting(const CityUnit& original, bool comes_first);
  void deliver(CityUnit unit);
  void replay_if_due(Instant now);
  void replay();
  void hand_on(const CityUnit& unit);
  bool drawn(std::uint64_t ppm) { return rng_.below(1'000'000) < ppm; }

  DisorderOptions options_;
  const EventCodec& codec_;
  Sink sink_;
  Rng rng_;
  DisorderCounts counts_;
  std::vector<Conflict> conflicts_;
  std::vector<CityUnit> window_;
  std::vector<CityUnit> hour_;
  Instant hour_begin_;  // zero: not yet
  bool hour_done_ = false;
  std::vector<Position> tails_;
};

}  // namespace wonjang::testing
