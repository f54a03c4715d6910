// Four eyes: whether two keys may be one person's.
//
// Threads: any.
#pragma once

#include "app/api/auth.h"
#include "domain/event.h"

namespace wonjang {

class Api;

// Why the caller can't be taken for somebody else than who did it first (`did`: "proposed it"); empty: it
// can.
std::string same_hand(Api& api, const Actor& first, const Caller& caller, const std::string& did);

}  // namespace wonjang
