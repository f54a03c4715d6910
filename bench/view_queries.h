// The questions of the read side's benchmark (R1, R2, R5, R6, R7, S1 to S6, A1), asked of views in this
// process: each as often as it takes to see its p99, and its answer as one line, for comparing engines.
#pragma once

#include <cstdint>

#include "engine/serving/views.h"
#include "ports/kv_store.h"

namespace wonjang::bench {

struct ViewQueries {
  const serving::Views& views;
  const KvStore& store;
  const EventLog& log;
  const EventCodec& codec;
  Instant from;  // the whole period
  Instant until;
  std::uint32_t runs = 300;
};

// Prints "query p50_ms p99_ms rows seeks" lines and "answer ..." lines.
void ask_all(const ViewQueries& queries);

}  // namespace wonjang::bench
