// Read your own write: a read may name the position it must have seen (?min-position= or the header
// Min-Position). Threads: any.
#pragma once

#include <functional>

#include "app/api/handlers.h"
#include "app/api/query.h"
#include "engine/ledger/ledger.h"

namespace wonjang {

// Whether every book has come at least as far as `wanted` says. Errors: unavailable (a book is being
// reopened).
Result<bool> has_reached(const Ledger& ledger, const Positions& wanted);

// Runs `then` once the ledger has reached the position that the call asks for: at once, as a rule. Answers
// 400 to a token that isn't ours, 410 to one that a restore has lost, 412 with the present position when it
// isn't reached in time.
void at_position(Api& api, CallPtr call, const Query& query, std::function<void(Api&, CallPtr)> then);

}  // namespace wonjang
