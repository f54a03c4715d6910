// The registry: merchants and API keys, in one stream of their own (kRegistryStream, in book 0). Held in
// memory whole, folded from its events like everything else. Secrets never come here, only their keyed
// hashes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/shared_map.h"
#include "domain/event.h"

namespace wonjang {

// Slot 0 and a birth time of 0: no payment's id can be this.
constexpr RawId kRegistryStream{0, 1};

struct Merchant {
  MerchantId id;
  std::string code;
  std::string name;
  Metadata metadata;
  bool closed = false;
  Instant created_at;
  std::string organisation;  // code of whom it belongs to, or empty
  std::uint32_t number = 0;  // see RegistryState::merchant_number
};

struct ApiKey {
  ApiKeyId id;
  MerchantId merchant;  // zero: a key of the house
  std::string hash;
  std::string scopes;
  std::string label;
  Instant created_at;
  Instant expires_at;  // zero = never
  bool revoked = false;
  ApiKeyId created_by;  // zero: the house made it (the first one, at the first start)
};

// One owner folds it; readers get snapshots by share(), which cost the same however many merchants there are.
// Threads: as base/shared_map.h.
class RegistryState {
 public:
  // As it is now; evolve() doesn't change what was shared.
  RegistryState share();

  std::uint32_t version() const { return version_; }
  const Merchant* find(MerchantId id) const;
  const Merchant* find_code(std::string_view code) const;
  const ApiKey* find(ApiKeyId id) const;
  // The merchant's place in the order of registration: 0, 1, 2 ... dense, the same for ever, in every fold of
  // this stream; a closed merchant keeps its own. Nothing where there is no such merchant.
  std::optional<std::uint32_t> merchant_number(MerchantId id) const;
  // The merchant of that number, or null.
  const Merchant* find_number(std::uint32_t number) const;
  // May both be one person's? Both are the same; or one made the other, itself or through keys that it made;
  // or one that another key made, made both. What the house's first key made for two people may be two
  // people's.
  bool may_be_one_hand(ApiKeyId a, ApiKeyId b) const;
  const SharedMap<MerchantId, Merchant>& merchants() const { return merchants_; }
  const SharedMap<ApiKeyId, ApiKey>& api_keys() const { return keys_; }

  // REQUIRES: event.version == version()
  void evolve(const Event& event);

 private:
  std::uint32_t version_ = 0;
  SharedMap<MerchantId, Merchant> merchants_;
  SharedMap<std::string, MerchantId> by_code_;
  SharedMap<std::uint32_t, MerchantId> by_number_;
  SharedMap<ApiKeyId, ApiKey> keys_;
};

// Of the event of an ApiKeyCreated: the key that made it, or zero.
ApiKeyId maker_of(const Event& event);

struct RegisterMerchant {
  std::string code;
  std::string name;
  Metadata metadata;
  std::string organisation = {};
};
struct CloseMerchant {
  MerchantId merchant;
};
struct CreateApiKey {
  ApiKeyId key;         // made by the door together with the secret
  MerchantId merchant;  // zero: a key of the house
  std::string hash;
  std::string scopes;
  std::string label;
  Instant expires_at;
};
struct RevokeApiKey {
  ApiKeyId key;
};
using RegistryCommand = std::variant<RegisterMerchant, CloseMerchant, CreateApiKey, RevokeApiKey>;

std::string_view operation_of(const RegistryCommand& command);

struct RegistryDecided {
  MerchantId merchant;  // whom the event is about; zero: the house
  EventBody body;
};
using RegistryDecision = std::variant<std::vector<RegistryDecided>, Refusal>;

// Pure, like decide(). An empty list: already so.
RegistryDecision decide_registry(const RegistryState& state, const RegistryCommand& command, IdMaker& ids,
                                 Instant now);

}  // namespace wonjang
