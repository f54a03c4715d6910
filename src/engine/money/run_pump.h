// RunPump: the middle of a settlement run. The calling thread scans the open items once and hands each
// merchant's to its owner, merchant number % workers; the workers settle them and give chunks on. Nobody else
// ever settles for that merchant, so nothing is settled twice and nothing waits for a lock per item. The
// queues are bounded: a slow worker holds up the scan, not the memory.
//
// Threads: run() one at a time; `take` is called by all workers at once, `between` by the calling thread.
#pragma once

#include <functional>
#include <memory>

#include "engine/money/run_ports.h"
#include "engine/money/settler.h"

namespace wonjang::money {

struct PumpTimes {              // summed over threads
  std::int64_t read_us = 0;     // scanning, without waiting for workers
  std::int64_t compute_us = 0;  // settling, without `take`
  std::int64_t take_us = 0;
};

struct PumpOptions {
  std::uint32_t workers = 2;  // 0: the calling thread does all of it
  const Clock* clock = nullptr;
  TakeChunk take;
  // Asked after every hand-over with the open items looked at so far; false: hand over no more (what was
  // handed over is finished).
  std::function<bool(std::uint64_t looked_at)> between;
};

struct Pumped {
  Settled settled;
  PumpTimes times;
  std::uint64_t looked_at = 0;
  bool stopped = false;  // `between` said so
};

// `snapshot` outlives it. Errors: the first of the reader or of `take`; nothing more was taken after it.
Result<Pumped> pump(const KvSnapshot& snapshot, const ContractBook& book, const RunScope& scope,
                    const PumpOptions& options);

}  // namespace wonjang::money
