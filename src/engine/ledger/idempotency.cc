#include "engine/ledger/idempotency.h"

namespace wonjang {
namespace {

Hash128 first_half(const Hash256& hash) {
  Hash128 out;
  std::memcpy(out.data(), hash.data(), out.size());
  return out;
}

Hash128 hash_of(const Digest& digest, std::uint8_t domain, MerchantId owner, std::string_view text) {
  std::string prefix;
  prefix.push_back(static_cast<char>(domain));
  put_be64(prefix, owner.raw().high);
  put_be64(prefix, owner.raw().low);
  return first_half(digest.sha256(prefix, text));
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
  bytes_.push_back('t');
  put_sized(bytes_, value);
  return *this;
}

CanonicalRequest& CanonicalRequest::number(std::int64_t value) {
  bytes_.push_back('n');
  put_varint(bytes_, static_cast<std::uint64_t>(value));
  return *this;
}

CanonicalRequest& CanonicalRequest::absent() {
  bytes_.push_back('-');
  return *this;
}

Hash128 CanonicalRequest::fingerprint(const Digest& digest) const {
  return first_half(digest.sha256(bytes_));
}

}  // namespace wonjang
