// Positions: one position per book, the ledger's place as a whole. Shown outside only as an opaque token
// (app/tokens.h).
#pragma once

#include <cstdint>
#include <vector>

#include "ports/book.h"

namespace wonjang {

struct Positions {
  std::vector<Position> of;  // by book

  // Every component at least that of `other`.
  bool covers(const Positions& other) const {
    for (std::size_t i = 0; i < other.of.size(); ++i) {
      if (i >= of.size() || of[i] < other.of[i]) return false;
    }
    return true;
  }
  friend bool operator==(const Positions&, const Positions&) = default;
};

}  // namespace wonjang
