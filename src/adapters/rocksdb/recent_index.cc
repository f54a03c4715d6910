#include "adapters/rocksdb/recent_index.h"

#include <pthread.h>
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <limits>
#include <mutex>
#include <utility>

#include "adapters/rocksdb/rocks_status.h"
#include "base/assert.h"

namespace wonjang::rocks {

using rocksdb::PinnableSlice;
using rocksdb::Status;

namespace {

constexpr std::chrono::milliseconds kTryAgain{500};
constexpr std::array<Family, 3> kWritten{Family::streams, Family::keys, Family::meta};

// Beside the tables, under a name that RocksDB doesn't take for one of its own.
std::string new_file(const Store& store, Family family) {
  return store.options().directory + "/new-" + kFamilyNames[static_cast<std::size_t>(family)] + ".sst";
}

void remove_new_files(const Store& store) {
  for (const Family family : kWritten)
    store.db().GetEnv()->DeleteFile(new_file(store, family)).PermitUncheckedError();
}

Status put_streams(rocksdb::SstFileWriter& file, const RecentUnits& table) {
  Status status;
  std::string key;  // of all rows: none takes memory of its own
  for (const auto row : table.sorted_streams()) {
    const auto& [stream, entry, before] = table.stream_rows()[row];
    key.clear();
    append_stream_key(key, stream, entry.first_version);
    status = file.Put(key, encode_stream_entry(entry.position, entry.event_count));
    if (!status.ok()) break;
  }
  return status;
}

// In the order of the hashes the rows lie anywhere in memory: asked for early, or most of the time is
// waiting.
constexpr std::size_t kRowsAhead = 16;
// The same of places in a table of hashes.
constexpr std::size_t kSlotsAhead = 12;
constexpr std::size_t kUnitsAhead = 6;

void prefetch(const RecentUnits& table, const Unit& unit) {
  if (unit.idempotency) table.prefetch(unit.idempotency->key, KeySort::idempotency);
  if (unit.claim) table.prefetch(*unit.claim, KeySort::claim);
}

Status put_keys(rocksdb::SstFileWriter& file, const RecentUnits& table) {
  Status status;
  std::string key;
  const auto sorted = table.sorted_keys();
  const auto& keys = table.key_rows();
  const auto& units = table.stream_rows();
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i + 2 * kRowsAhead < sorted.size()) __builtin_prefetch(&keys[sorted[i + 2 * kRowsAhead]]);
    if (i + kRowsAhead < sorted.size()) __builtin_prefetch(&units[keys[sorted[i + kRowsAhead]].unit]);
    const auto& row = keys[sorted[i]];
    const auto& unit = units[row.unit];
    key.assign(1, row.sort == KeySort::claim ? kClaimLead : kIdempotencyLead).append(view(row.hash));
    status = file.Put(key, row.sort == KeySort::claim ? encode_claim(unit.stream)
                                                      : encode_key_entry({unit.entry.position, row.final}));
    if (!status.ok()) break;
  }
  return status;
}

Status put_rows(rocksdb::SstFileWriter& file, Family family, const RecentUnits& table) {
  if (family == Family::streams) return put_streams(file, table);
  if (family == Family::keys) return put_keys(file, table);
  return file.Put(kIndexedKey, encode_indexed(table.until()));
}

}  // namespace

RecentIndex::RecentIndex(const Store& store) : store_(store), units_max_(store.options().index_units_max) {
  WJ_ASSERT(units_max_ > 0);
}

Result<std::unique_ptr<RecentIndex>> RecentIndex::open(const Store& store, Position tail) {
  remove_new_files(store);  // of a write-out that a crash cut short
  std::unique_ptr<RecentIndex> index(new RecentIndex(store));
  WJ_CHECK(index->fill(tail));
  index->thread_ = std::thread([raw = index.get()] { raw->run(); });
  return index;
}

RecentIndex::~RecentIndex() {
  {
    const std::lock_guard lock(work_mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

Result<void> RecentIndex::fill(Position tail) {
  PinnableSlice value;
  WJ_TRY(const bool found, store_.get(Family::meta, kIndexedKey, value));
  const auto mark = found ? decode_indexed(value.ToStringView()) : std::nullopt;
  if (!mark) return contradiction("the mark of its indexes is missing or can't be read");
  if (*mark > tail) {
    return contradiction("its indexes reach to " + std::to_string(*mark) + ", its events end at " +
                         std::to_string(tail));
  }
  active_ = new_table(*mark);
  // Reading the recent log must not fill the cache: it is decoded once.
  const Range log(store_, Family::log, log_key(*mark), end_of_keys(), /*fill_cache=*/false);
  for (log->SeekToFirst(); log->Valid(); log->Next()) {
    const auto first = decode_log_key(log->key().ToStringView());
    if (!first) return contradiction("a key of the log can't be read");
    if (*first != active_->until())
      return contradiction("there is a gap before position " + std::to_string(*first));
    const auto unit = decode_unit_index(*first, log->value().ToStringView());
    if (!unit) return unreadable_unit(*first);
    active_->add(*unit);
    largest_ = std::max(largest_, unit->stream);
    active_log_bytes_ += log->value().size();
  }
  WJ_CHECK(log.finish());
  if (active_->until() != tail) return contradiction("its log ends before position " + std::to_string(tail));

  const Range streams(store_, Family::streams, "", end_of_keys());
  streams->SeekToLast();
  WJ_CHECK(streams.finish());
  if (streams->Valid()) largest_ = std::max(largest_, stream_of_key(streams->key().ToStringView()));
  return {};
}

std::shared_ptr<RecentUnits> RecentIndex::new_table(Position from) const {
  return std::make_shared<RecentUnits>(from, units_max_);
}

// ---- look-ups: memory before the files, since rows move from there into them ----

Result<std::optional<KeyEntry>> RecentIndex::find_key(const Hash128& key) const {
  {
    const std::shared_lock lock(mutex_);
    if (auto entry = active_->find_key(key)) return entry;
    if (frozen_) {
      if (auto entry = frozen_->find_key(key)) return entry;
    }
  }
  PinnableSlice value;
  WJ_TRY(const bool found, store_.get(Family::keys, idempotency_key(key), value));
  if (!found) return std::optional<KeyEntry>();
  const auto entry = decode_key_entry(value.ToStringView());
  if (!entry) return contradiction("the entry of an idempotency key can't be read");
  return std::optional<KeyEntry>(entry);
}

Result<std::optional<RawId>> RecentIndex::find_claim(const Hash128& claim) const {
  {
    const std::shared_lock lock(mutex_);
    if (auto stream = active_->find_claim(claim)) return stream;
    if (frozen_) {
      if (auto stream = frozen_->find_claim(claim)) return stream;
    }
  }
  PinnableSlice value;
  WJ_TRY(const bool found, store_.get(Family::keys, claim_key(claim), value));
  if (!found) return std::optional<RawId>();
  const auto stream = decode_claim(value.ToStringView());
  if (!stream) return contradiction("a claim's entry can't be read");
  return std::optional<RawId>(stream);
}

Result<std::vector<StreamEntry>> RecentIndex::versions(RawId stream, std::uint32_t from) const {
  std::vector<StreamEntry> recent;  // newest first
  {
    const std::shared_lock lock(mutex_);
    active_->versions(stream, from, recent);
    if (frozen_) frozen_->versions(stream, from, recent);
  }
  std::reverse(recent.begin(), recent.end());
  if (!recent.empty() && recent.front().first_version == from) return recent;  // all that was asked for
  std::vector<StreamEntry> out;
  const Range written(store_, Family::streams, stream_key(stream, from),
                      stream_key(stream, recent.empty() ? std::numeric_limits<std::uint32_t>::max()
                                                        : recent.front().first_version));
  for (written->SeekToFirst(); written->Valid(); written->Next()) {
    const auto entry = decode_stream_entry(written->key().ToStringView(), written->value().ToStringView());
    if (!entry) return contradiction("a stream's entry can't be read");
    out.push_back(*entry);
  }
  WJ_CHECK(written.finish());
  out.insert(out.end(), recent.begin(), recent.end());
  return out;
}

Result<std::uint32_t> RecentIndex::next_version(RawId stream, std::uint32_t expected) const {
  {
    const std::shared_lock lock(mutex_);
    // Ids grow with time: that of a new stream is nearly always above all that there are.
    if (stream > largest_) return std::uint32_t{0};
    if (const auto entry = active_->newest(stream)) return entry->next_version();
    if (frozen_) {
      if (const auto entry = frozen_->newest(stream)) return entry->next_version();
    }
  }
  if (expected == 0) {
    // The filters say no without reading anything.
    PinnableSlice value;
    WJ_TRY(const bool found, store_.get(Family::streams, stream_key(stream, 0), value));
    return found ? std::numeric_limits<std::uint32_t>::max() : 0;
  }
  const Range versions(store_, Family::streams, stream_key(stream, 0),
                       stream_key(stream, std::numeric_limits<std::uint32_t>::max()));
  versions->SeekToLast();
  WJ_CHECK(versions.finish());
  if (!versions->Valid()) return std::uint32_t{0};
  const auto last = decode_stream_entry(versions->key().ToStringView(), versions->value().ToStringView());
  if (!last) return contradiction("a stream's entry can't be read");
  return last->next_version();
}

// What is neither in memory now nor in the files after that wasn't there when this was asked: rows move from
// memory into the files, never back. An append beside this may add what was just missed: its own keys and
// claims, which whoever asks knows himself.
void RecentIndex::look_ahead(std::span<const Hash128> keys, std::span<const Hash128> claims,
                             LookedAhead& out) const {
  out.key_is_new.assign(keys.size(), 0);
  out.claim_is_new.assign(claims.size(), 0);
  std::vector<Asked> asked;
  asked.reserve(keys.size() + claims.size());
  ask_memory(keys, KeySort::idempotency, asked);
  ask_memory(claims, KeySort::claim, asked);
  // The library sorts by comparing whole keys through a pointer.
  std::sort(asked.begin(), asked.end(), [](const Asked& a, const Asked& b) {
    return a.sort != b.sort ? a.sort < b.sort : a.hash < b.hash;
  });
  const std::size_t count = asked.size();
  std::vector<std::array<char, 17>> bytes(count);
  std::vector<rocksdb::Slice> slices(count);
  std::vector<PinnableSlice> values(count);
  std::vector<Status> statuses(count);
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i][0] = asked[i].sort == KeySort::claim ? kClaimLead : kIdempotencyLead;
    std::copy(asked[i].hash.begin(), asked[i].hash.end(), bytes[i].begin() + 1);
    slices[i] = rocksdb::Slice(bytes[i].data(), bytes[i].size());
  }
  store_.db().MultiGet(rocksdb::ReadOptions(), store_.family(Family::keys), count, slices.data(),
                       values.data(), statuses.data(), /*sorted_input=*/true);
  for (std::size_t i = 0; i < count; ++i) {
    if (!statuses[i].IsNotFound()) continue;  // there, or a look-up of its own will say what is wrong
    auto& is_new = asked[i].sort == KeySort::claim ? out.claim_is_new : out.key_is_new;
    is_new[asked[i].place] = 1;
  }
}

// Puts into `out` what isn't there.
void RecentIndex::ask_memory(std::span<const Hash128> hashes, KeySort sort, std::vector<Asked>& out) const {
  const std::shared_lock lock(mutex_);
  for (std::uint32_t i = 0; i < hashes.size(); ++i) {
    if (i + kSlotsAhead < hashes.size()) {
      active_->prefetch(hashes[i + kSlotsAhead], sort);
      if (frozen_) frozen_->prefetch(hashes[i + kSlotsAhead], sort);
    }
    if (!active_->has(hashes[i], sort) && !(frozen_ && frozen_->has(hashes[i], sort)))
      out.push_back({hashes[i], sort, i});
  }
}

// In the order of taking them, the older one first.
std::vector<RecentUnits> RecentIndex::copies() const {
  const std::shared_lock lock(mutex_);
  std::vector<RecentUnits> out;
  if (frozen_) out.push_back(*frozen_);
  out.push_back(*active_);
  return out;
}

RecentIndex::Stats RecentIndex::stats() const {
  const std::shared_lock lock(mutex_);
  Stats out{active_->units(), active_->bytes(), write_outs_};
  if (frozen_) {
    out.units += frozen_->units();
    out.bytes += frozen_->bytes();
  }
  return out;
}

// ---- the writer ----

void RecentIndex::add(std::span<const Unit> units, Position first) {
  bool is_full = false;
  {
    const std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < units.size(); ++i) {
      if (i + kUnitsAhead < units.size()) prefetch(*active_, units[i + kUnitsAhead]);
      const Unit& unit = units[i];
      active_->add(index_of(unit, first));
      largest_ = std::max(largest_, unit.stream);
      first += unit.events.size();
      for (const std::string& event : unit.events) active_log_bytes_ += event.size();
      if (unit.idempotency) active_log_bytes_ += unit.idempotency->reply.size();
    }
    is_full = active_->units() >= units_max_ || active_log_bytes_ >= store_.options().index_log_bytes_max;
    is_full = is_full && !frozen_;
  }
  if (is_full) freeze();
}

// REQUIRES: nothing is frozen
void RecentIndex::freeze() {
  {
    auto fresh = new_table(active_->until());
    const std::unique_lock lock(mutex_);
    WJ_ASSERT(frozen_ == nullptr);
    frozen_ = std::exchange(active_, std::move(fresh));
    active_log_bytes_ = 0;
  }
  const std::lock_guard lock(work_mutex_);
  has_work_ = true;
  failure_.reset();
  work_.notify_one();
}

Result<void> RecentIndex::wait_for_room() {
  if (active_->units() < 2 * units_max_ && active_log_bytes_ < 2 * store_.options().index_log_bytes_max)
    return {};
  {
    std::unique_lock lock(work_mutex_);
    done_.wait(lock, [&] { return !has_work_ || failure_; });
    if (failure_) return *failure_;
  }
  freeze();
  return {};
}

Result<void> RecentIndex::write_out() {
  for (bool frozen = false;; frozen = true) {
    {
      std::unique_lock lock(work_mutex_);
      done_.wait(lock, [&] { return !has_work_ || failure_; });
      if (failure_) return *failure_;
    }
    if (frozen || active_->units() == 0) return {};
    freeze();
  }
}

// ---- the thread ----

void RecentIndex::run() {
  pthread_setname_np(pthread_self(), "index-files");
  std::unique_lock lock(work_mutex_);
  for (;;) {
    work_.wait(lock, [&] { return has_work_ || stopping_; });
    if (stopping_) return;
    lock.unlock();
    std::unique_lock handing_over(handing_over_);
    const auto written = hand_over(*frozen_);  // set before has_work_, and changed by nobody but us
    lock.lock();
    if (written) {
      // Within one hold of work_mutex_: who freezes the next table as soon as this one is gone says so after
      // us, and isn't unsaid. A frozen table that nobody works on would be replaced, and its rows lost.
      forget_frozen();
      has_work_ = false;
      failure_.reset();
    } else {
      failure_ = written.error();
    }
    handing_over.unlock();
    done_.notify_all();
    if (!written) work_.wait_for(lock, kTryAgain, [&] { return stopping_; });
  }
}

void RecentIndex::forget_frozen() {
  const std::unique_lock tables(mutex_);
  frozen_.reset();
  ++write_outs_;
}

// Errors: as background_error() says.
Result<void> RecentIndex::hand_over(const RecentUnits& table) const {
  std::vector<rocksdb::IngestExternalFileArg> files;
  Status status;
  for (const Family family : kWritten) {
    if (family == Family::keys && table.key_rows().empty()) continue;
    rocksdb::SstFileWriter file(rocksdb::EnvOptions(), store_.file_options(family), store_.family(family));
    const auto path = new_file(store_, family);
    status = file.Open(path);
    if (status.ok()) status = put_rows(file, family, table);
    if (status.ok()) status = file.Finish();
    if (!status.ok()) break;
    rocksdb::IngestExternalFileArg& arg = files.emplace_back();
    arg.column_family = store_.family(family);
    arg.external_files = {path};
    arg.options.move_files = true;
    arg.options.write_global_seqno = false;
  }
  // One step in RocksDB's manifest: all rows and the mark, or nothing.
  if (status.ok()) status = store_.db().IngestExternalFiles(files);
  remove_new_files(store_);
  if (!status.ok()) return background_error(status);
  return {};
}

}  // namespace wonjang::rocks
