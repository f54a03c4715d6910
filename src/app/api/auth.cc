#include "app/api/auth.h"

#include <cstring>
#include <mutex>

#include "adapters/openssl/crypto.h"

namespace wonjang {
namespace {

constexpr std::string_view kPrefix = "wonjang_live_";
constexpr std::size_t kIdSize = 26;
constexpr std::size_t kSecretSize = 52;
constexpr std::size_t kCheckSize = 8;
constexpr std::size_t kTokenSize = kPrefix.size() + kIdSize + 1 + kSecretSize + 1 + kCheckSize;

bool same_word(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + 32) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

std::optional<std::string_view> bearer_of(std::string_view header) {
  const auto space = header.find(' ');
  if (space == std::string_view::npos || !same_word(header.substr(0, space), "bearer")) return std::nullopt;
  return header.substr(header.find_first_not_of(' ', space) == std::string_view::npos
                           ? header.size()
                           : header.find_first_not_of(' ', space));
}

std::string check_sum(const Digest& digest, std::string_view text) {
  const auto hash = digest.sha256(text);
  return to_hex(view(hash).substr(0, kCheckSize / 2));
}

Scopes scopes_of(const ApiKey& key) {
  Scopes out = kScopeNone;
  std::string_view rest = key.scopes;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto word = rest.substr(0, comma);
    // A merchant's scope is nothing without a merchant, and the house's nothing with one.
    if (word == "merchant" && !key.merchant.is_zero()) out |= kScopeMerchant;
    if (word == "operator" && key.merchant.is_zero()) out |= kScopeOperator;
    if (word == "ingest") out |= kScopeIngest;
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return out;
}

Actor actor_of(const ApiKey& key, Scopes scopes) {
  auto kind = ActorKind::system;
  if ((scopes & kScopeMerchant) != 0) kind = ActorKind::merchant;
  if ((scopes & kScopeOperator) != 0) kind = ActorKind::admin;
  return {kind, key.id.text()};
}

std::uint64_t random_number() {
  std::uint64_t out;
  const auto bytes = random_bytes(sizeof out);
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

}  // namespace

Authenticator::Authenticator(std::string pepper, const Digest& digest, const Clock& clock)
    : pepper_(std::move(pepper)),
      digest_(digest),
      clock_(clock),
      registry_(std::make_shared<const RegistryState>()) {}

void Authenticator::set_registry(std::shared_ptr<const RegistryState> registry) {
  const MutexLock lock(registry_mutex_);
  registry_.swap(registry);  // the former one goes after the lock
}

std::string Authenticator::keyed_hash(std::string_view secret) const {
  return std::string(view(hmac_sha256(pepper_, secret)));
}

Authenticated Authenticator::authenticate(std::string_view authorization) const {
  if (authorization.empty()) return {AuthFailure::missing, nullptr};
  const auto token = bearer_of(authorization);
  if (!token || token->size() != kTokenSize || !token->starts_with(kPrefix))
    return {AuthFailure::malformed, nullptr};
  const auto registry = this->registry();
  const auto name = digest_.sha256(*token);
  std::shared_ptr<const Caller> caller;
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = remembered_.find(name); found != remembered_.end()) caller = found->second;
  }
  if (caller == nullptr) {
    caller = verify(*token, *registry);
    if (caller == nullptr) return {AuthFailure::unknown, nullptr};
    const std::unique_lock lock(mutex_);
    if (remembered_.size() >= kRememberedMax) remembered_.clear();
    remembered_.emplace(name, caller);
  }
  const auto standing = standing_of(caller->key);
  if (standing != AuthFailure::none) return {standing, nullptr};
  return {AuthFailure::none, std::move(caller)};
}

AuthFailure Authenticator::standing_of(ApiKeyId id) const {
  const auto registry = this->registry();
  const auto* key = registry->find(id);
  if (key == nullptr) return AuthFailure::unknown;  // a restored book may not know it
  if (key->revoked) return AuthFailure::revoked;
  if (!key->expires_at.is_zero() && key->expires_at <= clock_.now()) return AuthFailure::expired;
  return AuthFailure::none;
}

std::shared_ptr<const Caller> Authenticator::verify(std::string_view token,
                                                    const RegistryState& registry) const {
  const auto signed_part = token.substr(0, kTokenSize - kCheckSize - 1);
  const auto id = from_base32(token.substr(kPrefix.size(), kIdSize));
  const auto secret = token.substr(kPrefix.size() + kIdSize + 1, kSecretSize);
  if (token[kPrefix.size() + kIdSize] != '_' || token[signed_part.size()] != '_' || !id) return nullptr;
  if (token.substr(signed_part.size() + 1) != check_sum(digest_, signed_part)) return nullptr;
  const auto* key = registry.find(ApiKeyId(*id));
  // Hashed also when there is no such key, so that time doesn't tell.
  const auto hash = keyed_hash(secret);
  if (key == nullptr || !constant_time_equal(hash, key->hash)) return nullptr;
  auto caller = std::make_shared<Caller>();
  caller->key = key->id;
  caller->merchant = key->merchant;
  caller->scopes = scopes_of(*key);
  caller->actor = actor_of(*key, caller->scopes);
  return caller;
}

NewApiKey Authenticator::make_key() const {
  IdMaker ids{Rng(random_number())};
  NewApiKey out;
  out.id = ApiKeyId(ids.next(clock_.now(), /*slot=*/0));
  std::string secret;
  for (int half = 0; half < 2; ++half) append_base32(secret, {random_number(), random_number()});
  out.hash = keyed_hash(secret);
  out.secret = std::string(kPrefix);
  append_base32(out.secret, out.id.raw());
  out.secret.append("_").append(secret);
  const auto check = check_sum(digest_, out.secret);
  out.secret.append("_").append(check);
  return out;
}

}  // namespace wonjang
