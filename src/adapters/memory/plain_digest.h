// PlainDigest: SHA-256 as FIPS 180-4 writes it, the standard library only. Some six times slower than
// adapters/openssl: for tests and for checking the other one.
// Threads: any.
#pragma once

#include "ports/digest.h"

namespace wonjang {

class PlainDigest final : public Digest {
 public:
  Hash256 sha256(std::string_view bytes) const override;
  Hash256 sha256(std::string_view prefix, std::string_view bytes) const override;
};

}  // namespace wonjang
