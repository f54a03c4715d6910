// Clock: what time it is. The real one is adapters/system, the fake one memory/; nobody else asks the system.
// Threads: any.
#pragma once

#include "domain/time.h"

namespace wonjang {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock; may step back. The ledger's recorded time never does: see engine/ledger.
  virtual Instant now() const = 0;
};

}  // namespace wonjang
