#include "adapters/rocksdb/store.h"

#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>

#include "adapters/rocksdb/directories.h"
#include "adapters/rocksdb/left_out.h"
#include "adapters/rocksdb/rocks_status.h"
#include "adapters/rocksdb/tail_note.h"
#include "adapters/rocksdb/wal_scan.h"

namespace wonjang::rocks {

using rocksdb::PinnableSlice;
using rocksdb::Status;

// RocksDB begins to merge a family at 4 files and slows the writer at 20.
constexpr MergeBacklog kMergeBacklog{.behind = 12, .caught_up = 6};

// RocksDB refuses writes after an error of its background work, and goes on by itself once a full disk has
// space again. To know of it before the write is what makes the refusal "nothing was written". Any other
// error stays until the book is opened again, whatever RocksDB thinks of it later.
class BackgroundErrors final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, Status* status) override {
    const MutexLock lock(mutex_);
    if (!error_ || passes()) error_ = background_error(*status);
  }
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override {
    if (!info.new_bg_error.ok()) return;
    const MutexLock lock(mutex_);
    if (error_ && passes()) error_.reset();
  }
  std::optional<Error> error() const {
    const MutexLock lock(mutex_);
    return error_;
  }

 private:
  bool passes() const WJ_REQUIRES(mutex_) { return error_->kind == ErrorKind::unavailable; }

  mutable Mutex mutex_;
  std::optional<Error> error_ WJ_GUARDED_BY(mutex_);
};

Error contradiction(const std::string& what) { return corrupt("the book contradicts itself: " + what); }

Error unreadable_unit(Position at) {
  return contradiction("the unit at position " + std::to_string(at) + " can't be read");
}

std::string end_of_keys() { return std::string(32, '\xff'); }

Range::Range(const Store& store, Family family, std::string from, std::string until, bool fill_cache,
             const rocksdb::Snapshot* snapshot)
    : from_(std::move(from)), until_(std::move(until)), lower_(from_), upper_(until_) {
  rocksdb::ReadOptions read;
  read.iterate_lower_bound = &lower_;
  read.iterate_upper_bound = &upper_;
  read.fill_cache = fill_cache;
  read.snapshot = snapshot;
  it_.reset(store.db().NewIterator(read, store.family(family)));
}

Result<void> Range::finish() const {
  if (!it_->status().ok()) return to_error(it_->status(), Doing::reading);
  return {};
}

Store::Store(const RocksBookOptions& options, std::shared_ptr<const RocksShared> shared)
    : options_(options), shared_(std::move(shared)), background_(std::make_shared<BackgroundErrors>()) {}

Store::~Store() { close_files(); }

void Store::close_files() {
  if (merges_) merges_->expect_close();
  // RocksDB asserts that no handle outlives it.
  for (auto* family : families_) db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  families_.clear();
  if (db_) db_->Close().PermitUncheckedError();
  db_.reset();
  merges_.reset();
}

Result<std::unique_ptr<Store>> Store::open(const RocksBookOptions& options,
                                           std::shared_ptr<const RocksShared> shared) {
  std::unique_ptr<Store> store(new Store(options, std::move(shared)));
  std::error_code error;
  const bool exists = std::filesystem::exists(options.directory + "/CURRENT", error);
  if (error) return unavailable("look into " + options.directory + ": " + error.message());
  if (!exists && !options.create) return not_found("there is no book in " + options.directory);
  if (!exists) WJ_CHECK(make_directories(options.directory));
  WJ_CHECK(store->open_or_mend());
  WJ_CHECK(store->check_format());
  return store;
}

Status Store::open_files(rocksdb::WALRecoveryMode mode, Access access) {
  auto db_options = rocks::db_options(options_, shared_->impl());
  db_options.wal_recovery_mode = mode;
  db_options.listeners.push_back(background_);
  merges_ = std::make_shared<MergeWatch>(shared_->impl().merge_threads, kMergeBacklog);
  db_options.listeners.push_back(merges_);

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < kFamilyNames.size(); ++i) {
    descriptors.emplace_back(kFamilyNames[i],
                             family_options(static_cast<Family>(i), options_, shared_->impl()));
  }
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());

  rocksdb::DB* db = nullptr;
  Status status =
      access == Access::looking
          ? rocksdb::DB::OpenForReadOnly(db_options, options_.directory, descriptors, &families_, &db)
          : rocksdb::DB::Open(db_options, options_.directory, descriptors, &families_, &db);
  db_.reset(db);
  return status;
}

// The strictest recovery first. When it complains, the log may end in a write that a power cut tore; that
// write was never acknowledged, and only then is the rest opened without it.
Result<void> Store::open_or_mend() {
  std::vector<std::string> names;
  if (rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), options_.directory, &names).ok()) {
    for (const std::string& name : names) {
      const bool known = name == rocksdb::kDefaultColumnFamilyName ||
                         std::find(kFamilyNames.begin(), kFamilyNames.end(), name) != kFamilyNames.end();
      if (!known) return invalid("a newer program made this book (it has " + name + "): use that one");
    }
    was_whole_ = names.size() == kFamilyNames.size() + 1;
  }

  Status status = open_files(rocksdb::WALRecoveryMode::kAbsoluteConsistency, Access::writing);
  if (status.IsCorruption()) {
    WJ_TRY(const WalFindings findings, scan_wal(options_.directory));
    if (!findings.damage.empty()) return corrupt("the book's log is damaged: " + findings.damage);
    if (!findings.torn_tail) return to_error(status, Doing::opening);
    WJ_CHECK(expect_nothing_lost());
    WJ_CHECK(note_left_out(options_.directory, findings.torn_bytes, findings.torn));
    rocksdb::Warn(shared_->impl().logger,
                  "%s: the last record of the log is torn and left out, as after a power cut: %s",
                  options_.directory.c_str(), findings.torn.c_str());
    status = open_files(rocksdb::WALRecoveryMode::kPointInTimeRecovery, Access::writing);
  }
  if (!status.ok()) return to_error(status, Doing::opening);
  dropped_bytes_ = left_out_bytes(options_.directory);
  return {};
}

// Was the torn record acknowledged? Looked at before anything is mended, so that its bytes stay in the log.
Result<void> Store::expect_nothing_lost() {
  const auto note = read_tail_note(options_.directory);
  if (!note || !*note || !was_whole_) return {};  // what opening says of it comes later
  const Status status = open_files(rocksdb::WALRecoveryMode::kPointInTimeRecovery, Access::looking);
  if (!status.ok()) return to_error(status, Doing::opening);
  const auto head = find_head();
  close_files();
  if (!head) return head.error();
  return check_tail_note(options_.directory, head->tail);
}

Result<void> Store::check_format() {
  PinnableSlice value;
  WJ_TRY(const bool found, get(Family::meta, "format", value));
  if (found) {
    const auto format = decode_format(value.ToStringView());
    if (!format) return contradiction("its format marker can't be read");
    if (*format > kFormat) {
      return invalid("a newer program made this book (format " + std::to_string(*format) +
                     ", this program knows " + std::to_string(kFormat) + "): use that one");
    }
    if (!was_whole_) return contradiction("a column family is missing");
    format_ = *format;
    return {};
  }
  const Range log(*this, Family::log, "", end_of_keys());
  log->SeekToFirst();
  WJ_CHECK(log.finish());
  if (log->Valid()) return contradiction("it has events but no format marker");
  return mark(0);
}

// Format 1 had the rows of every unit in its families.
Result<void> Store::upgrade(Position tail) {
  if (format_ == kFormat) return {};
  WJ_CHECK(mark(tail));
  format_ = kFormat;
  return {};
}

// Whatever happened to a marker that failed, opening again starts from there.
Result<void> Store::mark(Position indexed) {
  rocksdb::WriteBatch rows;
  auto status = rows.Put(family(Family::meta), "format", encode_format(kFormat));
  if (status.ok()) status = rows.Put(family(Family::meta), kIndexedKey, encode_indexed(indexed));
  rocksdb::WriteOptions write;
  write.sync = options_.sync;
  if (status.ok()) status = db_->Write(write, &rows);
  if (!status.ok()) return to_error(status, Doing::opening);
  return {};
}

rocksdb::Options Store::file_options(Family which) const {
  return {db_options(options_, shared_->impl()), family_options(which, options_, shared_->impl())};
}

Result<bool> Store::get(Family which, const std::string& key, PinnableSlice& value) const {
  value.Reset();
  const Status status = db_->Get(rocksdb::ReadOptions(), family(which), key, &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return to_error(status, Doing::reading);
  return true;
}

std::optional<Error> Store::refusal() const { return background_->error(); }

Result<HeadEntry> Store::find_head() const {
  Position tail = 0;
  const Range log(*this, Family::log, "", end_of_keys());
  log->SeekToLast();
  WJ_CHECK(log.finish());
  if (log->Valid()) {
    const auto first = decode_log_key(log->key().ToStringView());
    if (!first) return contradiction("the last key of the log can't be read");
    const auto unit = decode_unit(*first, log->value().ToStringView(), Replies::left_out);
    if (!unit) return unreadable_unit(*first);
    tail = unit->next();
  }

  PinnableSlice value;
  WJ_TRY(const bool found, get(Family::meta, "head", value));
  if (!found && tail == 0) return HeadEntry{};
  if (!found) return contradiction("it has events but no head record");
  auto head = decode_head(value.ToStringView());
  if (!head) return contradiction("its head record can't be read");
  if (head->tail != tail) {
    return contradiction("its events end at " + std::to_string(tail) + ", its head record says " +
                         std::to_string(head->tail));
  }
  return *std::move(head);
}

}  // namespace wonjang::rocks
