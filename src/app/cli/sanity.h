// `wonjang sanity`: the agreed cases (app/sanity) over HTTP against a running server, as a checklist.
// Threads: blocks.
#pragma once

#include <string>

#include "app/cli/online.h"

namespace wonjang {

struct SanityCommand {
  std::string language = "en";  // or ko
  std::string simulator;        // name of a simulated provider; empty: none is asked
  std::string backup_dir;       // the server's ledger.backup_dir, if it is on this machine; empty: no backup
};
// 0: all that was tried is as it should be; 1: something isn't; 4: no server there.
int run_sanity(const OnlineOptions& options, const SanityCommand& command);

}  // namespace wonjang
