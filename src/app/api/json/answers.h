// The Renderer of the HTTP API: what the writer decided, as status and body. The bytes are stored and
// replayed as they are, so nothing of the transport (request id, path, host) stands in them.
//
//   create, approve, approvals, cancels, merchants, api-keys   201   the payment (merchant, key)
//   authenticate, fail, deposits, deposit-reversals,
//   acquisitions, "already so"                                 200   the payment
//   an intent without an outcome yet                           202   the payment, inDoubt: true
//   declined by the provider, cancel refused by the provider,
//   approval reversed after a lost answer                      402   a problem with the payment in `payment`
//   refusals                                                   problem.h, one status per code
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "engine/ledger/request.h"

namespace wonjang {

// One for all operations; lives as long as the program.
const Renderer& api_renderer();

// Of lines of POST /v1/ingest: id, orderId, status, balanceAmount and version of the payment; refusals and
// declines as above. It is the stored answer of that line's key, also where the key is sent to another route
// later.
const Renderer& ingest_renderer();

// "application/json" below 400, else "application/problem+json".
std::string_view content_type_of(std::uint16_t status);

// The body of a new API key with its secret in it, for the first answer only: a stored reply never holds a
// secret. REQUIRES: `body` is a JSON object with at least one member.
std::string with_secret(std::string_view body, std::string_view secret);

}  // namespace wonjang
