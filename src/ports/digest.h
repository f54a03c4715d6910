// Digest: SHA-256. The real one is adapters/openssl, a plain one memory/ (slow, no library).
// Threads: any.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace wonjang {

class Digest {
 public:
  virtual ~Digest() = default;
  virtual Hash256 sha256(std::string_view bytes) const = 0;
  // Of `prefix` and `bytes` in a row, without copying them together.
  virtual Hash256 sha256(std::string_view prefix, std::string_view bytes) const = 0;
};

}  // namespace wonjang
