// `wonjang serve`: a service in the foreground until SIGTERM or SIGINT, then a clean drain; a second signal
// ends it at once. Also the signals and the key's place, which `wonjang demo` shares. Threads: the main one.
// block_signals() comes before any other thread is made.
#pragma once

#include <chrono>
#include <optional>

#include "app/config/config.h"

namespace wonjang {

struct ServeOptions {
  ConfigSources sources;
  std::int64_t drain_ms = 20'000;
};
int run_serve(const ServeOptions& options);

// SIGTERM, SIGINT and SIGPIPE no longer end the process; wait_for_signal() takes the first two.
void block_signals();
// The signal that came within `wait`, or nothing.
std::optional<int> wait_for_signal(std::chrono::milliseconds wait);
// From now on a further signal ends the process with 130, whatever hangs.
void end_on_next_signal();

}  // namespace wonjang
