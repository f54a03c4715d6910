#include "adapters/rocksdb/rocks_kv.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "adapters/rocksdb/directories.h"
#include "adapters/rocksdb/kv_bulk.h"
#include "adapters/rocksdb/kv_options.h"
#include "adapters/rocksdb/kv_status.h"
#include "adapters/rocksdb/rocks_options.h"
#include "base/mutex.h"

namespace wonjang {

using rocks::kv_checked;
using rocks::kv_error;
using rocksdb::Slice;
using rocksdb::Status;

namespace {

// A space is merged from 6 files on (kv_options.cc). While a large merge runs its new files wait, and a page
// looks through all of them.
constexpr rocks::MergeBacklog kMergeBacklog{.behind = 24, .caught_up = 12};

// In RocksDB's default family, which holds no space.
constexpr const char* kFormatKey = "format";
constexpr const char* kFormat = "wonjang kv 1";
constexpr const char* kClearingKey = "clearing";

// The spaces of one generation: clear() makes a new one, and snapshots go on reading the old.
class Families {
 public:
  Families(rocksdb::DB& db, std::vector<rocksdb::ColumnFamilyHandle*> handles)
      : db_(db), handles_(std::move(handles)) {}
  ~Families() {
    for (auto* handle : handles_) db_.DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  Families(const Families&) = delete;
  Families& operator=(const Families&) = delete;

  rocksdb::ColumnFamilyHandle* operator[](KvSpace space) const { return handles_.at(space); }
  const std::vector<rocksdb::ColumnFamilyHandle*>& handles() const { return handles_; }

 private:
  rocksdb::DB& db_;
  const std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

class RocksKvCursor final : public KvCursor {
 public:
  enum class Way : std::uint8_t { up, down };

  RocksKvCursor(rocksdb::DB& db, rocksdb::ReadOptions read, rocksdb::ColumnFamilyHandle* family, Way way,
                std::string_view from, std::string_view until)
      : way_(way), from_(from), until_(until), lower_(from_), upper_(until_) {
    if (!until_.empty() && from_ >= until_) return;  // bounds that RocksDB doesn't expect
    read.iterate_lower_bound = &lower_;
    if (!until_.empty()) read.iterate_upper_bound = &upper_;
    it_.reset(db.NewIterator(read, family));
    way_ == Way::up ? it_->Seek(lower_) : it_->SeekToLast();
  }

  bool valid() const override { return it_ && it_->Valid(); }
  void next() override { way_ == Way::up ? it_->Next() : it_->Prev(); }
  void seek(std::string_view key) override {
    if (!it_) return;
    if (way_ == Way::up) return it_->Seek(std::max(key, std::string_view(from_)));
    !until_.empty() && key >= until_ ? it_->SeekToLast() : it_->SeekForPrev(key);
  }
  std::string_view key() const override { return it_->key().ToStringView(); }
  std::string_view value() const override { return it_->value().ToStringView(); }
  Result<void> status() const override { return it_ ? kv_checked(it_->status()) : Result<void>(); }

 private:
  const Way way_;
  const std::string from_, until_;
  const Slice lower_, upper_;  // of those: RocksDB keeps pointers to them
  std::unique_ptr<rocksdb::Iterator> it_;
};

using Moment = std::shared_ptr<const rocksdb::Snapshot>;

Moment now_of(rocksdb::DB& db) {
  return {db.GetSnapshot(), [&db](const rocksdb::Snapshot* snapshot) { db.ReleaseSnapshot(snapshot); }};
}

class RocksKvSnapshot final : public KvSnapshot {
 public:
  RocksKvSnapshot(rocksdb::DB& db, std::shared_ptr<const Families> families, Moment moment)
      : db_(db), families_(std::move(families)), moment_(std::move(moment)) {
    read_.snapshot = moment_.get();
  }

  Result<std::optional<std::string>> get(KvSpace space, std::string_view key) const override {
    rocksdb::PinnableSlice value;
    return found(db_.Get(read_, (*families_)[space], key, &value), value);
  }

  Result<std::vector<std::optional<std::string>>> get_many(KvSpace space,
                                                           std::span<const std::string> keys) const override {
    const std::vector<Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<Status> statuses(keys.size());
    db_.MultiGet(read_, (*families_)[space], keys.size(), slices.data(), values.data(), statuses.data());
    std::vector<std::optional<std::string>> out;
    out.reserve(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      WJ_TRY(auto value, found(statuses[i], values[i]));
      out.push_back(std::move(value));
    }
    return out;
  }

  std::unique_ptr<KvCursor> scan(KvSpace space, std::string_view from,
                                 std::string_view until) const override {
    return std::make_unique<RocksKvCursor>(db_, read_, (*families_)[space], RocksKvCursor::Way::up, from,
                                           until);
  }
  std::unique_ptr<KvCursor> scan_back(KvSpace space, std::string_view from,
                                      std::string_view until) const override {
    return std::make_unique<RocksKvCursor>(db_, read_, (*families_)[space], RocksKvCursor::Way::down, from,
                                           until);
  }

 private:
  static Result<std::optional<std::string>> found(const Status& status, const rocksdb::PinnableSlice& value) {
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return kv_error(status);
    return std::optional<std::string>(value.ToString());
  }

  rocksdb::DB& db_;
  const std::shared_ptr<const Families> families_;
  const Moment moment_;
  rocksdb::ReadOptions read_;
};

// The order in which a batch's changes go to memory: space by space, and there by the first 16 bytes of the
// key. Each family has a sorted list of its own, and from the last insert it is a short way to the next one,
// through what is in the processor's cache. Changes of one key stay in the order of the batch.
class WriteOrder {
 public:
  void sort(const KvBatch& batch) {
    places_.clear();
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const KvBatch::Change& change = batch.changes()[i];
      const std::string_view key = batch.key(change);
      places_.push_back({change.space, bytes_at(key, 0), bytes_at(key, 8), i});
    }
    std::sort(places_.begin(), places_.end());
    changes_.clear();
    for (const Place& place : places_) changes_.push_back(place.change);
  }
  const std::vector<std::uint32_t>& changes() const { return changes_; }

 private:
  struct Place {
    KvSpace space;
    std::uint64_t first;
    std::uint64_t second;
    std::uint32_t change;
    auto operator<=>(const Place&) const = default;
  };
  static std::uint64_t bytes_at(std::string_view key, std::size_t from) {
    std::uint64_t bytes = 0;
    if (key.size() >= from + 8) {
      std::memcpy(&bytes, key.data() + from, 8);
      return __builtin_bswap64(bytes);
    }
    for (std::size_t i = from; i < from + 8; ++i) {
      bytes = bytes << 8U | (i < key.size() ? static_cast<std::uint8_t>(key[i]) : 0U);
    }
    return bytes;
  }
  std::vector<Place> places_;
  std::vector<std::uint32_t> changes_;
};

rocksdb::WriteOptions unlogged() {
  rocksdb::WriteOptions write;
  write.disableWAL = true;
  return write;
}

rocksdb::FlushOptions flush_now() {
  rocksdb::FlushOptions flush;
  flush.wait = true;
  // Else RocksDB would first wait for compactions, while more and more isn't flushed.
  flush.allow_write_stall = true;
  return flush;
}

}  // namespace

struct RocksKv::Impl {
  std::string directory;
  std::vector<KvSpaceOptions> spaces;
  RocksKvOptions options;
  KvUse use = KvUse::serving;
  std::shared_ptr<rocks::MergeWatch> merges;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* own_family = nullptr;  // the default one
  mutable Mutex mutex;
  std::shared_ptr<const Families> families WJ_GUARDED_BY(mutex);
  Moment before_bulk WJ_GUARDED_BY(mutex);  // while files are taken in
  rocksdb::WriteBatch batch;                // the writer's, like `order` kept for its memory
  WriteOrder order;

  ~Impl() {
    if (merges) merges->expect_close();
    // RocksDB asserts that no handle outlives it.
    families.reset();
    if (own_family != nullptr) db->DestroyColumnFamilyHandle(own_family).PermitUncheckedError();
    if (db) db->Close().PermitUncheckedError();
  }

  std::shared_ptr<const Families> current() const {
    const MutexLock lock(mutex);
    return families;
  }
  void set(std::vector<rocksdb::ColumnFamilyHandle*> handles) {
    const MutexLock lock(mutex);
    families = std::make_shared<const Families>(*db, std::move(handles));
  }

  std::string bulk_folder() const { return directory + "/bulk"; }
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors() const;
  Result<void> check_names() const;
  Result<void> open();
  Result<void> check_format();
  Result<void> put_own(const char* key, const char* value);
  Result<bool> has_own(const char* key, std::string& value) const;
  Result<void> renew_families();
  Result<void> keep_for_use();
  Result<void> take_in(const std::vector<rocksdb::IngestExternalFileArg>& files);
  void remove_bulk_folder() const {
    std::error_code ignored;  // what stays is removed by the next bulk write or opening
    std::filesystem::remove_all(bulk_folder(), ignored);
  }
};

std::vector<rocksdb::ColumnFamilyDescriptor> RocksKv::Impl::descriptors() const {
  std::vector<rocksdb::ColumnFamilyDescriptor> out;
  for (const KvSpaceOptions& space : spaces) {
    out.emplace_back(space.name, rocks::kv_family_options(space, options));
  }
  return out;
}

Result<void> RocksKv::Impl::check_names() const {
  std::vector<std::string> names;
  // There is nothing yet, or opening says better what is wrong with it.
  if (!rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), directory, &names).ok()) return {};
  for (const std::string& name : names) {
    const bool known = name == rocksdb::kDefaultColumnFamilyName ||
                       std::any_of(spaces.begin(), spaces.end(),
                                   [&](const KvSpaceOptions& space) { return space.name == name; });
    if (known) continue;
    return invalid(directory + " has a space that this program doesn't know, " + name +
                   ": use the program that made it, or remove the directory to build the views again");
  }
  return {};
}

Result<void> RocksKv::Impl::open() {
  auto all = descriptors();
  rocksdb::ColumnFamilyOptions own;
  own.arena_block_size = 4096;
  all.emplace_back(rocksdb::kDefaultColumnFamilyName, own);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  rocksdb::DBOptions whole = rocks::kv_db_options(options);
  merges = std::make_shared<rocks::MergeWatch>(options.shared->impl().merge_threads, kMergeBacklog);
  whole.listeners.push_back(merges);
  WJ_CHECK(kv_checked(rocksdb::DB::Open(whole, directory, all, &handles, &opened)));
  db.reset(opened);
  own_family = handles.back();
  handles.pop_back();
  set(std::move(handles));
  remove_bulk_folder();
  WJ_CHECK(check_format());

  std::string ignored;
  WJ_TRY(const bool was_clearing, has_own(kClearingKey, ignored));
  if (was_clearing) WJ_CHECK(renew_families());
  return {};
}

Result<void> RocksKv::Impl::check_format() {
  std::string found;
  WJ_TRY(const bool has_format, has_own(kFormatKey, found));
  if (!has_format) return put_own(kFormatKey, kFormat);
  if (found == kFormat) return {};
  return invalid(directory + " is of another format (" + found + ", this program knows " + kFormat +
                 "): use the program that made it, or remove the directory to build the views again");
}

Result<bool> RocksKv::Impl::has_own(const char* key, std::string& value) const {
  const Status status = db->Get(rocksdb::ReadOptions(), own_family, key, &value);
  if (status.IsNotFound()) return false;
  WJ_CHECK(kv_checked(status));
  return true;
}

// Durable at return; null removes. The other families' rows stay in memory.
Result<void> RocksKv::Impl::put_own(const char* key, const char* value) {
  WJ_CHECK(kv_checked(value == nullptr ? db->Delete(unlogged(), own_family, key)
                                       : db->Put(unlogged(), own_family, key, value)));
  return kv_checked(db->Flush(flush_now(), own_family));
}

// REQUIRES: the mark `clearing` is on the disk
Result<void> RocksKv::Impl::renew_families() {
  Status status = db->DropColumnFamilies(current()->handles());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  if (status.ok()) status = db->CreateColumnFamilies(descriptors(), &handles);
  if (!status.ok()) {
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    // Some spaces are gone. Opening again sees the mark and makes it a store once more.
    return corrupt("the views were cleared in part, open them again: " + status.ToString());
  }
  set(std::move(handles));
  WJ_CHECK(put_own(kClearingKey, nullptr));
  return use == KvUse::serving ? Result<void>() : keep_for_use();
}

Result<void> RocksKv::Impl::keep_for_use() {
  const auto all = current();
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    WJ_CHECK(kv_checked(
        db->SetOptions((*all)[static_cast<KvSpace>(i)], rocks::kv_changes_for(use, spaces[i], options))));
  }
  return {};
}

RocksKv::RocksKv(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksKv::~RocksKv() = default;

Result<std::unique_ptr<RocksKv>> RocksKv::open(const std::string& directory,
                                               const std::vector<KvSpaceOptions>& spaces,
                                               const RocksKvOptions& options) {
  WJ_ASSERT(options.shared != nullptr);
  auto impl = std::make_unique<Impl>();
  impl->directory = directory;
  impl->spaces = spaces;
  impl->options = options;
  WJ_CHECK(rocks::make_directories(directory));
  WJ_CHECK(impl->check_names());
  WJ_CHECK(impl->open());
  return std::unique_ptr<RocksKv>(new RocksKv(std::move(impl)));
}

Result<void> RocksKv::write(const KvBatch& batch) {
  const auto families = impl_->current();
  rocksdb::WriteBatch& out = impl_->batch;
  out.Clear();
  impl_->order.sort(batch);
  for (const std::uint32_t i : impl_->order.changes()) {
    const KvBatch::Change& change = batch.changes()[i];
    auto* family = (*families)[change.space];
    WJ_CHECK(kv_checked(change.removed ? out.Delete(family, batch.key(change))
                                       : out.Put(family, batch.key(change), batch.value(change))));
  }
  return kv_checked(impl_->db->Write(unlogged(), &out));
}

std::unique_ptr<KvSnapshot> RocksKv::snapshot() const {
  const MutexLock lock(impl_->mutex);
  return std::make_unique<RocksKvSnapshot>(*impl_->db, impl_->families,
                                           impl_->before_bulk ? impl_->before_bulk : now_of(*impl_->db));
}

Result<void> RocksKv::flush() {
  return kv_checked(impl_->db->Flush(flush_now(), impl_->current()->handles()));
}

Result<void> RocksKv::clear() {
  Result<void> marked = impl_->put_own(kClearingKey, "");
  if (!marked) {
    // The mark may stand in memory: a later flush must not bring it to the disk.
    impl_->db->Delete(unlogged(), impl_->own_family, kClearingKey).PermitUncheckedError();
    return marked;
  }
  return impl_->renew_families();
}

// RocksDB counts the new files as seen before every family has them: a snapshot of that moment would change.
// So readers get one of the moment before, which is what they are promised. That it exists has another use:
// the files then surely get a place in the order of writes of their own, which older snapshots don't see.
Result<void> RocksKv::Impl::take_in(const std::vector<rocksdb::IngestExternalFileArg>& files) {
  {
    const MutexLock lock(mutex);
    before_bulk = now_of(*db);
  }
  const Status taken = db->IngestExternalFiles(files);
  const MutexLock lock(mutex);
  before_bulk.reset();
  return kv_checked(taken);
}

Result<void> RocksKv::write_bulk(const KvBatch& batch) {
  WJ_ASSERT(batch.size() <= UINT32_MAX);
  impl_->remove_bulk_folder();
  WJ_CHECK(rocks::make_directories(impl_->bulk_folder()));
  const auto families = impl_->current();
  std::vector<rocks::KvLoad> loads;
  for (std::size_t i = 0; i < impl_->spaces.size(); ++i) {
    loads.push_back({(*families)[static_cast<KvSpace>(i)], impl_->spaces[i], {}, {}});
  }
  for (std::uint32_t i = 0; i < batch.size(); ++i) {
    loads.at(batch.changes()[i].space).changes.push_back(i);
  }
  std::erase_if(loads, [](const rocks::KvLoad& load) { return load.changes.empty(); });
  Result<void> done = rocks::write_kv_files(batch, loads, impl_->bulk_folder(), impl_->options);

  std::vector<rocksdb::IngestExternalFileArg> files;
  for (const rocks::KvLoad& load : loads) {
    auto& each = files.emplace_back();
    each.column_family = load.family;
    each.external_files = load.files;
    each.options.move_files = true;
    each.options.write_global_seqno = false;
  }
  // What was written before is not to be lost when this survives; and what the files replace must not lie in
  // memory above them.
  if (done) done = flush();
  if (done && !files.empty()) done = impl_->take_in(files);
  impl_->remove_bulk_folder();
  return done;
}

Result<void> RocksKv::use_for(KvUse use) {
  const KvUse before = std::exchange(impl_->use, use);
  if (before == use) return {};
  Result<void> kept = impl_->keep_for_use();
  if (!kept) impl_->use = before;
  return kept;
}

std::vector<std::pair<std::string, std::uint64_t>> RocksKv::stats() const {
  const auto families = impl_->current();
  const auto property = [&](rocksdb::ColumnFamilyHandle* family, const std::string& name) {
    std::uint64_t value = 0;
    impl_->db->GetIntProperty(family, name, &value);
    return value;
  };
  std::vector<std::pair<std::string, std::uint64_t>> out{
      {"bytes", 0}, {"write_buffer_bytes", 0}, {"pending_compaction_bytes", 0}, {"files_unmerged", 0}};
  for (std::size_t i = 0; i < impl_->spaces.size(); ++i) {
    auto* family = (*families)[static_cast<KvSpace>(i)];
    const std::uint64_t bytes = property(family, rocksdb::DB::Properties::kLiveSstFilesSize);
    out.emplace_back("bytes_" + impl_->spaces[i].name, bytes);
    out[0].second += bytes;
    out[1].second += property(family, rocksdb::DB::Properties::kCurSizeAllMemTables);
    out[2].second += property(family, rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
    std::string files;
    impl_->db->GetProperty(family, rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0", &files);
    out[3].second += std::strtoull(files.c_str(), nullptr, 10);
  }
  const auto whole = impl_->own_family;
  out.emplace_back("snapshots", property(whole, rocksdb::DB::Properties::kNumSnapshots));
  out.emplace_back("running_flushes", property(whole, rocksdb::DB::Properties::kNumRunningFlushes));
  out.emplace_back("running_compactions", property(whole, rocksdb::DB::Properties::kNumRunningCompactions));
  out.emplace_back("writes_slowed", property(whole, rocksdb::DB::Properties::kActualDelayedWriteRate));
  out.emplace_back("merging_idle", impl_->options.shared->impl().merge_threads->is_idle() ? 1U : 0U);
  out.emplace_back("writes_stopped", property(whole, rocksdb::DB::Properties::kIsWriteStopped));
  return out;
}

}  // namespace wonjang
