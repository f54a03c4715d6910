#include "engine/serving/totals_writer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {
namespace {

KvSpace space_of(std::string_view space_and_key) { return static_cast<KvSpace>(space_and_key.front()); }

Error below_zero(const CubeSpec& cube, std::string_view key) {
  return corrupt(
      "totals: " + describe_cell(cube, key) +
      ": a group would go below zero, so something was taken back that was never added; the view stops "
      "here: rebuild it, and keep the old one for whoever looks for the reason");
}

Error beyond(Merged how, const CubeSpec& cube, std::string_view key) {
  if (how == Merged::out_of_bounds) return out_of_bounds(describe_cell(cube, key));
  return corrupt("totals: " + describe_cell(cube, key) + ": more than " + std::to_string(Cell::kGroupsMax) +
                 " groups; take a dimension out of the cube, which rebuilds it");
}

// A group that counts nothing sums to nothing.
bool is_sound(const Cell& cell) {
  return std::none_of(cell.groups().begin(), cell.groups().end(), [](const Group& g) {
    return g.sums.is_below_zero() || g.amounts.is_below_zero() || g.sums.amount.count == 0;
  });
}

Measures measures_of(const Fact& fact) {
  Measures m;
  const bool fits = m.amount.add_value(fact.amount);
  WJ_ASSERT(fits);  // one value always does
  m.gross = fact.gross;
  m.canceled = fact.canceled;
  return m;
}

}  // namespace

std::size_t HotCells::cost_of(const Node& node) {
  constexpr std::size_t kNode = sizeof(Node) + 40;  // and what the map and the allocator add
  return node.first.size() + node.second.cell.size() + kNode;
}

void HotCells::link_newest(Node& node) {
  node.second.newer = nullptr;
  node.second.older = newest_;
  (newest_ == nullptr ? oldest_ : newest_->second.newer) = &node;
  newest_ = &node;
}

void HotCells::unlink(Node& node) {
  auto& [cell, newer, older] = node.second;
  (newer == nullptr ? newest_ : newer->second.older) = older;
  (older == nullptr ? oldest_ : older->second.newer) = newer;
}

const std::string* HotCells::find(std::string_view key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return nullptr;
  unlink(*at);
  link_newest(*at);
  return &at->second.cell;
}

void HotCells::put(const std::string& key, std::string_view cell) {
  const auto [at, is_new] = entries_.try_emplace(key);
  if (!is_new) {
    bytes_ -= cost_of(*at);
    unlink(*at);
  }
  at->second.cell = cell;
  link_newest(*at);
  bytes_ += cost_of(*at);
  while (bytes_ > bytes_max_ && oldest_ != nullptr) erase(*oldest_);
}

void HotCells::forget(std::string_view key) {
  if (const auto at = entries_.find(key); at != entries_.end()) erase(*at);
}

void HotCells::erase(Node& node) {
  bytes_ -= cost_of(node);
  unlink(node);
  entries_.erase(entries_.find(node.first));
}

void HotCells::clear() {
  entries_.clear();
  newest_ = oldest_ = nullptr;
  bytes_ = 0;
}

TotalsWriter::TotalsWriter(std::vector<CubeSpec> cubes, std::size_t cache_bytes_max)
    : cubes_(std::move(cubes)), hot_(cache_bytes_max) {}

Result<void> TotalsWriter::change(const PaymentFacts* before, const PaymentFacts* after,
                                  BusinessDate recorded) {
  if (before != nullptr && after != nullptr && *before == *after) return {};
  if (before != nullptr) WJ_CHECK(count_all(fact_of(*before), -1, recorded));
  if (after != nullptr) WJ_CHECK(count_all(fact_of(*after), +1, recorded));
  return {};
}

Result<void> TotalsWriter::add(const TransactionFacts& facts, BusinessDate recorded) {
  return count_all(fact_of(facts), +1, recorded);
}

Result<void> TotalsWriter::count_all(const Fact& fact, int sign, BusinessDate recorded) {
  if (fact.organisation.find('\0') != std::string_view::npos) {
    return corrupt("totals: an organisation's code has a zero byte, which no registration lets through");
  }
  for (const auto& cube : cubes_) {
    if (cube.source != fact.source) continue;
    if (!count(cube, fact, sign, recorded)) return out_of_bounds(cube.name + ", one batch of facts");
  }
  return {};
}

bool TotalsWriter::count(const CubeSpec& cube, const Fact& fact, int sign, BusinessDate recorded) {
  const auto bucket = fact.buckets[static_cast<std::size_t>(cube.grain)];
  dims_.clear();
  append_dims(dims_, cube, fact);
  key_.assign(1, static_cast<char>(kTotalsNow));
  append_cell_key(key_, cube, fact.merchant, fact.organisation, bucket);
  if (!count_in(cube, key_, fact, sign)) return false;
  if (!cube.history || recorded == last_day_of(cube.grain, bucket)) return true;
  key_.front() = static_cast<char>(kTotalsLate);
  append_ordered(key_, recorded.days);
  return count_in(cube, key_, fact, sign);
}

bool TotalsWriter::count_in(const CubeSpec& cube, std::string_view space_and_key, const Fact& fact,
                            int sign) {
  auto at = pending_.find(space_and_key);
  if (at == pending_.end()) at = pending_.emplace(std::string(space_and_key), Pending{&cube, {}}).first;
  Group& group = at->second.delta.group(dims_);
  if (cube.percentiles) group.amounts.add(fact.amount, sign);
  const Measures m = measures_of(fact);
  return sign > 0 ? group.sums.add(m) : group.sums.subtract(m);
}

std::vector<TotalsWriter::Change> TotalsWriter::changes() {
  std::vector<Change> changes;
  changes.reserve(pending_.size());
  for (auto& [key, pending] : pending_) {
    pending.delta.remove_zeros();  // -old +new that this cube doesn't tell apart
    if (!pending.delta.is_empty()) changes.push_back({&key, &pending, std::nullopt});
  }
  std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return *a.key < *b.key; });
  return changes;
}

Result<void> TotalsWriter::read_stored(std::span<Change> changes, const KvSnapshot& stored) {
  for (const KvSpace space : {kTotalsNow, kTotalsLate}) {
    std::vector<std::string> keys;
    std::vector<Change*> missing;
    for (auto& change : changes) {
      if (space_of(*change.key) != space) continue;
      if (const auto* hot = hot_.find(*change.key)) {
        change.stored = *hot;
        ++cells_hot_;
        continue;
      }
      keys.push_back(change.key->substr(1));
      missing.push_back(&change);
    }
    if (keys.empty()) continue;
    WJ_TRY(auto cells, stored.get_many(space, keys));
    WJ_ASSERT(cells.size() == keys.size());
    cells_read_ += keys.size();
    for (std::size_t i = 0; i < cells.size(); ++i) missing[i]->stored = std::move(cells[i]);
  }
  return {};
}

Result<void> TotalsWriter::put_cell(const Change& change, KvBatch& out) {
  const auto& [key, pending, before] = change;
  const KvSpace space = space_of(*key);
  const std::string_view stored_key = std::string_view(*key).substr(1);
  Cell cell;
  if (before) {
    auto decoded = decode_cell(*before);
    if (!decoded) return corrupt(decoded.error().message + ": " + describe_cell(*pending->cube, stored_key));
    cell = *std::move(decoded);
  }
  if (const auto how = cell.merge(pending->delta); how != Merged::done)
    return beyond(how, *pending->cube, stored_key);
  if (space == kTotalsNow && !is_sound(cell)) return below_zero(*pending->cube, stored_key);
  ++cells_written_;
  if (cell.is_empty()) {
    out.remove(space, stored_key);
    hot_.forget(*key);
    return {};
  }
  const std::string bytes = encode_cell(cell);
  out.put(space, stored_key, bytes);
  hot_.put(*key, bytes);
  return {};
}

Result<void> TotalsWriter::put_cells(const KvSnapshot& stored, KvBatch& out) {
  auto all = changes();
  WJ_CHECK(read_stored(all, stored));
  for (const auto& change : all) WJ_CHECK(put_cell(change, out));
  return {};
}

Result<void> TotalsWriter::finish(const KvSnapshot& stored, KvBatch& out) {
  auto done = put_cells(stored, out);
  pending_.clear();
  if (!done) abandon();
  return done;
}

void TotalsWriter::abandon() {
  pending_.clear();
  hot_.clear();
}

std::vector<std::pair<std::string, std::uint64_t>> TotalsWriter::stats() const {
  return {{"totals_cells_read", cells_read_},
          {"totals_cells_written", cells_written_},
          {"totals_cells_hot", cells_hot_},
          {"totals_cache_cells", hot_.size()},
          {"totals_cache_bytes", hot_.byte_size()}};
}

}  // namespace wonjang::serving
