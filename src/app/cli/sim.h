// `wonjang sim acquirer`: the simulated provider as an HTTP server (docs/acquirer-protocol.md), until a
// signal. Threads: the main one.
#pragma once

#include <cstdint>
#include <string>

namespace wonjang {

struct SimOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::uint64_t seed = 1;
  std::string profile = "everyday";
};
int run_sim_acquirer(const SimOptions& options);

}  // namespace wonjang
