// `wonjang serve`: a service in the foreground until SIGTERM or SIGINT, then a clean drain; a second signal
// ends it at once. Also the signals and the key's place, which `wonjang demo` shares. Threads: the main one.
// block_signals() comes before any other thread is made.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "app/config/config.h"

namespace wonjang {

struct ServeOptions {
  ConfigSources sources;
  std::int64_t drain_ms = 20'000;
};
int run_serve(const ServeOptions& options);

// Whether a server could listen there: asked before anything is made. True for what isn't IPv4.
bool is_port_free(const std::string& address, std::uint16_t port);

// A pipe that nobody reads any more doesn't end the process.
void ignore_broken_pipes();
// SIGTERM and SIGINT no longer end the process; wait_for_signal() takes them. For commands that end in their
// own way; all others end at the first signal.
void block_signals();
// The signal that came within `wait`, or nothing.
std::optional<int> wait_for_signal(std::chrono::milliseconds wait);
// From now on a further signal ends the process with 130, whatever hangs.
void end_on_next_signal();

}  // namespace wonjang
