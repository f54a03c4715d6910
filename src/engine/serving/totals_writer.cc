#include "engine/serving/totals_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {
namespace {

KvSpace space_of(std::string_view space_and_key) { return static_cast<KvSpace>(space_and_key.front()); }

// As a number that orders like the bytes; most keys differ there.
std::uint64_t first_bytes(std::string_view key) {
  std::uint64_t out = 0;
  std::memcpy(&out, key.data(), std::min(key.size(), sizeof out));
  return __builtin_bswap64(out);
}

Error below_zero(const CubeSpec& cube, std::string_view key) {
  return corrupt(
      "totals: " + describe_cell(cube, key) +
      ": a group would go below zero, so something was taken back that was never added; the view stops "
      "here: rebuild it, and keep the old one for whoever looks for the reason");
}

Error refused(Merged how, const CubeSpec& cube, std::string_view key) {
  if (how == Merged::below_zero) return below_zero(cube, key);
  return out_of_bounds(describe_cell(cube, key));
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

TotalsWriter::TotalsWriter(std::vector<CubeSpec> cubes, std::size_t cache_bytes_max, std::size_t groups_max)
    : cubes_(std::move(cubes)), hot_(cache_bytes_max), merge_(groups_max) {}

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
  const Measures measures = measures_of(fact);
  for (const auto& cube : cubes_) {
    if (cube.source != fact.source) continue;
    if (!count(cube, fact, measures, sign, recorded))
      return out_of_bounds(cube.name + ", one batch of facts");
  }
  return {};
}

bool TotalsWriter::count(const CubeSpec& cube, const Fact& fact, const Measures& measures, int sign,
                         BusinessDate recorded) {
  const auto bucket = fact.buckets[static_cast<std::size_t>(cube.grain)];
  group_.assign(sizeof(std::uint32_t), '\0');
  append_dims(group_, cube, fact);
  key_.assign(1, static_cast<char>(kTotalsNow));
  append_cell_key(key_, cube, fact.merchant, fact.organisation, bucket);
  if (!count_in(cube, fact, measures, sign)) return false;
  if (!cube.history || recorded == last_day_of(cube.grain, bucket)) return true;
  key_.front() = static_cast<char>(kTotalsLate);
  append_ordered(key_, recorded.days);
  return count_in(cube, fact, measures, sign);
}

// In the cell key_, the group group_.
bool TotalsWriter::count_in(const CubeSpec& cube, const Fact& fact, const Measures& measures, int sign) {
  const auto [cell, cell_is_new] = cell_keys_.number_of(key_);
  if (cell_is_new) pending_cells_.push_back({&cube});
  std::memcpy(group_.data(), &cell, sizeof cell);
  const auto [number, group_is_new] = group_keys_.number_of(group_);
  if (group_is_new) {
    pending_groups_.push_back({pending_cells_[cell].newest_group, {}, {}});
    pending_cells_[cell].newest_group = number;
  }
  PendingGroup& group = pending_groups_[number];
  if (cube.percentiles) group.amounts.add(fact.amount, sign);
  return sign > 0 ? group.sums.add(measures) : group.sums.subtract(measures);
}

// In order of their keys: then a store reads and writes neighbours together, and a batch is the same bytes
// whatever order its facts came in. Without those where -old +new is one group to the cube.
std::vector<TotalsWriter::Change> TotalsWriter::changes() const {
  std::vector<Change> out;
  out.reserve(pending_cells_.size());
  for (std::uint32_t i = 0; i < pending_cells_.size(); ++i) {
    auto at = pending_cells_[i].newest_group;
    while (at != kNone && pending_groups_[at].is_zero()) at = pending_groups_[at].older;
    if (at == kNone) continue;
    out.push_back({first_bytes(cell_keys_[i]), i, HotCells::kAbsent, std::nullopt});
  }
  std::sort(out.begin(), out.end(), [&](const Change& a, const Change& b) {
    return a.order != b.order ? a.order < b.order : cell_keys_[a.cell] < cell_keys_[b.cell];
  });
  return out;
}

Result<void> TotalsWriter::read_stored(std::span<Change> changes, const KvSnapshot& stored) {
  for (const KvSpace space : {kTotalsNow, kTotalsLate}) {
    std::vector<std::string> keys;
    std::vector<Change*> cold;
    for (auto& change : changes) {
      const auto key = cell_keys_[change.cell];
      if (space_of(key) != space) continue;
      change.place = hot_.find(key);
      if (change.place != HotCells::kAbsent) {
        ++cells_hot_;
        continue;
      }
      keys.emplace_back(key.substr(1));
      cold.push_back(&change);
    }
    if (keys.empty()) continue;
    WJ_TRY(auto cells, stored.get_many(space, keys));
    WJ_ASSERT(cells.size() == keys.size());
    cells_read_ += keys.size();
    for (std::size_t i = 0; i < cells.size(); ++i) cold[i]->stored = std::move(cells[i]);
  }
  return {};
}

Result<void> TotalsWriter::put_cell(const Change& change, KvBatch& out) {
  const auto key = cell_keys_[change.cell];
  const KvSpace space = space_of(key);
  const PendingCell& pending = pending_cells_[change.cell];
  deltas_.clear();
  for (auto at = pending.newest_group; at != kNone; at = pending_groups_[at].older) {
    const PendingGroup& group = pending_groups_[at];
    if (group.is_zero()) continue;
    deltas_.push_back({group_keys_[at].substr(sizeof(std::uint32_t)), &group.sums, &group.amounts});
  }
  std::sort(deltas_.begin(), deltas_.end(), [](const auto& a, const auto& b) { return a.dims < b.dims; });
  std::string_view before;
  if (change.place != HotCells::kAbsent) {
    before = hot_.cell_at(change.place);
  } else if (change.stored) {
    before = *change.stored;
  }
  const auto how = merge_.merge(before, deltas_, /*never_below_zero=*/space == kTotalsNow, bytes_);
  if (!how) return corrupt(how.error().message + ": " + describe_cell(*pending.cube, key.substr(1)));
  if (*how != Merged::done) return refused(*how, *pending.cube, key.substr(1));
  ++cells_written_;
  if (merge_.is_saturated() && saturated_.size() < kSaturatedKnown) saturated_.emplace(key);
  if (bytes_.empty()) {
    out.remove(space, key.substr(1));
    hot_.forget(change.place);
  } else {
    out.put(space, key.substr(1), bytes_);
    hot_.put(change.place, key, bytes_);
  }
  return {};
}

Result<void> TotalsWriter::put_cells(const KvSnapshot& stored, KvBatch& out) {
  auto all = changes();
  WJ_CHECK(read_stored(all, stored));
  for (const auto& change : all) WJ_CHECK(put_cell(change, out));
  hot_.trim();
  return {};
}

Result<void> TotalsWriter::finish(const KvSnapshot& stored, KvBatch& out) {
  auto done = put_cells(stored, out);
  forget_pending();
  if (!done) abandon();
  return done;
}

void TotalsWriter::forget_pending() {
  cell_keys_.clear();
  group_keys_.clear();
  pending_cells_.clear();
  pending_groups_.clear();
}

void TotalsWriter::abandon() {
  forget_pending();
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
