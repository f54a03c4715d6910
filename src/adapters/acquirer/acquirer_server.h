// AcquirerServer: the simulated provider as an HTTP server (docs/acquirer-protocol.md), for `wonjang sim
// acquirer` and for tests over a real socket. Lost answers are lost for real: the connection ends without
// one, or in the middle of one, or nothing comes at all.
//
// Plain HTTP, no authentication, a test-only list of its truth: never to be reachable from outside.
// Bounds: kConnectionsMax connections (a further one is closed at once), 64 KiB a request, 15 s idle.
// Threads: start() and stop() from one; serves on a thread of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/acquirer/simulated_provider.h"
#include "base/result.h"
#include "ports/clock.h"

namespace wonjang {

struct AcquirerServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
  std::int64_t idle_ms_max = 15'000;
};

class AcquirerServer {
 public:
  static constexpr std::uint32_t kConnectionsMax = 1024;

  // Listens and serves from now on. Errors: invalid (address), unavailable (the port is taken, say).
  static Result<std::unique_ptr<AcquirerServer>> start(AcquirerServerOptions options,
                                                       SimulatedProvider& provider, const Clock& clock);
  ~AcquirerServer();

  // The one it listens on, also after stop().
  std::uint16_t port() const { return port_; }
  // Closes the listener and every connection, answers that are on their way included. May be called twice.
  void stop();

 private:
  class Impl;
  explicit AcquirerServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
  const std::uint16_t port_;
};

}  // namespace wonjang
