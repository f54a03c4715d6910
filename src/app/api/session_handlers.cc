// Signing in to the console and out of it: POST, GET and DELETE /v1/session.

#include <utility>

#include "app/api/api.h"
#include "app/api/json/json_document.h"
#include "app/api/json/json_writer.h"
#include "app/api/session_door.h"

namespace wonjang {
namespace {

// {"apiKey": "..."} and nothing else. What was sent is never said back: it is a secret, or meant to be one.
std::string api_key_of(std::string_view body) {
  JsonDocument document;
  if (document.parse(body) || document.root().type != JsonType::object || document.root().count != 1)
    return {};
  const auto* member = document.first(document.root());
  if (member->key != "apiKey" || member->type != JsonType::string) return {};
  return std::string(member->text);
}

std::string session_json(const Caller& caller, const RegistryState& registry,
                         const std::optional<LiveSession>& session) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().text("role", (caller.scopes & kScopeOperator) != 0 ? "OPERATOR" : "MERCHANT");
  json.text("keyId", caller.key.text());
  if (!caller.merchant.is_zero()) {
    json.text("merchantId", caller.merchant.text());
    if (const auto* merchant = registry.find(caller.merchant)) json.text("merchantName", merchant->name);
  }
  if (session) json.instant("expiresAt", session->expires_at).text("csrfToken", session->csrf);
  json.end_object();
  return body;
}

void answer_session(Api& api, CallPtr call, const Caller& caller, const std::optional<LiveSession>& session,
                    std::string cookie) {
  HttpResponse response;
  response.content_type = "application/json";
  response.body = session_json(caller, *api.registry(), session);
  if (!cookie.empty()) {
    response.headers.push_back({"Cache-Control", "no-store"});
    response.headers.push_back({"Set-Cookie", std::move(cookie)});
  }
  api.answer(std::move(call), std::move(response));
}

}  // namespace

void open_session(Api& api, CallPtr call) {
  const auto& head = call->request.head;
  if (!is_own_origin(head, /*must_say=*/false)) {
    return api.answer_problem(std::move(call), ProblemKind::forbidden,
                              "a session is opened by the pages of this server alone");
  }
  const auto key = api_key_of(call->request.body);
  if (key.empty()) {
    return api.answer_problem(std::move(call), ProblemKind::malformed_json,
                              R"(send {"apiKey":"wonjang_live_..."} and nothing else)");
  }
  const auto found = api.parts().authenticator.authenticate("Bearer " + key);
  if (found.failure != AuthFailure::none) {
    log_event(LogLevel::warn, "sign_in_refused", {{"requestId", call->request_id}});
    return api.answer_problem(std::move(call), ProblemKind::unauthenticated,
                              "this key isn't valid: mistyped, cut, revoked or expired");
  }
  if ((found.caller->scopes & (kScopeMerchant | kScopeOperator)) == 0) {
    return api.answer_problem(std::move(call), ProblemKind::forbidden,
                              "the console takes a key with the scope merchant or operator");
  }
  const auto opened = api.sessions().open(found.caller, api.clock().now());
  log_event(LogLevel::info, "signed_in", {{"key", found.caller->actor.id}, {"requestId", call->request_id}});
  const LiveSession session{found.caller, opened.csrf, opened.expires_at};
  auto cookie = session_cookie(opened.token, head.is_tls());
  answer_session(api, std::move(call), *found.caller, session, std::move(cookie));
}

// With an API key in place of a cookie it says whose the key is.
void get_session(Api& api, CallPtr call) {
  const auto caller = call->caller;
  std::optional<LiveSession> session;
  if (call->request.head.count("Authorization") == 0) {
    session = api.sessions().see(session_token_of(call->request.head), api.clock().now(), /*in_use=*/false);
  }
  answer_session(api, std::move(call), *caller, session, {});
}

void end_session(Api& api, CallPtr call) {
  const auto& head = call->request.head;
  if (head.count("Authorization") == 0) api.sessions().close(session_token_of(head));
  HttpResponse response;
  response.status = 204;
  response.headers.push_back({"Set-Cookie", session_cookie({}, head.is_tls())});
  api.answer(std::move(call), std::move(response));
}

}  // namespace wonjang
