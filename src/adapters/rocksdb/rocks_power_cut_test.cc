// "Durable (synced) before the answer" was true and untested: a killed process leaves its page cache behind,
// so no test turned red without the sync. Here the power goes: of the log only what was synced is left.
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>

#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "adapters/rocksdb/rocks_options.h"
#include "adapters/rocksdb/rocks_test_books.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

using namespace rocks_test;

// How many bytes of each log were synced.
class SyncedSizes {
 public:
  void note(const std::string& name, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    sizes_[name] = size;
  }
  std::uint64_t of(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(name);
    return found == sizes_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> sizes_;  // by file name
};

class WatchedLog final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WatchedLog(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::string name, SyncedSizes& synced)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), synced_(synced) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* context) override {
    size_ += data.size();
    return FSWritableFileOwnerWrapper::Append(data, options, context);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& check,
                           rocksdb::IODebugContext* context) override {
    size_ += data.size();
    return FSWritableFileOwnerWrapper::Append(data, options, check, context);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Sync(options, context));
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Fsync(options, context));
  }

 private:
  rocksdb::IOStatus noted(rocksdb::IOStatus status) {
    if (status.ok()) synced_.note(name_, size_);
    return status;
  }
  const std::string name_;
  SyncedSizes& synced_;
  std::uint64_t size_ = 0;
};

class WatchedDisk final : public rocksdb::FileSystemWrapper {
 public:
  WatchedDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "WatchedDisk"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override {
    auto status = FileSystemWrapper::NewWritableFile(name, options, file, context);
    if (status.ok() && name.ends_with(".log"))
      *file = std::make_unique<WatchedLog>(std::move(*file), fs::path(name).filename(), synced_);
    return status;
  }
  const SyncedSizes& synced() const { return synced_; }

 private:
  SyncedSizes synced_;
};

class PowerCut : public testing::Test {
 protected:
  // As the service opens it, but for what `change` does.
  Result<std::unique_ptr<RocksBook>> open(const std::function<void(RocksBookOptions&)>& change = {}) {
    auto shared = std::make_unique<RocksShared::Impl>();
    shared->cache = rocksdb::NewLRUCache(32U << 20U);
    shared->env = env_.get();
    RocksBookOptions options;
    options.directory = folder_ / "book";
    options.free_bytes_min = 0;
    options.note_idle_us = 0;  // its files are copied while it is open
    if (change) change(options);
    return RocksBook::open(options, std::make_shared<const RocksShared>(std::move(shared)));
  }

  // What is left of the open book's files when the power goes now.
  std::string after_a_power_cut(const std::string& name) {
    const auto directory = folder_ / name;
    fs::copy(folder_ / "book", directory);
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().extension() != ".log") continue;
      const auto synced = disk_->synced().of(entry.path().filename());
      if (synced < entry.file_size()) fs::resize_file(entry.path(), synced);
    }
    return directory;
  }

  TempDir folder_{TempDir::Kind::quick};
  std::shared_ptr<WatchedDisk> disk_ = std::make_shared<WatchedDisk>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
};

TEST_F(PowerCut, every_acknowledged_append_is_synced_before_the_answer) {
  const auto book = open();
  ASSERT_TRUE(book) << book.error().message;
  for (std::uint64_t n = 0; n < 8; ++n) {
    ASSERT_TRUE(append_nth(**book, n));
    const auto left = open_book(after_a_power_cut("after-" + std::to_string(n)));
    ASSERT_TRUE(left) << left.error().message;
    expect_units(**left, n + 1);
  }
}

// The alarm rings: without the sync nothing of them is left.
TEST_F(PowerCut, an_append_that_isnt_synced_is_lost_here) {
  const auto book = open([](RocksBookOptions& options) { options.sync = false; });
  ASSERT_TRUE(book) << book.error().message;
  for (std::uint64_t n = 0; n < 8; ++n) ASSERT_TRUE(append_nth(**book, n));
  const auto left = open_book(after_a_power_cut("after"));
  ASSERT_TRUE(left) << left.error().message;
  EXPECT_LT((*left)->tail(), 8U);
}

}  // namespace
}  // namespace wonjang
