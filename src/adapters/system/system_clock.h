// SystemClock: the machine's wall clock.
// Threads: any.
#pragma once

#include "ports/clock.h"

namespace wonjang {

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

}  // namespace wonjang
