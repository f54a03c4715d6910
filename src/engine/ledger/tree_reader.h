// Reads Merkle nodes of a book: stored ones from kStoredLevelMin up, the lower ones computed from the events
// around a leaf. Threads: one owner.
#pragma once

#include <unordered_map>
#include <vector>

#include "engine/ledger/merkle.h"

namespace wonjang {

class TreeReader {
 public:
  TreeReader(const Book& book, const Digest& digest) : book_(book), digest_(digest) {}

  // Hash of the complete subtree (level, index). Errors: corrupt when the book lacks it.
  Result<Hash256> node(std::uint8_t level, std::uint64_t index);
  NodeSource source() {
    return [this](std::uint8_t level, std::uint64_t index) { return node(level, index); };
  }

 private:
  // Leaf hashes [first, first + count) of one block of 2^kStoredLevelMin.
  Result<const std::vector<Hash256>*> block(std::uint64_t number);

  const Book& book_;
  const Digest& digest_;
  std::unordered_map<std::uint64_t, std::vector<Hash256>> blocks_;
};

}  // namespace wonjang
