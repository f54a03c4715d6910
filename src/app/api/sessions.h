// Sessions of the console: an API key, shown once, is exchanged for a short-lived token that the browser
// keeps in a cookie no script can read. In memory only: a restarted server asks everybody to sign in again.
//
// Invariants: a session ends some time after its last use, some time after it began (SessionTimes) and with
// its key, whichever comes first; a session has exactly the rights of its key. The caller asks the
// Authenticator whether the key still stands: revocation is not known here. Tokens are kept as hashes.
//
// Threads: any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "app/api/auth.h"
#include "base/mutex.h"
#include "domain/time.h"
#include "ports/digest.h"

namespace wonjang {

struct OpenedSession {
  std::string token;  // for the cookie, shown once
  std::string csrf;   // goes with every write, in X-CSRF-Token
  Instant expires_at;
};

struct LiveSession {
  std::shared_ptr<const Caller> caller;
  std::string csrf;
  Instant expires_at;
};

struct SessionTimes {
  std::int64_t idle_ms = 30 * 60'000;  // after its last use
  std::int64_t life_ms = 12 * 3'600'000;
};

class Sessions {
 public:
  static constexpr std::size_t kSessionsMax = 4096;
  static constexpr std::size_t kTokenSize = 64;

  explicit Sessions(const Digest& digest, SessionTimes times = {}) : digest_(digest), times_(times) {}

  // At kSessionsMax the one that was idle longest makes room.
  OpenedSession open(std::shared_ptr<const Caller> caller, Instant now);

  // Nothing: unknown or over. `in_use` moves its end; what a page asks by itself, unwatched, does not.
  std::optional<LiveSession> see(std::string_view token, Instant now, bool in_use);

  void close(std::string_view token);
  std::size_t size() const;

 private:
  struct Session {
    std::shared_ptr<const Caller> caller;
    std::string csrf;
    Instant began_at;
    Instant used_at;
  };
  struct HashOfHash {
    std::size_t operator()(const Hash256& h) const noexcept;
  };

  Instant end_of(const Session& session) const;
  void make_room(Instant now) WJ_REQUIRES(mutex_);

  const Digest& digest_;
  const SessionTimes times_;
  mutable Mutex mutex_;
  std::unordered_map<Hash256, Session, HashOfHash> sessions_ WJ_GUARDED_BY(mutex_);
};

}  // namespace wonjang
