#include "base/result.h"

namespace wonjang {

const char* name_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::in_doubt:
      return "in_doubt";
    case ErrorKind::corrupt:
      return "corrupt";
  }
  return "unknown";
}

}  // namespace wonjang
