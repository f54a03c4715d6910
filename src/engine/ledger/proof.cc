#include "engine/ledger/proof.h"

#include <utility>

#include "engine/ledger/head.h"
#include "engine/ledger/tree_reader.h"

namespace wonjang {

Result<StreamProof> prove_stream(const Book& book, const Digest& digest, RawId stream) {
  WJ_TRY(const auto head_bytes, book.head());
  WJ_TRY(const auto head, decode_head(head_bytes));
  WJ_TRY(const auto units, book.load(stream));
  if (units.empty()) return not_found("nothing is recorded under this id");
  TreeReader tree(book, digest);
  StreamProof proof;
  proof.tree_size = head.tree.size();
  proof.root = head.tree.root(digest);
  for (const auto& unit : units) {
    for (std::size_t i = 0; i < unit.events.size(); ++i) {
      const Position leaf = unit.first + i;
      if (leaf >= proof.tree_size) continue;  // written while we looked: under the next head
      WJ_TRY(auto path, inclusion_path(digest, leaf, proof.tree_size, tree.source()));
      proof.events.push_back({leaf, unit.events[i], std::move(path)});
    }
  }
  if (proof.events.empty()) return unavailable("the payment was only just written; ask again");
  return proof;
}

Result<ConsistencyProof> prove_consistency(const Book& book, const Digest& digest, std::uint64_t old_size,
                                           std::uint64_t new_size) {
  if (old_size == 0 || old_size > new_size || new_size > book.tail()) {
    return invalid("a consistency proof needs 0 < old size <= new size <= " + std::to_string(book.tail()));
  }
  TreeReader tree(book, digest);
  ConsistencyProof proof;
  WJ_TRY(proof.old_root, root_at(digest, old_size, tree.source()));
  WJ_TRY(proof.new_root, root_at(digest, new_size, tree.source()));
  WJ_TRY(proof.path, consistency_path(digest, old_size, new_size, tree.source()));
  return proof;
}

}  // namespace wonjang
