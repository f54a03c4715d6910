// ask(): submits one request and waits for its answer. For workers, the command line and tests, not for a
// server's I/O threads. REQUIRES: not on a writer's thread
#pragma once

#include "engine/ledger/ledger.h"

namespace wonjang {

Answer ask(Ledger& ledger, Request request);

}  // namespace wonjang
