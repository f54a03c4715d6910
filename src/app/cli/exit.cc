#include "app/cli/exit.h"

#include <cstdio>

namespace wonjang {

int fail(const Error& error, std::string_view next) {
  std::fprintf(stderr, "wonjang: %s\n", error.message.c_str());
  if (!next.empty()) std::fprintf(stderr, "Try: %.*s\n", static_cast<int>(next.size()), next.data());
  switch (error.kind) {
    case ErrorKind::invalid:
      return kExitUsage;
    case ErrorKind::conflict:
      return kExitConflict;
    case ErrorKind::unavailable:
      return kExitNotReady;
    case ErrorKind::not_found:
    case ErrorKind::in_doubt:
    case ErrorKind::corrupt:
      return kExitFailed;
  }
  return kExitFailed;
}

}  // namespace wonjang
