// The key gate: lets one request per idempotency key through at a time, so that the look-up across books and
// the write that follows are one step for that key. Requests that wait are bounded by the queues they come
// from. Threads: any.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "engine/ledger/hash_key.h"
#include "engine/ledger/request.h"

namespace wonjang {

class KeyGate {
 public:
  // `pass` is called for every request that may go on, on the thread of submit() or of the completion before
  // it.
  explicit KeyGate(std::function<void(Request)> pass) : pass_(std::move(pass)) {}

  // REQUIRES: request.key
  void submit(Request request);

 private:
  // Stands in for the caller's completion while its request holds the gate.
  class Ticket;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<Hash128, std::deque<Request>, HashKeyHasher> held;  // key -> who waits for it
  };

  Shard& shard_of(const Hash128& key) { return shards_[key[15] % shards_.size()]; }
  void let_through(Request request);
  void release(const Hash128& key);

  std::function<void(Request)> pass_;
  std::array<Shard, 16> shards_;
};

}  // namespace wonjang
