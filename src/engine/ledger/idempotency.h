// Idempotency keys and fingerprints. The key of an entry is a hash of (tenant, kind of key, key text); the
// fingerprint a hash of the canonical request: operation, path ids, parsed fields in a fixed order, without
// transport noise. Two requests that mean the same have the same fingerprint; the canonical form has a
// version.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "domain/ids.h"
#include "ports/digest.h"

namespace wonjang {

enum class KeyKind : std::uint8_t {
  request = 1,      // Idempotency-Key of an HTTP request
  cloud_event = 2,  // source + id of an ingested event
};

// `tenant` is the caller's merchant, zero for the house (operators, ingestion).
Hash128 idempotency_key(const Digest& digest, MerchantId tenant, KeyKind kind, std::string_view key);

// The natural key that a payment's stream claims: unique per merchant.
Hash128 order_claim(const Digest& digest, MerchantId merchant, std::string_view order_id);

// Collects the canonical request. Every field is written with its length, so that no two requests run
// together.
class CanonicalRequest {
 public:
  static constexpr std::uint8_t kVersion = 1;

  explicit CanonicalRequest(std::string_view operation);
  CanonicalRequest& text(std::string_view value);
  CanonicalRequest& number(std::int64_t value);
  CanonicalRequest& flag(bool value) { return number(value ? 1 : 0); }
  // Marks a field that is absent, so that absent and empty differ.
  CanonicalRequest& absent();

  Hash128 fingerprint(const Digest& digest) const;

 private:
  void put(char mark, std::uint64_t v);

  std::string bytes_;
};

}  // namespace wonjang
