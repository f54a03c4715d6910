// RecentKeys: idempotency keys of requests that begin jobs, with what was asked under them. A job's facts
// name what they are about, so a job that is begun twice writes nothing twice; this is for the answer: who
// repeats a request after a lost answer hears of the job that it began, not that one is under way.
//
// In memory, the newest kKept: for the moment between a job's beginning and the answer that the ledger keeps
// (KeepAnswer), and for when that couldn't be written.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <deque>
#include <map>

#include "base/bytes.h"
#include "base/mutex.h"

namespace wonjang {

class RecentKeys {
 public:
  static constexpr std::size_t kKept = 4096;

  // repeated: the same request again. reused: another request under this key; nothing changes.
  enum class Seen : std::uint8_t { first, repeated, reused };
  Seen enter(const Hash128& key, const Hash128& fingerprint) WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto known = seen_.find(key);
    if (known != seen_.end()) return known->second == fingerprint ? Seen::repeated : Seen::reused;
    seen_.emplace(key, fingerprint);
    order_.push_back(key);
    if (order_.size() > kKept) {
      seen_.erase(order_.front());
      order_.pop_front();
    }
    return Seen::first;
  }
  // It wasn't begun: the key is free again.
  void forget(const Hash128& key) WJ_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    seen_.erase(key);
  }

 private:
  Mutex mutex_;
  std::map<Hash128, Hash128> seen_ WJ_GUARDED_BY(mutex_);
  std::deque<Hash128> order_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
