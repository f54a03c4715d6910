#include "engine/ledger/merkle.h"

#include <array>
#include <bit>
#include <utility>

#include "base/assert.h"

namespace wonjang {
namespace {

// The largest power of two below `n`. REQUIRES: n > 1
std::uint64_t split_point(std::uint64_t n) { return std::bit_floor(n - 1); }

// Root of leaves [from, from + count): `from` is a multiple of the subtree's size at every level that this
// meets.
Result<Hash256> range_root(const Digest& digest, std::uint64_t from, std::uint64_t count,
                           const NodeSource& nodes) {
  if (std::has_single_bit(count)) {
    const auto level = static_cast<std::uint8_t>(std::countr_zero(count));
    return nodes(level, from >> level);
  }
  const auto left_count = split_point(count);
  WJ_TRY(const auto left, range_root(digest, from, left_count, nodes));
  WJ_TRY(const auto right, range_root(digest, from + left_count, count - left_count, nodes));
  return node_hash(digest, left, right);
}

// SUBPROOF of RFC 6962 2.1.2 over leaves [from, from + count), of which the first `old_count` were the old
// tree.
Result<void> subproof(const Digest& digest, std::uint64_t from, std::uint64_t count, std::uint64_t old_count,
                      bool old_is_whole, const NodeSource& nodes, std::vector<Hash256>& path) {
  if (old_count == count) {
    if (!old_is_whole) {
      WJ_TRY(const auto root, range_root(digest, from, count, nodes));
      path.push_back(root);
    }
    return {};
  }
  const auto left_count = split_point(count);
  if (old_count <= left_count) {
    WJ_CHECK(subproof(digest, from, left_count, old_count, old_is_whole, nodes, path));
    WJ_TRY(const auto right, range_root(digest, from + left_count, count - left_count, nodes));
    path.push_back(right);
    return {};
  }
  WJ_CHECK(
      subproof(digest, from + left_count, count - left_count, old_count - left_count, false, nodes, path));
  WJ_TRY(const auto left, range_root(digest, from, left_count, nodes));
  path.push_back(left);
  return {};
}

}  // namespace

Hash256 leaf_hash(const Digest& digest, std::string_view event_bytes) {
  return digest.sha256(std::string_view("\0", 1), event_bytes);
}

Hash256 node_hash(const Digest& digest, const Hash256& left, const Hash256& right) {
  std::array<char, 65> bytes;
  bytes[0] = 1;
  std::memcpy(bytes.data() + 1, left.data(), left.size());
  std::memcpy(bytes.data() + 33, right.data(), right.size());
  return digest.sha256({bytes.data(), bytes.size()});
}

MerkleFrontier::MerkleFrontier(std::uint64_t size, std::vector<Hash256> peaks)
    : size_(size), peaks_(std::move(peaks)) {
  WJ_ASSERT(peaks_.size() == static_cast<std::size_t>(std::popcount(size_)));
}

void MerkleFrontier::add(const Digest& digest, const Hash256& leaf, std::vector<TreeNode>& complete) {
  Hash256 hash = leaf;
  std::uint8_t level = 0;
  while (((size_ >> level) & 1U) != 0) {
    hash = node_hash(digest, peaks_.back(), hash);
    peaks_.pop_back();
    ++level;
    if (level >= kStoredLevelMin) complete.push_back({level, size_ >> level, hash});
  }
  peaks_.push_back(hash);
  ++size_;
}

Hash256 MerkleFrontier::root(const Digest& digest) const {
  if (peaks_.empty()) return digest.sha256("");
  Hash256 root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(digest, peaks_[i], root);
  return root;
}

Result<Hash256> root_at(const Digest& digest, std::uint64_t size, const NodeSource& nodes) {
  WJ_ASSERT(size > 0);
  return range_root(digest, 0, size, nodes);
}

Result<std::vector<Hash256>> inclusion_path(const Digest& digest, std::uint64_t index, std::uint64_t size,
                                            const NodeSource& nodes) {
  WJ_ASSERT(index < size);
  std::vector<Hash256> path;  // gathered root to leaf, turned round at the end
  std::uint64_t from = 0;
  std::uint64_t count = size;
  while (count > 1) {
    const auto left_count = split_point(count);
    const bool go_left = index - from < left_count;
    WJ_TRY(const auto sibling, go_left ? range_root(digest, from + left_count, count - left_count, nodes)
                                       : range_root(digest, from, left_count, nodes));
    path.push_back(sibling);
    if (go_left) {
      count = left_count;
    } else {
      from += left_count;
      count -= left_count;
    }
  }
  return std::vector<Hash256>(path.rbegin(), path.rend());
}

Result<std::vector<Hash256>> consistency_path(const Digest& digest, std::uint64_t old_size,
                                              std::uint64_t new_size, const NodeSource& nodes) {
  WJ_ASSERT(old_size > 0);
  WJ_ASSERT(old_size <= new_size);
  std::vector<Hash256> path;
  WJ_CHECK(subproof(digest, 0, new_size, old_size, true, nodes, path));
  return path;
}

}  // namespace wonjang
