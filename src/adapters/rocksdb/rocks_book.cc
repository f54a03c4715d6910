#include "adapters/rocksdb/rocks_book.h"

#include <rocksdb/snapshot.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <unordered_set>

#include "adapters/rocksdb/alarm_floor.h"
#include "adapters/rocksdb/directories.h"
#include "adapters/rocksdb/recent_index.h"
#include "adapters/rocksdb/rocks_codec.h"
#include "adapters/rocksdb/rocks_status.h"
#include "adapters/rocksdb/store.h"
#include "adapters/rocksdb/tail_note.h"
#include "base/batch_map.h"
#include "ports/book_checks.h"

namespace wonjang {

using rocks::Doing;
using rocks::Family;
using rocks::Range;
using rocks::Replies;
using rocks::Store;
using rocks::to_error;
using rocksdb::PinnableSlice;

namespace {

// Keys and claims are hashes already.
struct HashOfHash {
  std::size_t operator()(const Hash128& hash) const noexcept {
    std::size_t out = 0;
    std::memcpy(&out, hash.data(), sizeof out);
    return out;
  }
};

Result<StoredUnit> unit_at(const Store& store, Position first, Replies replies) {
  PinnableSlice value;
  WJ_TRY(const bool found, store.get(Family::log, rocks::log_key(first), value));
  if (!found)
    return rocks::contradiction("an index names position " + std::to_string(first) + ", where no unit is");
  auto unit = rocks::decode_unit(first, value.ToStringView(), replies);
  if (!unit) return rocks::unreadable_unit(first);
  return *std::move(unit);
}

// The promises of append(), kept against the book and the batch's own units. Nothing is written before all of
// them hold. The writer's.
class Admission {
 public:
  explicit Admission(const rocks::RecentIndex& index) : index_(index) {}

  Result<void> check(const AppendBatch& batch) {
    versions_.clear();
    finals_.clear();
    claims_.clear();
    for (const Unit& unit : batch.units) {
      WJ_CHECK(check_version(unit));
      if (unit.claim) WJ_CHECK(check_claim(*unit.claim, unit.claim_is_new));
      if (unit.idempotency) WJ_CHECK(check_key(*unit.idempotency, unit.key_is_new));
    }
    return {};
  }

 private:
  static constexpr std::size_t kUnits = 1024;  // of most batches, at most

  Result<void> check_version(const Unit& unit) {
    const auto [version, first_of_stream] = versions_.try_emplace(unit.stream, 0);
    if (first_of_stream && !index_.is_above_all(unit.stream)) {
      WJ_TRY(*version, index_.next_version(unit.stream, unit.expected_version));
    }
    if (*version != unit.expected_version) return conflict("the stream has another version");
    *version += static_cast<std::uint32_t>(unit.events.size());
    return {};
  }

  Result<void> check_claim(const Hash128& claim, bool is_new) {
    if (!claims_.try_emplace(claim, true).second) return conflict("the claim is taken");
    if (is_new) return {};
    WJ_TRY(const auto owner, index_.find_claim(claim));
    if (owner) return conflict("the claim is taken");
    return {};
  }

  Result<void> check_key(const IdempotencyEntry& entry, bool is_new) {
    const auto [final, first_of_key] = finals_.try_emplace(entry.key, false);
    if (first_of_key && !is_new) {
      WJ_TRY(const auto stored, index_.find_key(entry.key));
      *final = stored && stored->final;
    }
    if (*final) return conflict("the idempotency key is spent");
    *final = entry.final;
    return {};
  }

  const rocks::RecentIndex& index_;
  BatchMap<RawId, std::uint32_t, std::hash<RawId>> versions_{kUnits};  // after the units so far
  BatchMap<Hash128, bool, HashOfHash> finals_{kUnits};  // is the newest entry of the key final?
  BatchMap<Hash128, bool, HashOfHash> claims_{kUnits};
};

}  // namespace

struct RocksBook::Impl {
  std::unique_ptr<Store> store;
  std::unique_ptr<rocks::RecentIndex> index;
  std::atomic<Position> tail{0};
  mutable rocks::AlarmFloor alarm_floor;
  mutable Mutex appending;  // held from the write until all of it can be seen

  // The writer's.
  std::optional<Error> poison;
  std::optional<Admission> admission;
  rocksdb::WriteBatch rows;
  std::string scratch;

  std::unique_ptr<rocks::TailNoter> noter;  // last: it reads the tail

  void note_tail();
  Result<void> ready() const;
  Position collect(const AppendBatch& batch);
  void collect_unit(const Unit& unit, Position first);
  void collect_tree(std::span<const TreeNode> nodes);
  void put(Family family, const std::string& key, const std::string& value) {
    rows.Put(store->family(family), key, value).PermitUncheckedError();  // fails only for a batch of 4 GiB
  }
};

RocksBook::RocksBook(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksBook::~RocksBook() = default;

Result<std::unique_ptr<RocksBook>> RocksBook::open(const RocksBookOptions& options,
                                                   std::shared_ptr<const RocksShared> shared) {
  auto impl = std::make_unique<Impl>();
  WJ_TRY(impl->store, Store::open(options, std::move(shared)));
  WJ_TRY(const rocks::HeadEntry head, impl->store->find_head());
  WJ_CHECK(rocks::check_tail_note(options.directory, head.tail));
  WJ_CHECK(impl->store->upgrade(head.tail));
  WJ_TRY(impl->index, rocks::RecentIndex::open(*impl->store, head.tail));
  impl->admission.emplace(*impl->index);
  impl->tail = head.tail;
  impl->note_tail();
  return std::unique_ptr<RocksBook>(new RocksBook(std::move(impl)));
}

void RocksBook::Impl::note_tail() {
  const auto& options = store->options();
  if (!options.sync || options.note_idle_us == 0) return;
  noter = std::make_unique<rocks::TailNoter>(
      options.directory, [this] { return tail.load(std::memory_order_acquire); },
      std::chrono::microseconds(options.note_idle_us),
      [this](const Error& error) {
        rocksdb::Warn(store->file_options(Family::meta).info_log, "how far the book is can't be noted: %s",
                      error.message.c_str());
      });
}

Position RocksBook::tail() const { return impl_->tail.load(std::memory_order_acquire); }

Result<std::string> RocksBook::head() const {
  PinnableSlice value;
  WJ_TRY(const bool found, impl_->store->get(Family::meta, "head", value));
  if (!found) return std::string();
  auto entry = rocks::decode_head(value.ToStringView());
  if (!entry) return rocks::contradiction("its head record can't be read");
  return std::move(entry->head);
}

// What can be known before a write, is refused before it: nothing was written. It is `in_doubt` all the same
// when only opening again helps: that is what the kind makes the caller do.
Result<void> RocksBook::Impl::ready() const {
  if (const auto refused = store->refusal()) return *refused;
  if (rocks::free_bytes(store->options().directory) < store->options().free_bytes_min) {
    return unavailable("the disk is nearly full, the book's reserve is kept: " + store->options().directory);
  }
  return {};
}

void RocksBook::Impl::collect_unit(const Unit& unit, Position first) {
  scratch.clear();
  rocks::encode_unit(unit, scratch);
  put(Family::log, rocks::log_key(first), scratch);
  if (unit.alarm_before && unit.alarm_before != unit.alarm_after) {
    rows.Delete(store->family(Family::alarms), rocks::alarm_key(*unit.alarm_before)).PermitUncheckedError();
  }
  if (unit.alarm_after) put(Family::alarms, rocks::alarm_key(*unit.alarm_after), rocks::encode_alarm());
}

// Neighbours share a record: a batch completes a run of nodes on each level.
void RocksBook::Impl::collect_tree(std::span<const TreeNode> nodes) {
  std::vector<TreeNode> sorted(nodes.begin(), nodes.end());
  std::sort(sorted.begin(), sorted.end(), [](const TreeNode& a, const TreeNode& b) {
    return std::pair(a.level, a.index) < std::pair(b.level, b.index);
  });
  for (std::size_t from = 0; from < sorted.size();) {
    std::size_t to = from + 1;
    while (to < sorted.size() && to - from < rocks::kRunMax && sorted[to].level == sorted[from].level &&
           sorted[to].index == sorted[to - 1].index + 1) {
      ++to;
    }
    put(Family::tree, rocks::tree_key(sorted[from].level, sorted[from].index),
        rocks::encode_tree_run(std::span(sorted).subspan(from, to - from)));
    from = to;
  }
}

// Fills `rows`; the tail after it.
Position RocksBook::Impl::collect(const AppendBatch& batch) {
  rows.Clear();
  Position next = tail.load(std::memory_order_relaxed);
  for (const Unit& unit : batch.units) {
    collect_unit(unit, next);
    next += unit.events.size();
  }
  WJ_ASSERT(next <= rocks::kPositionMax);
  collect_tree(batch.tree_nodes);
  put(Family::meta, "head", rocks::encode_head(next, batch.head));
  return next;
}

Result<void> RocksBook::append(const AppendBatch& batch) {
  check_requirements(batch);
  if (impl_->poison) return *impl_->poison;
  WJ_CHECK(impl_->ready());
  WJ_CHECK(impl_->admission->check(batch));
  WJ_CHECK(impl_->index->wait_for_room());
  const Position next = impl_->collect(batch);

  const MutexLock lock(impl_->appending);
  rocksdb::WriteOptions write;
  write.sync = impl_->store->options().sync;
  const auto status = impl_->store->db().Write(write, &impl_->rows);
  if (!status.ok()) {
    // The log's file may hold all, a part or nothing of it, and a second sync would prove nothing.
    impl_->poison = to_error(status, Doing::writing);
    return *impl_->poison;
  }
  for (const Unit& unit : batch.units) {
    if (unit.alarm_after) impl_->alarm_floor.announce(unit.alarm_after->kind, unit.alarm_after->at_us);
  }
  impl_->index->add(batch.units, impl_->tail.load(std::memory_order_relaxed));
  impl_->tail.store(next, std::memory_order_release);
  return {};
}

void RocksBook::look_ahead(std::span<const Hash128> keys, std::span<const Hash128> claims,
                           LookedAhead& out) const {
  impl_->index->look_ahead(keys, claims, out);
}

Result<std::vector<StoredUnit>> RocksBook::load_from(RawId stream, std::uint32_t version) const {
  std::vector<StoredUnit> units;
  WJ_TRY(const auto versions, impl_->index->versions(stream, version));
  std::uint32_t next_version = version;
  for (const auto& entry : versions) {
    if (entry.first_version != next_version) return rocks::contradiction("a stream has a gap");
    WJ_TRY(auto unit, unit_at(*impl_->store, entry.position, Replies::kept));
    if (unit.stream != stream || unit.first_version != entry.first_version ||
        unit.events.size() != entry.event_count) {
      return rocks::contradiction("the unit at position " + std::to_string(unit.first) +
                                  " is of another stream");
    }
    next_version = entry.next_version();
    units.push_back(std::move(unit));
  }
  return units;
}

Result<std::optional<FoundIdempotency>> RocksBook::find_idempotency(const Hash128& key) const {
  WJ_TRY(const auto entry, impl_->index->find_key(key));
  if (!entry) return std::optional<FoundIdempotency>();
  WJ_TRY(auto unit, unit_at(*impl_->store, entry->position, Replies::kept));
  if (!unit.idempotency || unit.idempotency->key != key || unit.idempotency->final != entry->final) {
    return rocks::contradiction("the unit at position " + std::to_string(unit.first) + " has another key");
  }
  return std::optional<FoundIdempotency>({*std::move(unit.idempotency), unit.first,
                                          static_cast<std::uint32_t>(unit.events.size()), unit.stream});
}

Result<std::optional<RawId>> RocksBook::find_claim(const Hash128& claim) const {
  return impl_->index->find_claim(claim);
}

Result<std::vector<StoredUnit>> RocksBook::read(Position from, std::uint32_t units_max,
                                                std::size_t bytes_max) const {
  std::vector<StoredUnit> units;
  // The log's family shows an append a moment before the indexes in memory do: nobody is given a unit that
  // can't be looked up yet.
  const Position until = tail();
  if (from >= until || units_max == 0) return units;
  // Reading the book through must not push out of the cache what the writer looks up.
  const Range log(*impl_->store, Family::log, "", rocks::end_of_keys(), /*fill_cache=*/false);
  std::size_t bytes = 0;
  for (log->SeekForPrev(rocks::log_key(from)); log->Valid(); log->Next()) {
    const auto first = rocks::decode_log_key(log->key().ToStringView());
    if (!first) return rocks::contradiction("a key of the log can't be read");
    if (*first >= until) break;
    auto unit = rocks::decode_unit(*first, log->value().ToStringView(), Replies::left_out);
    if (!unit) return rocks::unreadable_unit(*first);
    const bool holds_next =
        units.empty() ? *first <= from && from < unit->next() : *first == units.back().next();
    if (!holds_next) return rocks::contradiction("there is a gap before position " + std::to_string(*first));
    for (const std::string& event : unit->events) bytes += event.size();
    units.push_back(*std::move(unit));
    if (units.size() == units_max || bytes >= bytes_max) break;
  }
  WJ_CHECK(log.finish());
  if (units.empty()) return rocks::contradiction("no unit holds position " + std::to_string(from));
  return units;
}

Result<std::vector<AlarmEntry>> RocksBook::alarms(std::uint8_t kind, std::int64_t until_us,
                                                  std::uint32_t count_max) const {
  std::vector<AlarmEntry> due;
  rocks::AlarmFloor::Look look(impl_->alarm_floor, kind);
  if (until_us <= look.from_us() || count_max == 0) return due;
  const Range range(*impl_->store, Family::alarms, rocks::alarm_key({kind, look.from_us(), {}}),
                    rocks::alarm_key({kind, until_us, {}}));
  for (range->SeekToFirst(); range->Valid() && due.size() < count_max; range->Next()) {
    const auto alarm = rocks::decode_alarm(range->key().ToStringView(), range->value().ToStringView());
    if (!alarm) return rocks::contradiction("an alarm can't be read");
    due.push_back(*alarm);
  }
  WJ_CHECK(range.finish());
  look.found_none_before(due.empty() ? until_us : due.front().at_us);
  return due;
}

Result<std::optional<Hash256>> RocksBook::tree_node(std::uint8_t level, std::uint64_t index) const {
  const Range range(*impl_->store, Family::tree, rocks::tree_key(level, 0), rocks::end_of_keys());
  range->SeekForPrev(rocks::tree_key(level, index));
  WJ_CHECK(range.finish());
  if (!range->Valid()) return std::optional<Hash256>();
  const auto run = rocks::decode_tree_run(range->key().ToStringView(), range->value().ToStringView());
  if (!run || run->level != level) return rocks::contradiction("a run of tree nodes can't be read");
  if (index - run->first_index >= run->size()) return std::optional<Hash256>();
  Hash256 hash;
  std::memcpy(hash.data(), run->hashes.data() + (index - run->first_index) * hash.size(), hash.size());
  return std::optional<Hash256>(hash);
}

namespace {

// Calls `row(key, value)` for every row of a family; it returns an error or nothing.
template <typename Row>
Result<void> each_row(const Store& store, const rocksdb::Snapshot* snapshot, Family family, Row row) {
  const Range range(store, family, "", rocks::end_of_keys(), /*fill_cache=*/false, snapshot);
  for (range->SeekToFirst(); range->Valid(); range->Next()) {
    WJ_CHECK(row(range->key().ToStringView(), range->value().ToStringView()));
  }
  return range.finish();
}

// The rows of recent units that no family has: those from the mark on. A key that is open in the family and
// answered in memory is one key.
Result<void> count_recent(const Store& store, const rocksdb::Snapshot* snapshot,
                          const std::vector<rocks::RecentUnits>& tables, BookCounts& counts) {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  PinnableSlice value;
  auto status = store.db().Get(read, store.family(Family::meta), rocks::kIndexedKey, &value);
  if (!status.ok()) return to_error(status, Doing::reading);
  const auto mark = rocks::decode_indexed(value.ToStringView());
  if (!mark) return rocks::contradiction("the mark of its indexes can't be read");
  std::unordered_set<Hash128, HashOfHash> keys;
  for (const auto& table : tables) {
    if (table.until() <= *mark) continue;
    counts.stream_versions += table.units();
    for (const auto& row : table.key_rows()) {
      if (row.sort == rocks::KeySort::claim) ++counts.claims;
      if (row.sort != rocks::KeySort::idempotency || !keys.insert(row.hash).second) continue;
      value.Reset();
      status = store.db().Get(read, store.family(Family::keys), rocks::idempotency_key(row.hash), &value);
      if (status.IsNotFound()) ++counts.idempotency_keys;
      if (!status.ok() && !status.IsNotFound()) return to_error(status, Doing::reading);
    }
  }
  return {};
}

}  // namespace

Result<BookCounts> RocksBook::count() const {
  BookCounts counts;
  const Store& store = *impl_->store;
  // Appends may go on meanwhile, but not in between these two.
  std::optional<rocksdb::ManagedSnapshot> snapshot;
  std::vector<rocks::RecentUnits> recent;
  {
    // While the files take rows in, a snapshot could see them twice.
    const auto between = impl_->index->between_write_outs();
    const MutexLock lock(impl_->appending);
    recent = impl_->index->copies();
    snapshot.emplace(&store.db());
  }
  WJ_CHECK(count_recent(store, snapshot->snapshot(), recent, counts));
  WJ_CHECK(each_row(store, snapshot->snapshot(), Family::log,
                    [&](std::string_view key, std::string_view value) -> Result<void> {
                      const auto first = rocks::decode_log_key(key);
                      if (!first) return rocks::contradiction("a key of the log can't be read");
                      const auto unit = rocks::decode_unit(*first, value, Replies::left_out);
                      if (!unit) return rocks::unreadable_unit(*first);
                      if (*first != counts.events) {
                        return rocks::contradiction("there is a gap before position " +
                                                    std::to_string(*first));
                      }
                      counts.events += unit->events.size();
                      ++counts.units;
                      return {};
                    }));
  WJ_CHECK(each_row(store, snapshot->snapshot(), Family::streams,
                    [&](std::string_view, std::string_view) -> Result<void> {
                      ++counts.stream_versions;
                      return {};
                    }));
  WJ_CHECK(each_row(store, snapshot->snapshot(), Family::keys,
                    [&](std::string_view key, std::string_view) -> Result<void> {
                      ++(key.starts_with('i') ? counts.idempotency_keys : counts.claims);
                      return {};
                    }));
  WJ_CHECK(each_row(store, snapshot->snapshot(), Family::alarms,
                    [&](std::string_view, std::string_view) -> Result<void> {
                      ++counts.alarms;
                      return {};
                    }));
  WJ_CHECK(each_row(store, snapshot->snapshot(), Family::tree,
                    [&](std::string_view key, std::string_view value) -> Result<void> {
                      const auto run = rocks::decode_tree_run(key, value);
                      if (!run) return rocks::contradiction("a run of tree nodes can't be read");
                      counts.tree_nodes += run->size();
                      return {};
                    }));
  return counts;
}

Result<void> RocksBook::backup(const std::string& directory) const {
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(&impl_->store->db(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory);
  // Whatever went wrong, the book itself is as it was.
  if (status.IsInvalidArgument()) {
    return unavailable("a backup needs a new directory: " + status.ToString());
  }
  if (!status.ok()) return to_error(status, Doing::reading);
  return rocks::sync_entry(directory);
}

std::vector<std::pair<std::string, std::uint64_t>> RocksBook::stats() const {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  const auto add = [&](const char* name, const char* property) {
    std::uint64_t sum = 0;
    if (impl_->store->db().GetAggregatedIntProperty(property, &sum)) out.emplace_back(name, sum);
  };
  add("table_bytes", "rocksdb.total-sst-files-size");
  add("write_buffer_bytes", "rocksdb.size-all-mem-tables");
  add("table_reader_bytes", "rocksdb.estimate-table-readers-mem");
  add("compaction_pending_bytes", "rocksdb.estimate-pending-compaction-bytes");
  add("background_errors", "rocksdb.background-errors");
  const auto add_one = [&](const char* name, const char* property) {
    std::uint64_t value = 0;
    if (impl_->store->db().GetIntProperty(property, &value)) out.emplace_back(name, value);
  };
  add_one("cache_bytes", "rocksdb.block-cache-usage");
  add_one("write_stopped", "rocksdb.is-write-stopped");
  add_one("write_rate_limit_bytes", "rocksdb.actual-delayed-write-rate");
  const auto recent = impl_->index->stats();
  out.emplace_back("recent_index_units", recent.units);
  out.emplace_back("recent_index_bytes", recent.bytes);
  out.emplace_back("index_write_outs", recent.write_outs);
  out.emplace_back("log_tail_dropped_bytes", impl_->store->dropped_bytes());
  out.emplace_back("disk_free_bytes", rocks::free_bytes(impl_->store->options().directory));
  return out;
}

Result<void> RocksBook::write_out_indexes() { return impl_->index->write_out(); }

Result<void> RocksBook::compact() {
  constexpr Family kOrder[] = {Family::log,  Family::alarms,  Family::tree,
                               Family::meta, Family::streams, Family::keys};
  for (const Family which : kOrder) {
    if (which == Family::streams) WJ_CHECK(write_out_indexes());
    const auto status = impl_->store->db().CompactRange(rocksdb::CompactRangeOptions(),
                                                        impl_->store->family(which), nullptr, nullptr);
    if (!status.ok()) return to_error(status, Doing::reading);
  }
  return {};
}

}  // namespace wonjang
