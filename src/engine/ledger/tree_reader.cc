#include "engine/ledger/tree_reader.h"

#include <utility>

namespace wonjang {
namespace {
constexpr std::uint64_t kBlock = 1ULL << kStoredLevelMin;
}  // namespace

Result<Hash256> TreeReader::node(std::uint8_t level, std::uint64_t index) {
  if (level >= kStoredLevelMin) {
    WJ_TRY(const auto stored, book_.tree_node(level, index));
    if (!stored) {
      return corrupt("the book lacks tree node " + std::to_string(level) + "/" + std::to_string(index));
    }
    return *stored;
  }
  const std::uint64_t first = index << level;
  WJ_TRY(const auto* leaves, block(first / kBlock));
  const std::uint64_t from = first % kBlock;
  const std::uint64_t count = 1ULL << level;
  if (from + count > leaves->size()) return corrupt("the tree ends before node " + std::to_string(index));
  std::vector<Hash256> row(leaves->begin() + static_cast<std::ptrdiff_t>(from),
                           leaves->begin() + static_cast<std::ptrdiff_t>(from + count));
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = node_hash(digest_, row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row[0];
}

Result<const std::vector<Hash256>*> TreeReader::block(std::uint64_t number) {
  if (const auto known = blocks_.find(number); known != blocks_.end()) return &known->second;
  std::vector<Hash256> leaves;
  const Position first = number * kBlock;
  const Position end = first + kBlock;
  Position at = first;
  while (at < end) {
    WJ_TRY(const auto units, book_.read(at, /*units_max=*/kBlock, /*bytes_max=*/SIZE_MAX));
    if (units.empty()) break;
    for (const auto& unit : units) {
      for (std::size_t i = 0; i < unit.events.size(); ++i) {
        const Position position = unit.first + i;
        if (position >= first && position < end) leaves.push_back(leaf_hash(digest_, unit.events[i]));
      }
      at = unit.next();
    }
  }
  return &blocks_.emplace(number, std::move(leaves)).first->second;
}

}  // namespace wonjang
