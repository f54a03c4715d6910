// Merchants and API keys. They are few: lists are whole, in order of birth.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/answers.h"
#include "app/api/json/commands.h"
#include "app/api/json/payment_json.h"
#include "app/api/secret_guard.h"
#include "app/api/write_request.h"

namespace wonjang {
namespace {

void submit_registry(Api& api, CallPtr call, std::string key, RegistryCommand command,
                     const CanonicalRequest& canonical) {
  auto request = write_request(api, *call->caller, std::move(key), canonical);
  request.command = std::move(command);
  api.submit(std::move(call), std::move(request));
}

// The parsed command, or nothing: the call was answered.
std::optional<ParsedRegistry> taken(Api& api, CallPtr& call, ParsedRegistryOr parsed) {
  if (const auto* errors = std::get_if<FieldErrors>(&parsed)) {
    api.answer_reply(std::move(call), field_problem(*errors, call->request_id, sayable(call->path())));
    return std::nullopt;
  }
  return std::get<ParsedRegistry>(std::move(parsed));
}

template <typename Item, typename Map, typename Wanted, typename Append>
std::string list_of(std::string_view name, const Map& all, Wanted wanted, Append append) {
  std::vector<const Item*> items;
  for (const auto& [id, item] : all) {
    if (wanted(item)) items.push_back(&item);
  }
  std::ranges::sort(items, [](const Item* a, const Item* b) { return a->id < b->id; });
  std::string body = "{\"" + std::string(name) + "\":[";
  for (const auto* item : items) {
    if (body.back() != '[') body.push_back(',');
    append(body, *item);
  }
  body.append("]}");
  return body;
}

bool refused_query(Api& api, CallPtr& call) {
  if (call->request.head.query().empty()) return false;
  api.answer_problem(std::move(call), ProblemKind::bad_parameter, "this path takes no query parameters");
  return true;
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
  if (parsed)
    submit_registry(api, std::move(call), *std::move(key), std::move(parsed->command), parsed->canonical);
}

void list_merchants(Api& api, CallPtr call) {
  if (refused_query(api, call)) return;
  const auto registry = api.registry();
  api.answer_json(std::move(call), list_of<Merchant>(
                                       "merchants", registry->merchants(),
                                       [](const Merchant&) { return true; }, &append_merchant_json));
}

void get_merchant(Api& api, CallPtr call) {
  if (refused_query(api, call)) return;
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
  auto made = api.parts().authenticator.make_key();
  command.key = made.id;
  command.hash = std::move(made.hash);
  call->secret = std::move(made.secret);
  submit_registry(api, std::move(call), *std::move(key), std::move(parsed->command), parsed->canonical);
}

void list_api_keys(Api& api, CallPtr call) {
  if (refused_query(api, call)) return;
  const auto registry = api.registry();
  const auto merchant = call->caller->merchant;
  api.answer_json(std::move(call),
                  list_of<ApiKey>(
                      "apiKeys", registry->api_keys(),
                      [&](const ApiKey& k) { return merchant.is_zero() || k.merchant == merchant; },
                      &append_api_key_json));
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
  if (parsed)
    submit_registry(api, std::move(call), *std::move(key), std::move(parsed->command), parsed->canonical);
}

}  // namespace wonjang
