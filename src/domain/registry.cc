#include "domain/registry.h"

#include <utility>

#include "base/assert.h"

namespace wonjang {
namespace {

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <typename... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

RegistryDecision one(MerchantId merchant, EventBody body) {
  std::vector<RegistryDecided> out;
  out.push_back({merchant, std::move(body)});
  return out;
}

RegistryDecision nothing() { return std::vector<RegistryDecided>(); }

RegistryDecision not_taken(RefusalCode code, std::string detail, std::string pointer) {
  return Refusal{code, std::move(detail), std::move(pointer), 0};
}

}  // namespace

RegistryState RegistryState::share() {
  RegistryState out;
  out.version_ = version_;
  out.merchants_ = merchants_.share();
  out.by_code_ = by_code_.share();
  out.by_number_ = by_number_.share();
  out.keys_ = keys_.share();
  return out;
}

const Merchant* RegistryState::find(MerchantId id) const { return merchants_.find(id); }

const Merchant* RegistryState::find_code(std::string_view code) const {
  const auto* id = by_code_.find(std::string(code));
  return id == nullptr ? nullptr : find(*id);
}

const Merchant* RegistryState::find_number(std::uint32_t number) const {
  const auto* id = by_number_.find(number);
  return id == nullptr ? nullptr : find(*id);
}

const ApiKey* RegistryState::find(ApiKeyId id) const { return keys_.find(id); }

bool RegistryState::may_be_one_hand(ApiKeyId a, ApiKeyId b) const {
  const auto maker = [this](ApiKeyId id) {
    const auto* key = find(id);
    return key == nullptr ? ApiKeyId() : key->created_by;
  };
  // Makers are there before what they make, so both walks end.
  for (ApiKeyId above_a = a; !above_a.is_zero(); above_a = maker(above_a)) {
    for (ApiKeyId above_b = b; !above_b.is_zero(); above_b = maker(above_b)) {
      const bool made_by_the_house = maker(above_a).is_zero() && above_a != a && above_b != b;
      if (above_a == above_b && !made_by_the_house) return true;
    }
  }
  return false;
}

std::optional<std::uint32_t> RegistryState::merchant_number(MerchantId id) const {
  const auto* merchant = find(id);
  return merchant == nullptr ? std::nullopt : std::optional(merchant->number);
}

void RegistryState::evolve(const Event& event) {
  WJ_ASSERT(event.version == version_);
  ++version_;
  std::visit(Overloaded{
                 [&](const MerchantRegistered& e) {
                   const auto number = static_cast<std::uint32_t>(merchants_.size());
                   merchants_.at_for_change(event.merchant) = {.id = event.merchant,
                                                               .code = e.code,
                                                               .name = e.name,
                                                               .metadata = e.metadata,
                                                               .closed = false,
                                                               .created_at = event.recorded_at,
                                                               .organisation = e.organisation,
                                                               .number = number};
                   by_code_.at_for_change(e.code) = event.merchant;
                   by_number_.at_for_change(number) = event.merchant;
                 },
                 [&](const MerchantClosed&) { merchants_.at_for_change(event.merchant).closed = true; },
                 [&](const ApiKeyCreated& e) {
                   keys_.at_for_change(e.key) = {e.key,        event.merchant, e.hash,
                                                 e.scopes,     e.label,        event.recorded_at,
                                                 e.expires_at, false,          maker_of(event)};
                 },
                 [&](const ApiKeyRevoked& e) { keys_.at_for_change(e.key).revoked = true; },
                 [](const auto&) {},  // command.refused, and payment events that never come here
             },
             event.body);
}

ApiKeyId maker_of(const Event& event) { return ApiKeyId::parse(event.actor.id).value_or(ApiKeyId()); }

std::string_view operation_of(const RegistryCommand& command) {
  constexpr std::string_view kNames[] = {"register_merchant", "close_merchant", "create_api_key",
                                         "revoke_api_key"};
  return kNames[command.index()];
}

RegistryDecision decide_registry(const RegistryState& state, const RegistryCommand& command, IdMaker& ids,
                                 Instant now) {
  const auto unknown_merchant = [](MerchantId merchant) {
    return not_taken(
        RefusalCode::merchant_unknown,
        "there is no merchant " + merchant.text() + "; register it with POST /v1/merchants first",
        "/merchantId");
  };
  return std::visit(
      Overloaded{
          [&](const RegisterMerchant& c) -> RegistryDecision {
            if (const auto* taken = state.find_code(c.code)) {
              return not_taken(
                  RefusalCode::merchant_code_taken,
                  "code " + c.code + " already names merchant " + taken->id.text() + "; choose another code",
                  "/code");
            }
            return one(MerchantId(ids.next(now, 0)),
                       MerchantRegistered{c.code, c.name, c.metadata, c.organisation});
          },
          [&](const CloseMerchant& c) -> RegistryDecision {
            const auto* merchant = state.find(c.merchant);
            if (merchant == nullptr) return unknown_merchant(c.merchant);
            return merchant->closed ? nothing() : one(c.merchant, MerchantClosed{});
          },
          [&](const CreateApiKey& c) -> RegistryDecision {
            if (!c.merchant.is_zero() && state.find(c.merchant) == nullptr)
              return unknown_merchant(c.merchant);
            return one(c.merchant, ApiKeyCreated{c.key, c.hash, c.scopes, c.label, c.expires_at});
          },
          [&](const RevokeApiKey& c) -> RegistryDecision {
            const auto* key = state.find(c.key);
            if (key == nullptr) {
              return not_taken(RefusalCode::api_key_not_found, "there is no API key " + c.key.text(), "");
            }
            return key->revoked ? nothing() : one(key->merchant, ApiKeyRevoked{c.key});
          },
      },
      command);
}

}  // namespace wonjang
