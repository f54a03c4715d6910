// Hashes as keys of maps: they are evenly spread already, so their first bytes will do.
#pragma once

#include <cstddef>
#include <cstring>

#include "base/bytes.h"

namespace wonjang {

struct HashKeyHasher {
  std::size_t operator()(const Hash128& h) const noexcept {
    std::size_t out;
    std::memcpy(&out, h.data(), sizeof out);
    return out;
  }
};

}  // namespace wonjang
