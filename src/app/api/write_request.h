// What all writes have in common: the key out of the headers, and the engine's request with key, fingerprint
// and actor. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "app/api/call.h"
#include "app/api/handlers.h"
#include "app/api/json/field_error.h"
#include "engine/ledger/idempotency.h"
#include "engine/ledger/request.h"

namespace wonjang {

// The idempotency key, whatever the body is. Nothing: the call was answered (400).
std::optional<std::string> take_key_header(Api& api, CallPtr& call);

// The idempotency key of a POST with a JSON body. Nothing: the call was answered (415, 400).
std::optional<std::string> take_key(Api& api, CallPtr& call);

// Does something stand under this key? It is answered again then, whatever has changed since. False also when
// that can't be looked up: the ledger decides.
bool answered_before(const Api& api, const Hash128& key);

// 422 with every field that is wrong.
void answer_field_errors(Api& api, CallPtr call, const FieldErrors& errors);

// What was parsed. Nothing: the call was answered (422).
template <typename T>
std::optional<T> taken(Api& api, CallPtr& call, std::variant<T, FieldErrors> parsed) {
  if (const auto* errors = std::get_if<FieldErrors>(&parsed)) {
    answer_field_errors(api, std::move(call), *errors);
    return std::nullopt;
  }
  return std::get<T>(std::move(parsed));
}

// Everything but the command, the payment and who waits, in a fresh request.
void identify(Request& out, Api& api, const Caller& caller, std::string key,
              const CanonicalRequest& canonical, KeyKind kind);
Request write_request(Api& api, const Caller& caller, std::string key, const CanonicalRequest& canonical,
                      KeyKind kind = KeyKind::request);

}  // namespace wonjang
