// What all writes have in common: the key out of the headers, and the engine's request with key, fingerprint
// and actor. Threads: any.
#pragma once

#include <optional>
#include <string>

#include "app/api/call.h"
#include "app/api/handlers.h"
#include "engine/ledger/idempotency.h"
#include "engine/ledger/request.h"

namespace wonjang {

// The idempotency key of a POST with a JSON body. Nothing: the call was answered (415, 400).
std::optional<std::string> take_key(Api& api, CallPtr& call);

// Everything but the command, the payment and who waits.
Request write_request(Api& api, const Caller& caller, std::string key, const CanonicalRequest& canonical,
                      KeyKind kind = KeyKind::request);

}  // namespace wonjang
