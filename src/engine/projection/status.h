// What a runner shows of itself, and what it gives to readers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/projection/rebuild.h"

namespace wonjang::projection {

// rebuilding: there is no generation that was ever complete, so nothing can be read yet. A rebuild beside the
// live generation is no state of the projection: see Status::rebuild.
enum class State : std::uint8_t { opening, catching_up, live, rebuilding, stopped };
const char* name_of(State state);

// One consistent commit. Holds its generation: keep it for one answer.
struct View {
  std::shared_ptr<const KvSnapshot> snapshot;
  std::shared_ptr<Projection> projection;  // what it says its readers may do beside the runner
  LogPositions seen;
  std::uint64_t lag_events = 0;
  std::uint64_t generation = 0;
  bool stopped = false;  // the last good commit of a projection that stopped
};

struct Status {
  std::string name;
  std::string version;
  State state = State::opening;
  LogPositions positions;
  LogPositions tails;
  std::uint64_t lag_events = 0;
  std::int64_t lag_us = 0;  // age of the oldest unfolded event, since it was noticed
  std::uint64_t generation = 0;
  std::uint64_t batches = 0;
  std::uint64_t events = 0;  // folded since the start
  std::uint64_t errors = 0;
  std::uint64_t flushes = 0;
  std::uint32_t attempts = 0;  // that failed in a row
  std::string last_error;
  std::string stopped_because;
  // Why start() began a new generation; empty when it didn't, or there was none.
  std::string rebuilt_because;
  std::uint64_t rebuilds = 0;
  std::uint64_t differences = 0;           // of them that found one
  std::optional<RebuildProgress> rebuild;  // that is going on
  std::optional<RebuildReport> last_rebuild;
  std::size_t waiting = 0;
  // Of the projection and of its store, at most a second old while batches come.
  std::vector<std::pair<std::string, std::uint64_t>> numbers;
};

}  // namespace wonjang::projection
