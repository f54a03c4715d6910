// Gateway: the way in for requests that may need a provider. The intent is written first (through the ledger,
// like every command); then the provider is called on a worker's thread; then the outcome is written and the
// caller answered. A caller hears either the final answer, or that the outcome is unknown (the renderer's
// answer to an outcome in doubt, not stored).
//
// Requests that cause no intent pass straight through.
//
// Threads: any thread submits; `workers` threads call providers. A full work queue leaves the intent to the
// resolver and answers at once as unknown: an intent is never dropped.
#pragma once

#include <memory>

#include "engine/ledger/ledger.h"
#include "engine/ledger/pursuit.h"

namespace wonjang {

struct GatewayOptions {
  std::uint32_t workers = 32;
  std::uint32_t queue_max = 1024;
};

class Gateway {
 public:
  // `settled` renders the answer to the request that began, once its outcome is known (or unknown).
  Gateway(GatewayOptions options, Ledger& ledger, Acquirers acquirers, const Renderer& settled);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  void start();
  // Waits for calls under way (they are bounded by their deadlines), then stops.
  void stop();

  void submit(Request request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wonjang
