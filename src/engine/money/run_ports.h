// What everything in this folder that computes asks of the world besides MoneyReader: somewhere to append
// facts, a view that has seen all of them, and a gate that lets one job at a time in. The app implements
// FactSink over the ledger and MoneyNow over the projection's runner; tests use a plain list
// (testing/money_rig.h).
//
// Threads: said at each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/event.h"
#include "ports/clock.h"
#include "ports/digest.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"
#include "ports/kv_store.h"

namespace wonjang::money {

// House events for a stream that must have exactly `expected_version` events so far.
struct Facts {
  RawId stream;
  std::uint32_t expected_version = 0;
  MerchantId merchant;  // whom they are about; zero: the house
  Currency currency;
  Actor actor;
  std::string reason;
  std::vector<EventBody> bodies;
};

// FactSink: takes facts and makes them durable in its own time. One sink per job. Facts whose streams share a
// slot (those of one merchant) become durable in the order in which they were given; what comes behind one
// that failed may still be written, save a chunk of lines, which needs the one before it (chunk_before of
// streams.h). A full queue behind it is waited for, it is no error.
//
// Threads: any thread calls append(), several at once; one calls drain() when no append() is under way.
class FactSink {
 public:
  virtual ~FactSink() = default;
  // Returns at once, or as soon as fewer than the bound of facts are in flight.
  // Errors: of an earlier append since the last drain(): these facts weren't taken.
  virtual Result<void> append(Facts facts) = 0;
  // Returns when everything taken is durable or failed: the first failure since the last drain(), if there
  // was one. Errors: conflict (a stream had another version: somebody else wrote it; or the chunk before one
  // isn't there), unavailable (of the facts that failed nothing was written), in_doubt (ask a view that has
  // seen the log's tails), invalid (facts that no ledger takes: one too large, say), corrupt. Whatever the
  // error, other facts of the job may stand.
  virtual Result<void> drain() = 0;
  // How long callers of the two stood still so far, added up over threads: for profiles.
  virtual std::int64_t waited_us() const { return 0; }
};

// Threads: any.
class MoneyNow {
 public:
  virtual ~MoneyNow() = default;
  // A snapshot of the projection `money` that has seen everything that was durable when this was called;
  // waits for it. Errors: unavailable (it doesn't get there: it stopped, or is being rebuilt).
  virtual Result<std::shared_ptr<const KvSnapshot>> caught_up() = 0;
};

// The merchant's number (registry.h); nothing: no such merchant. Threads: any.
using NumberOf = std::function<std::optional<std::uint32_t>(MerchantId)>;

class JobGate;
class SlipBook;

// What a job is given. Everything outlives it.
struct MoneyPorts {
  MoneyNow& now;
  FactSink& sink;
  const EventLog& log;
  const EventCodec& codec;
  const Clock& clock;
  const Digest& digest;
  JobGate& gate;
  NumberOf number_of;
  SlipBook* slips = nullptr;  // of jobs that match files of acquisitions (acquire.h)
};

// Who starts a job.
struct JobOwner {
  Actor actor;
  std::string reason;
  std::string holder;  // names this process: host, pid and a random part
};

// One fact after the other: appended and durable. Errors: those of FactSink.
inline Result<void> append_now(FactSink& sink, Facts facts) {
  auto taken = sink.append(std::move(facts));
  WJ_CHECK(sink.drain());
  return taken;
}

}  // namespace wonjang::money
