#include "engine/ledger/merkle.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "engine/ledger/head.h"
#include "testing/ledger_rig.h"

namespace wonjang {
namespace {

const PlainDigest kDigest;

// The eight leaves of the Certificate Transparency reference tests and the roots of their first 1..8.
std::vector<std::string> reference_leaves() {
  std::vector<std::string> out;
  for (const char* hex :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    out.push_back(*from_hex(hex));
  }
  return out;
}
constexpr const char* kReferenceRoots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// The tree's definition, written as plainly as RFC 6962 2.1 has it.
Hash256 plain_root(const std::vector<Hash256>& leaves) {
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  return node_hash(kDigest, plain_root({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(k)}),
                   plain_root({leaves.begin() + static_cast<std::ptrdiff_t>(k), leaves.end()}));
}

// RFC 9162 2.1.3.2.
bool verifies(Hash256 leaf, std::uint64_t index, std::uint64_t size, const std::vector<Hash256>& path,
              const Hash256& root) {
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  for (const auto& p : path) {
    if (sn == 0) return false;
    if ((fn & 1U) != 0 || fn == sn) {
      leaf = node_hash(kDigest, p, leaf);
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      leaf = node_hash(kDigest, leaf, p);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  return sn == 0 && leaf == root;
}

struct Tree {
  explicit Tree(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      leaves.push_back(leaf_hash(kDigest, "event " + std::to_string(i)));
      frontier.add(kDigest, leaves.back(), complete);
    }
  }
  NodeSource source() const {
    return [this](std::uint8_t level, std::uint64_t index) -> Result<Hash256> {
      const auto from = static_cast<std::ptrdiff_t>(index << level);
      const auto to = from + (std::ptrdiff_t{1} << level);
      return plain_root({leaves.begin() + from, leaves.begin() + to});
    };
  }
  std::vector<Hash256> leaves;
  MerkleFrontier frontier;
  std::vector<TreeNode> complete;
};

TEST(Merkle, roots_are_those_of_the_reference) {
  MerkleFrontier frontier;
  std::vector<TreeNode> complete;
  EXPECT_EQ(to_hex(view(frontier.root(kDigest))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::size_t i = 0;
  for (const auto& leaf : reference_leaves()) {
    frontier.add(kDigest, leaf_hash(kDigest, leaf), complete);
    EXPECT_EQ(to_hex(view(frontier.root(kDigest))), kReferenceRoots[i++]);
  }
}

TEST(Merkle, frontier_and_complete_nodes_are_the_plain_tree) {
  for (const std::size_t size : {1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 1025U}) {
    const Tree tree(size);
    EXPECT_EQ(tree.frontier.root(kDigest), plain_root(tree.leaves)) << size;
    std::size_t expected = 0;
    for (std::size_t level = kStoredLevelMin; (1ULL << level) <= size; ++level) expected += size >> level;
    EXPECT_EQ(tree.complete.size(), expected) << size;
    for (const auto& node : tree.complete)
      EXPECT_EQ(node.hash, tree.source()(node.level, node.index).value());
  }
}

TEST(Merkle, every_inclusion_path_verifies_and_no_other) {
  for (const std::size_t size : {1U, 2U, 3U, 7U, 8U, 33U}) {
    const Tree tree(size);
    const auto root = tree.frontier.root(kDigest);
    for (std::size_t i = 0; i < size; ++i) {
      auto path = inclusion_path(kDigest, i, size, tree.source()).value();
      EXPECT_TRUE(verifies(tree.leaves[i], i, size, path, root)) << i << "/" << size;
      if (size > 1) {
        EXPECT_FALSE(verifies(tree.leaves[i], (i + 1) % size, size, path, root));
        path[0][0] ^= 1U;
        EXPECT_FALSE(verifies(tree.leaves[i], i, size, path, root));
      }
    }
  }
}

TEST(Merkle, consistency_paths_have_the_length_and_parts_of_the_rfc) {
  const Tree tree(7);  // RFC 6962 2.1.3's example
  EXPECT_EQ(consistency_path(kDigest, 3, 7, tree.source())->size(), 4U);
  EXPECT_EQ(consistency_path(kDigest, 4, 7, tree.source())->size(), 1U);
  EXPECT_EQ(consistency_path(kDigest, 6, 7, tree.source())->size(), 3U);
  EXPECT_TRUE(consistency_path(kDigest, 7, 7, tree.source())->empty());
  const Tree old(4);
  EXPECT_EQ(root_at(kDigest, 4, tree.source()).value(), old.frontier.root(kDigest));
}

TEST(Head, is_read_back_and_refuses_damage) {
  const Tree tree(300);
  const BookHead head{tree.frontier, {1'700'000'000'000'001}};
  const auto bytes = encode_head(head);
  EXPECT_EQ(decode_head(bytes).value(), head);
  EXPECT_EQ(decode_head("").value(), BookHead{});
  EXPECT_FALSE(decode_head(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(decode_head(bytes + "x"));
  auto newer = bytes;
  newer[0] = 2;
  EXPECT_FALSE(decode_head(newer));
}

}  // namespace
}  // namespace wonjang
