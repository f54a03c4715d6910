// Merchants and API keys: made, closed, revoked, looked at.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/birth_page.h"
#include "app/api/json/answers.h"
#include "app/api/json/commands.h"
#include "app/api/json/payment_json.h"
#include "app/api/secret_guard.h"
#include "app/api/write_request.h"
#include "engine/ledger/idempotency.h"

namespace wonjang {
namespace {

void submit_registry(Api& api, CallPtr call, std::string key, RegistryCommand command,
                     const CanonicalRequest& canonical) {
  auto request = write_request(api, *call->caller, std::move(key), canonical);
  request.command = std::move(command);
  api.submit(std::move(call), std::move(request));
}

// A key that a merchant makes for itself ends with its maker, and after the configured time at the latest:
// else a stolen key lives on in those it made. The house decides freely.
bool bound_life(Api& api, const Call& call, CreateApiKey& command) {
  if (call.caller->merchant.is_zero()) return true;
  auto latest = api.clock().now().plus_ms(api.options().merchant_key_days_max * 86'400'000);
  const auto registry = api.registry();
  const auto* maker = registry->find(call.caller->key);
  if (maker != nullptr && !maker->expires_at.is_zero()) latest = std::min(latest, maker->expires_at);
  if (command.expires_at.is_zero()) command.expires_at = latest;
  return command.expires_at <= latest;
}

std::string ended_already(std::string_view id, std::string_view status) {
  return "{\"id\":\"" + std::string(id) + "\",\"status\":\"" + std::string(status) + "\"}";
}

}  // namespace

void register_merchant(Api& api, CallPtr call) {
  auto key = take_key(api, call);
  if (!key) return;
  auto parsed = taken(api, call, parse_merchant(call->request.body));
  if (parsed)
    submit_registry(api, std::move(call), *std::move(key), std::move(parsed->command), parsed->canonical);
}

void close_merchant(Api& api, CallPtr call) {
  auto key = take_key(api, call);
  if (!key) return;
  const auto id = MerchantId::parse(call->parameter);
  if (!id) return api.answer_problem(std::move(call), ProblemKind::not_found, "there is no such merchant");
  auto parsed = taken(api, call, parse_close_merchant(call->request.body, *id));
  if (parsed) call->so_already = ended_already(id->text(), "CLOSED");
  if (parsed)
    submit_registry(api, std::move(call), *std::move(key), std::move(parsed->command), parsed->canonical);
}

void get_merchant(Api& api, CallPtr call) {
  const auto id = MerchantId::parse(call->parameter);
  const auto registry = api.registry();
  const auto* merchant = id ? registry->find(*id) : nullptr;
  const bool hidden = !call->caller->merchant.is_zero() && id && call->caller->merchant != *id;
  if (merchant == nullptr || hidden) {
    return api.answer_problem(std::move(call), ProblemKind::not_found, "there is no such merchant");
  }
  std::string body;
  append_merchant_json(body, *merchant);
  api.answer_json(std::move(call), std::move(body));
}

void create_api_key(Api& api, CallPtr call) {
  auto key = take_key(api, call);
  if (!key) return;
  ParseContext context;
  context.tenant = call->caller->merchant;
  auto parsed = taken(api, call, parse_api_key(call->request.body, context));
  if (!parsed) return;
  auto& command = std::get<CreateApiKey>(parsed->command);
  if (!command.merchant.is_zero() && api.registry()->find(command.merchant) == nullptr) {
    return api.answer_refusal(std::move(call),
                              {RefusalCode::merchant_unknown, "there is no such merchant", "/merchantId", 0});
  }
  const bool is_past = !command.expires_at.is_zero() && command.expires_at <= api.clock().now();
  const auto hash = idempotency_key(api.digest(), call->caller->tenant(), KeyKind::request, *key);
  if (is_past && !answered_before(api, hash)) {
    return answer_field_errors(
        api, std::move(call),
        {{"/expiresAt", "OUT_OF_RANGE", "lies in the past: the key would open nothing"}});
  }
  if (!bound_life(api, *call, command)) {
    auto refusal =
        field_problem({{"/expiresAt", "OUT_OF_RANGE",
                        "a merchant's key lives no longer than the key that makes it, and at most " +
                            std::to_string(api.options().merchant_key_days_max) + " days"}},
                      call->request_id, sayable(call->path()));
    return api.answer_reply(std::move(call), std::move(refusal));
  }
  auto made = api.parts().authenticator.make_key();
  command.key = made.id;
  command.hash = std::move(made.hash);
  call->secret = std::move(made.secret);
  submit_registry(api, std::move(call), *std::move(key), std::move(parsed->command), parsed->canonical);
}

void list_api_keys(Api& api, CallPtr call) {
  const auto wish = take_page(api, call, Tokens::List::api_keys, /*key_size=*/2);
  if (!wish) return;
  const auto registry = api.registry();
  const auto merchant = call->caller->merchant;
  const auto now = api.clock().now();
  std::vector<const ApiKey*> found;
  registry->api_keys().for_each([&](ApiKeyId, const ApiKey& key) {
    if (merchant.is_zero() || key.merchant == merchant) found.push_back(&key);
  });
  api.answer_json(
      std::move(call),
      birth_page(api.parts().tokens, Tokens::List::api_keys, "apiKeys", std::move(found), *wish,
                 [now](std::string& out, const ApiKey& key) { append_api_key_json(out, key, now); }));
}

void revoke_api_key(Api& api, CallPtr call) {
  auto key = take_key(api, call);
  if (!key) return;
  const auto id = ApiKeyId::parse(call->parameter);
  const auto registry = api.registry();
  const auto* known = id ? registry->find(*id) : nullptr;
  const auto merchant = call->caller->merchant;
  if (known == nullptr || (!merchant.is_zero() && known->merchant != merchant)) {
    return api.answer_problem(std::move(call), ProblemKind::not_found, "there is no such key");
  }
  auto parsed = taken(api, call, parse_revoke_api_key(call->request.body, *id));
  if (parsed) call->so_already = ended_already(id->text(), "REVOKED");
  if (parsed)
    submit_registry(api, std::move(call), *std::move(key), std::move(parsed->command), parsed->canonical);
}

}  // namespace wonjang
