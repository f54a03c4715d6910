// What the command line gives back, and how it says no: what, why, what next; on standard error.
// Threads: any.
#pragma once

#include <string_view>

#include "base/result.h"

namespace wonjang {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitDifferences = 3,
  kExitNotReady = 4,
  kExitConflict = 5,
  kExitInterrupted = 130,
};

// Prints the error (and `next`, what to try) and gives the exit code of its kind.
int fail(const Error& error, std::string_view next = {});

}  // namespace wonjang
