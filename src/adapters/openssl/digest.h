// OpensslDigest: SHA-256 by OpenSSL, with the processor's instructions where it has them.
// Threads: any.
#pragma once

#include "ports/digest.h"

namespace wonjang {

class OpensslDigest final : public Digest {
 public:
  Hash256 sha256(std::string_view bytes) const override;
  Hash256 sha256(std::string_view prefix, std::string_view bytes) const override;
};

}  // namespace wonjang
