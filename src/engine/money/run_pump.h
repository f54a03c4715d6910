// RunPump: the middle of a settlement run. The calling thread scans the open items once and hands each
// merchant's to its owner, merchant number % workers; the workers settle them and give chunks on. Nobody else
// ever settles for that merchant, so nothing is settled twice and nothing waits for a lock per item. The
// queues are bounded: a slow worker holds up the scan, not the memory.
//
// Threads: run() one at a time; `take` is called by all workers at once, `between` by the calling thread.
#pragma once

#include <functional>
#include <memory>

#include "engine/money/run_meter.h"
#include "engine/money/run_ports.h"
#include "engine/money/settler.h"

namespace wonjang::money {

struct PumpStages {
  settlement::StageTime read{"read"};        // scanning and, if there are workers, waiting for them
  settlement::StageTime compute{"compute"};  // settling without `take`, and waiting for items
  settlement::StageTime append{"append"};  // in `take`; who takes knows how long it waited, and for how many
};

// Open items so far.
struct Looked {
  std::uint64_t at = 0;
  std::uint64_t passed_over = 0;  // of those: left for another run
};

struct PumpOptions {
  std::uint32_t workers = 2;  // 0: the calling thread does all of it
  const Clock* clock = nullptr;
  RunMeter meter;
  TakeChunk take;
  // Asked after every hand-over with how far it has come; false: hand over no more (what was handed over is
  // finished).
  std::function<bool(const Looked&)> between;
};

struct Pumped {
  Settled settled;
  PumpStages stages;
  Looked looked;
  bool stopped = false;  // `between` said so
};

// `snapshot` outlives it. Errors: the first of the reader or of `take`; nothing more was taken after it.
Result<Pumped> pump(const KvSnapshot& snapshot, const ContractBook& book, const RunScope& scope,
                    const PumpOptions& options);

}  // namespace wonjang::money
