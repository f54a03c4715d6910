#include "engine/ledger/idempotency.h"

#include <array>

namespace wonjang {
namespace {

Hash128 first_half(const Hash256& hash) {
  Hash128 out;
  std::memcpy(out.data(), hash.data(), out.size());
  return out;
}

Hash128 hash_of(const Digest& digest, std::uint8_t domain, MerchantId owner, std::string_view text) {
  std::array<char, 17> prefix;
  const std::uint64_t be[2] = {__builtin_bswap64(owner.raw().high), __builtin_bswap64(owner.raw().low)};
  prefix[0] = static_cast<char>(domain);
  std::memcpy(prefix.data() + 1, be, sizeof be);
  return first_half(digest.sha256({prefix.data(), prefix.size()}, text));
}

constexpr std::uint8_t kOrderDomain = 0x80;

}  // namespace

Hash128 idempotency_key(const Digest& digest, MerchantId tenant, KeyKind kind, std::string_view key) {
  return hash_of(digest, static_cast<std::uint8_t>(kind), tenant, key);
}

Hash128 order_claim(const Digest& digest, MerchantId merchant, std::string_view order_id) {
  return hash_of(digest, kOrderDomain, merchant, order_id);
}

CanonicalRequest::CanonicalRequest(std::string_view operation) {
  bytes_.reserve(512);
  bytes_.push_back(static_cast<char>(kVersion));
  put_sized(bytes_, operation);
}

CanonicalRequest& CanonicalRequest::text(std::string_view value) {
  put('t', value.size());
  bytes_.append(value);
  return *this;
}

CanonicalRequest& CanonicalRequest::number(std::int64_t value) {
  put('n', static_cast<std::uint64_t>(value));
  return *this;
}

CanonicalRequest& CanonicalRequest::absent() {
  bytes_.push_back('-');
  return *this;
}

// In one step: a request has some forty of them.
void CanonicalRequest::put(char mark, std::uint64_t v) {
  std::array<char, 11> bytes;
  std::size_t size = 0;
  bytes[size++] = mark;
  for (; v >= 0x80; v >>= 7U) bytes[size++] = static_cast<char>(v | 0x80U);
  bytes[size++] = static_cast<char>(v);
  bytes_.append(bytes.data(), size);
}

Hash128 CanonicalRequest::fingerprint(const Digest& digest) const {
  return first_half(digest.sha256(bytes_));
}

}  // namespace wonjang
