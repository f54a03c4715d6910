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

std::size_t HotCells::cost_of(const Entry& entry) {
  constexpr std::size_t kNodes = 160;  // of the list and the index, beside the texts
  return entry.key.size() + entry.cell.size() + kNodes;
}

const std::string* HotCells::find(std::string_view key) {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, at->second);
  return &at->second->cell;
}

void HotCells::put(std::string_view key, std::string_view cell) {
  if (const auto at = by_key_.find(key); at != by_key_.end()) {
    bytes_ -= cost_of(*at->second);
    at->second->cell = cell;
    entries_.splice(entries_.begin(), entries_, at->second);
  } else {
    entries_.push_front({std::string(key), std::string(cell)});
    by_key_.emplace(entries_.front().key, entries_.begin());
  }
  bytes_ += cost_of(entries_.front());
  while (bytes_ > bytes_max_ && !entries_.empty()) erase(std::prev(entries_.end()));
}

void HotCells::forget(std::string_view key) {
  if (const auto at = by_key_.find(key); at != by_key_.end()) erase(at->second);
}

void HotCells::erase(Entries::iterator at) {
  bytes_ -= cost_of(*at);
  by_key_.erase(at->key);
  entries_.erase(at);
}

void HotCells::clear() {
  by_key_.clear();
  entries_.clear();
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
    if (!pending.delta.is_empty()) changes.emplace_back(&key, &pending);
  }
  std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return *a.first < *b.first; });
  return changes;
}

Result<void> TotalsWriter::read_missing(std::span<const Change> changes, const KvSnapshot& stored) {
  for (const KvSpace space : {kTotalsNow, kTotalsLate}) {
    std::vector<std::string> keys;
    std::vector<std::string_view> names;
    for (const auto& [key, pending] : changes) {
      if (space_of(*key) != space) continue;
      if (const auto* hot = hot_.find(*key)) {
        read_.emplace(*key, *hot);
        ++cells_hot_;
        continue;
      }
      keys.push_back(key->substr(1));
      names.push_back(*key);
    }
    if (keys.empty()) continue;
    WJ_TRY(auto cells, stored.get_many(space, keys));
    WJ_ASSERT(cells.size() == keys.size());
    cells_read_ += keys.size();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i]) read_.emplace(names[i], *std::move(cells[i]));
    }
  }
  return {};
}

Result<void> TotalsWriter::put_cell(const Change& change, KvBatch& out) {
  const auto& [key, pending] = change;
  const KvSpace space = space_of(*key);
  const std::string_view stored_key = std::string_view(*key).substr(1);
  Cell cell;
  const auto before = read_.find(*key);
  if (before != read_.end()) {
    auto decoded = decode_cell(before->second);
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
  const auto all = changes();
  WJ_CHECK(read_missing(all, stored));
  for (const auto& change : all) WJ_CHECK(put_cell(change, out));
  return {};
}

Result<void> TotalsWriter::finish(const KvSnapshot& stored, KvBatch& out) {
  auto done = put_cells(stored, out);
  read_.clear();
  pending_.clear();
  if (!done) abandon();
  return done;
}

void TotalsWriter::abandon() {
  read_.clear();
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
