// The Merkle tree over a book's events: RFC 6962 hashing. leaf = H(0x00 || event bytes), node = H(0x01 ||
// left || right). Appending needs only the frontier (the roots of the complete subtrees, one per set bit of
// the size); nodes of kStoredLevelMin and above are stored in the book as they become complete, so that a
// proof reads log2(n) of them plus the 256 events around a leaf, and a leaf costs no bytes on disk beside its
// event.
//
// Threads: values; one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ports/book.h"
#include "ports/digest.h"

namespace wonjang {

constexpr std::uint8_t kStoredLevelMin = 8;

Hash256 leaf_hash(const Digest& digest, std::string_view event_bytes);
Hash256 node_hash(const Digest& digest, const Hash256& left, const Hash256& right);

class MerkleFrontier {
 public:
  MerkleFrontier() = default;
  // REQUIRES: peaks.size() == popcount(size)
  MerkleFrontier(std::uint64_t size, std::vector<Hash256> peaks);

  std::uint64_t size() const { return size_; }
  const std::vector<Hash256>& peaks() const { return peaks_; }  // largest subtree first

  // Adds one leaf; nodes of kStoredLevelMin and above that became complete go to `complete`.
  void add(const Digest& digest, const Hash256& leaf, std::vector<TreeNode>& complete);

  // The root of the whole tree; of the empty tree H("").
  Hash256 root(const Digest& digest) const;

  friend bool operator==(const MerkleFrontier&, const MerkleFrontier&) = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash256> peaks_;
};

// Gives the hash of the complete subtree (level, index).
using NodeSource = std::function<Result<Hash256>(std::uint8_t level, std::uint64_t index)>;

// Root of the first `size` leaves. RFC 6962 2.1. REQUIRES: size > 0
Result<Hash256> root_at(const Digest& digest, std::uint64_t size, const NodeSource& nodes);
// Audit path of leaf `index` in the tree of the first `size` leaves, leaf to root. RFC 6962 2.1.1. REQUIRES:
// index < size
Result<std::vector<Hash256>> inclusion_path(const Digest& digest, std::uint64_t index, std::uint64_t size,
                                            const NodeSource& nodes);
// Consistency proof between the trees of `old_size` and `new_size`. RFC 6962 2.1.2. REQUIRES: 0 < old_size <=
// new_size
Result<std::vector<Hash256>> consistency_path(const Digest& digest, std::uint64_t old_size,
                                              std::uint64_t new_size, const NodeSource& nodes);

}  // namespace wonjang
