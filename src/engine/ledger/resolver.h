// Resolver: finds payments in doubt through the books' alarms and pursues them (pursuit.h) until the provider
// has confirmed, with growing delays, surviving restarts: all it knows is in the books. It takes the same way
// through the writer as users do, one round per payment at a time, so it never races a user's cancel. It also
// lets things expire (virtual accounts, payments).
//
// Threads: start() gives it one for alarms and `workers` for providers; step() is for tests and the
// simulator.
#pragma once

#include <memory>

#include "engine/ledger/ledger.h"
#include "engine/ledger/pursuit.h"

namespace wonjang {

struct ResolverOptions {
  std::uint32_t workers = 8;
  std::int64_t poll_ms = 250;
  std::uint32_t alarms_max = 256;  // taken up in one look, per book
  PursuitPolicy policy;
  std::uint64_t seed = 0;  // of the jitter
};

struct ResolverStats {
  std::uint64_t rounds = 0;
  std::uint64_t commands = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::uint64_t expired = 0;
};

class Resolver {
 public:
  // `settled` renders the stored answer of the request whose outcome was found.
  Resolver(ResolverOptions options, Ledger& ledger, Acquirers acquirers, const Renderer& settled);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  void start();
  void stop();

  // One look at every book, in this thread: pursues everything that is due. Returns how many payments it
  // looked at. REQUIRES: not started
  std::size_t step();

  ResolverStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wonjang
