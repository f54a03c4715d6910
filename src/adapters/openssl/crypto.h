// What Wonjang needs of cryptography: random bytes, HMAC, Ed25519 signatures (of tree heads), opaque tokens.
// A failure of the library itself (no entropy, no memory) stops the process: there is nothing sensible to go
// on with. Threads: any, for everything here.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct evp_pkey_st;

namespace wonjang {

std::string random_bytes(std::size_t size);

Hash256 hmac_sha256(std::string_view key, std::string_view message);

// Takes the same time wherever the first difference is. Texts of different length are unequal, and that may
// show.
bool constant_time_equal(std::string_view a, std::string_view b);

using PublicKey = std::array<std::uint8_t, 32>;  // as RFC 8032 writes it
using Signature = std::array<std::uint8_t, 64>;

// An Ed25519 key pair.
class SigningKey {
 public:
  static SigningKey generate();
  // The RFC 8032 secret: for test vectors.
  static SigningKey from_seed(const Hash256& seed);
  // From a PEM file (PKCS #8, no pass phrase).
  // Errors: not_found (no such file), invalid (no Ed25519 key, or group or others may read the file).
  static Result<SigningKey> load(const std::string& path);
  // Creates the file with mode 0600 and syncs it. Errors: conflict (there is one already), unavailable (the
  // system says why).
  Result<void> save(const std::string& path) const;

  PublicKey public_key() const;
  Signature sign(std::string_view message) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  explicit SigningKey(evp_pkey_st* key) : key_(key) {}

  std::unique_ptr<evp_pkey_st, Free> key_;
};

// As a PEM file (SubjectPublicKeyInfo, RFC 8410), for `openssl` and everybody else's tools.
std::string public_key_pem(const PublicKey& key);

bool verify_signature(const PublicKey& key, std::string_view message, const Signature& signature);

// Hides 16 bytes (a position, a cursor) in 16 bytes that look random, one to one: AES-128 of one block under
// a key derived from the server's secret. The same input gives the same token. There is no check sum in it: a
// made-up token opens to 16 arbitrary bytes, so whoever seals keeps some bytes fixed and looks at them after
// open().
class TokenSeal {
 public:
  explicit TokenSeal(const Hash256& server_secret);
  ~TokenSeal();
  TokenSeal(TokenSeal&&) noexcept;
  TokenSeal& operator=(TokenSeal&&) noexcept;

  Hash128 seal(const Hash128& plain) const;
  Hash128 open(const Hash128& token) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
};

}  // namespace wonjang
