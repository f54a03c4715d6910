// Who is calling: API keys.
//
//   Authorization: Bearer wonjang_live_<key id, 26>_<secret, 52>_<check sum, 8>
//
// The id and the secret are Crockford base32, the check sum hex: a cut or mistyped key is seen without a
// look-up. Only HMAC-SHA256(pepper, secret) is stored, compared in constant time. A key that was verified
// once is remembered by the SHA-256 of its text, so that a request costs a hash and a look-up; revocation and
// expiry are looked at every time.
//
// Scopes: `merchant` (its own merchant only), `operator` (the house, everything), `ingest` (POST /v1/ingest).
//
// Threads: any; set_registry() comes from a writer's thread.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"
#include "domain/event.h"
#include "domain/registry.h"
#include "ports/clock.h"
#include "ports/digest.h"

namespace wonjang {

using Scopes = std::uint8_t;  // a set of Scope
enum Scope : Scopes { kScopeNone = 0, kScopeMerchant = 1, kScopeOperator = 2, kScopeIngest = 4 };

struct Caller {
  ApiKeyId key;
  MerchantId merchant;  // zero: a key of the house
  Scopes scopes = kScopeNone;
  Actor actor;  // what stands in the events

  // Whose idempotency keys and payments: zero = any.
  MerchantId tenant() const { return merchant; }
};

enum class AuthFailure : std::uint8_t { none, missing, malformed, unknown, revoked, expired };

struct Authenticated {
  AuthFailure failure = AuthFailure::none;
  std::shared_ptr<const Caller> caller;
};

struct NewApiKey {
  ApiKeyId id;
  std::string secret;  // the whole text, shown once
  std::string hash;    // for the registry
};

class Authenticator {
 public:
  static constexpr std::size_t kRememberedMax = 8192;

  Authenticator(std::string pepper, const Digest& digest, const Clock& clock);

  void set_registry(std::shared_ptr<const RegistryState> registry) WJ_EXCLUDES(registry_mutex_);
  std::shared_ptr<const RegistryState> registry() const WJ_EXCLUDES(registry_mutex_) {
    const MutexLock lock(registry_mutex_);
    return registry_;
  }

  // `authorization` is the header's value, empty if there is none.
  Authenticated authenticate(std::string_view authorization) const;

  // Whether a key that was shown earlier still opens: none, unknown, revoked or expired.
  AuthFailure standing_of(ApiKeyId id) const;

  NewApiKey make_key() const;

 private:
  std::shared_ptr<const Caller> verify(std::string_view token, const RegistryState& registry) const;
  std::string keyed_hash(std::string_view secret) const;

  const std::string pepper_;
  const Digest& digest_;
  const Clock& clock_;
  // Not std::atomic of it: gcc 12's load() lets go of the pointer with a relaxed write (its bug 101761).
  mutable Mutex registry_mutex_;
  std::shared_ptr<const RegistryState> registry_ WJ_GUARDED_BY(registry_mutex_);

  struct HashOfHash {
    std::size_t operator()(const Hash256& h) const noexcept {
      std::size_t out;
      std::memcpy(&out, h.data(), sizeof out);
      return out;
    }
  };
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<Hash256, std::shared_ptr<const Caller>, HashOfHash>
      remembered_;  // guarded by mutex_
};

}  // namespace wonjang
