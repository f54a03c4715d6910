// What it takes to prove that the events of one payment are in the book, under the tree of a given size: the
// leaf indices, the exact bytes and the audit paths. app/proof_file.h signs the head and writes the text form
// of docs/formats/proof.md.
#pragma once

#include <string>
#include <vector>

#include "base/id.h"
#include "engine/ledger/merkle.h"

namespace wonjang {

struct ProvenEvent {
  std::uint64_t leaf = 0;  // = its position in the book
  std::string bytes;
  std::vector<Hash256> path;
};

struct StreamProof {
  std::uint64_t tree_size = 0;
  Hash256 root{};
  std::vector<ProvenEvent> events;
};

// Under the book's present tree. Errors: not_found (no such stream), corrupt, and those of the book.
Result<StreamProof> prove_stream(const Book& book, const Digest& digest, RawId stream);

// Root and consistency path between two sizes of the tree. Errors: invalid (sizes), corrupt.
struct ConsistencyProof {
  Hash256 old_root{};
  Hash256 new_root{};
  std::vector<Hash256> path;
};
Result<ConsistencyProof> prove_consistency(const Book& book, const Digest& digest, std::uint64_t old_size,
                                           std::uint64_t new_size);

}  // namespace wonjang
