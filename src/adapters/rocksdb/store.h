// Store: the files of one book, open. Finds out at opening whether they are whole. Private to this folder.
// Threads: any, but for db().Write: one writer.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/rocksdb/rocks_book.h"
#include "adapters/rocksdb/rocks_codec.h"
#include "adapters/rocksdb/rocks_options.h"
#include "base/mutex.h"

namespace wonjang::rocks {

class BackgroundErrors;
class MergeWatch;

class Store {
 public:
  // Errors as RocksBook::open.
  static Result<std::unique_ptr<Store>> open(const RocksBookOptions& options,
                                             std::shared_ptr<const RocksShared> shared);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family which) const {
    return families_[static_cast<std::size_t>(which)];
  }
  const RocksBookOptions& options() const { return options_; }
  // For files that are made outside of it.
  rocksdb::Options file_options(Family which) const;

  // True and the value, or false. Errors: unavailable, corrupt.
  Result<bool> get(Family which, const std::string& key, rocksdb::PinnableSlice& value) const;

  // Why RocksDB would refuse the next write before it touched anything, if it would; of the kinds of
  // background_error().
  std::optional<Error> refusal() const;

  // Bytes at the log's end that an opening found torn and left out, as long as left_out.h keeps word of it.
  std::uint64_t dropped_bytes() const { return dropped_bytes_; }

  // A book of an older format becomes one of this program's. REQUIRES: tail is that of find_head()
  // Errors as RocksBook::open.
  Result<void> upgrade(Position tail);

  // By the log's last unit, which the head record has to agree with.
  Result<HeadEntry> find_head() const;

 private:
  enum class Access : std::uint8_t { looking, writing };

  Store(const RocksBookOptions& options, std::shared_ptr<const RocksShared> shared);
  rocksdb::Status open_files(rocksdb::WALRecoveryMode mode, Access access);
  void close_files();
  Result<void> open_or_mend();
  Result<void> expect_nothing_lost();
  Result<void> check_format();
  Result<void> mark(Position indexed);

  RocksBookOptions options_;
  std::shared_ptr<const RocksShared> shared_;
  std::shared_ptr<BackgroundErrors> background_;
  std::shared_ptr<MergeWatch> merges_;  // of the files that are open
  std::uint8_t format_ = kFormat;
  bool was_whole_ = false;  // every family was there before opening
  std::uint64_t dropped_bytes_ = 0;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // in the order of Family, then RocksDB's default one
};

// An iterator over the keys in [from, until). Its bounds live as long as it does.
class Range {
 public:
  Range(const Store& store, Family family, std::string from, std::string until, bool fill_cache = true,
        const rocksdb::Snapshot* snapshot = nullptr);
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;

  rocksdb::Iterator* operator->() const { return it_.get(); }
  // An error that ended the iteration. Errors: unavailable, corrupt.
  Result<void> finish() const;

 private:
  std::string from_, until_;
  rocksdb::Slice lower_, upper_;
  std::unique_ptr<rocksdb::Iterator> it_;
};

// Behind every key of every family.
std::string end_of_keys();

Error contradiction(const std::string& what);
Error unreadable_unit(Position at);

}  // namespace wonjang::rocks
