#include <algorithm>

#include "app/api/json/parse_parts.h"

namespace wonjang {
namespace {

constexpr std::string_view kScopes[] = {"merchant", "operator", "ingest"};
using KeyReader = ObjectReader<kApiKeyShape>;

// Comma-separated, each once, in the order of kScopes.
std::string read_scopes(KeyReader& r, Violations& violations) {
  r.require("scopes");
  const auto* list = r.array("scopes");
  if (list == nullptr) return {};
  if (list->count == 0) r.add("scopes", "EMPTY", "must name at least one of merchant, operator, ingest");
  bool wanted[std::size(kScopes)] = {};
  const auto& document = violations.document();
  for (const auto* item = document.first(*list); item != document.end(*list); item = document.next(item)) {
    const auto* scope = std::ranges::find(kScopes, item->text);
    if (item->type != JsonType::string || scope == std::end(kScopes)) {
      violations.add(*item, "UNKNOWN_CODE", "must be one of merchant, operator, ingest");
    } else {
      wanted[scope - kScopes] = true;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < std::size(kScopes); ++i) {
    if (wanted[i]) out += (out.empty() ? "" : ",") + std::string(kScopes[i]);
  }
  return out;
}

MerchantId read_merchant(KeyReader& r, const ParseContext& context) {
  const auto merchant = r.id<MerchantId>("merchantId");
  if (context.tenant.is_zero()) return merchant;
  if (!merchant.is_zero() && merchant != context.tenant) {
    r.add("merchantId", "NOT_YOURS", "this key belongs to another merchant: leave the field out");
  }
  return context.tenant;
}

// A key of nothing but scopes that open nothing to it isn't handed out.
void check_use(KeyReader& r, const CreateApiKey& command, const ParseContext& context) {
  const bool is_house = command.merchant.is_zero();
  const auto has = [&](std::string_view scope) {
    return ("," + command.scopes + ",").find("," + std::string(scope) + ",") != std::string::npos;
  };
  if (is_house && has("merchant")) r.require("merchantId");
  if (!is_house && context.tenant.is_zero() && has("operator"))
    r.add("scopes", "NOT_YOURS", "operators are the house's: leave out operator, or merchantId");
}

ParsedRegistryOr parse_without_body(std::string_view body, RegistryCommand command,
                                    CanonicalRequest canonical) {
  return read_body<ParsedRegistry>(body.empty() ? "{}" : body, [&](const auto& root, auto& violations) {
    ObjectReader<kEmptyShape> r(root, violations);
    return ParsedRegistry{std::move(command), std::move(canonical)};
  });
}

}  // namespace

ParsedRegistryOr parse_merchant(std::string_view body) {
  return read_body<ParsedRegistry>(body, [](const auto& root, auto& violations) {
    ObjectReader<kMerchantShape> r(root, violations);
    RegisterMerchant command;
    r.require("code");
    command.code = r.text("code", {.size_max = 64, .charset = Charset::id});
    r.require("name");
    command.name = r.text("name", kNameRule);
    command.organisation = r.text("organisation", {.size_max = 64, .charset = Charset::id});
    command.metadata = r.metadata("metadata");
    CanonicalRequest c("register_merchant");
    add_text(c, command.code);
    add_text(c, command.name);
    add_metadata(c, command.metadata);
    if (!command.organisation.empty()) c.text(command.organisation);  // as for buyers: parse_create.cc
    return ParsedRegistry{std::move(command), std::move(c)};
  });
}

ParsedRegistryOr parse_api_key(std::string_view body, const ParseContext& context) {
  return read_body<ParsedRegistry>(body, [&](const auto& root, auto& violations) {
    KeyReader r(root, violations);
    CreateApiKey command;
    command.merchant = read_merchant(r, context);
    command.scopes = read_scopes(r, violations);
    command.label = r.text("label", kNameRule);
    command.expires_at = r.instant("expiresAt");
    if (!context.tenant.is_zero() && !command.scopes.empty() && command.scopes != "merchant") {
      r.add("scopes", "NOT_YOURS", "a merchant's key can only make keys of the scope merchant");
    }
    check_use(r, command, context);
    CanonicalRequest c("create_api_key");
    add_id(c, command.merchant);
    add_text(c, command.scopes);
    add_text(c, command.label);
    add_instant(c, command.expires_at);
    return ParsedRegistry{std::move(command), std::move(c)};
  });
}

ParsedRegistryOr parse_close_merchant(std::string_view body, MerchantId merchant) {
  CanonicalRequest c("close_merchant");
  add_id(c, merchant);
  return parse_without_body(body, CloseMerchant{merchant}, std::move(c));
}

ParsedRegistryOr parse_revoke_api_key(std::string_view body, ApiKeyId key) {
  CanonicalRequest c("revoke_api_key");
  add_id(c, key);
  return parse_without_body(body, RevokeApiKey{key}, std::move(c));
}

}  // namespace wonjang
