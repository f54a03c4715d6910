// The key gate: lets one request per idempotency key through at a time, so that the look-up across books and
// the write that follows are one step for that key. Requests that wait are bounded by the queues they come
// from.
//
// Requests that come together go on together, as far as nobody holds their keys: the look-up is cheaper for
// many. Each is answered and let go of by itself. Those without a key wait for nobody.
//
// Threads: any.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/ledger/hash_key.h"
#include "engine/ledger/request.h"

namespace wonjang {

class KeyGate {
 public:
  // `pass` is called with requests that may go on, at least one, on the thread of submit() or of the
  // completion before them.
  explicit KeyGate(std::function<void(std::vector<Request>)> pass) : pass_(std::move(pass)) {}

  void submit(std::vector<Request> requests);

 private:
  // Stands in for the caller's completion while its request holds the gate.
  class Ticket;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<Hash128, std::list<Request>, HashKeyHasher> held;  // key -> who waits for it
  };

  Shard& shard_of(const Hash128& key) { return shards_[key[15] % shards_.size()]; }
  bool waits(Request& request);
  void let_through(std::vector<Request> requests);
  void release(const Hash128& key);

  std::function<void(std::vector<Request>)> pass_;
  std::array<Shard, 16> shards_;
};

}  // namespace wonjang
