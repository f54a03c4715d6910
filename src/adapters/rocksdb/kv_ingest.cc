#include "adapters/rocksdb/kv_ingest.h"

#include <rocksdb/sst_file_writer.h>

#include <atomic>
#include <thread>

#include "adapters/rocksdb/kv_options.h"
#include "adapters/rocksdb/kv_status.h"
#include "base/mutex.h"

namespace wonjang::rocks {
namespace {

constexpr std::size_t kThreads = 2;

// The files of one space.
class SpaceWriter {
 public:
  SpaceWriter(KvLoad& load, const std::string& prefix, const RocksKvOptions& options)
      : load_(load),
        prefix_(prefix),
        file_bytes_(options.ingest_file_bytes),
        writer_(rocksdb::EnvOptions(),
                rocksdb::Options(kv_db_options(options), kv_family_options(load.space, options)), load.family,
                /*invalidate_page_cache=*/true, rocksdb::Env::IOPriority::IO_TOTAL,
                /*skip_filters=*/!is_filtered_to_the_end(load.space)) {}

  Result<void> add(std::string_view key, std::string_view value) {
    if (rows_ > 0 && key <= last_key_) {
      return invalid("the rows for the space " + load_.space.name +
                     " don't come in rising key order, after row " + std::to_string(rows_));
    }
    if (is_open_ && writer_.FileSize() >= file_bytes_) WJ_CHECK(finish());
    if (!is_open_) WJ_CHECK(begin());
    WJ_CHECK(kv_checked(writer_.Put(key, value)));
    last_key_ = key;
    ++rows_;
    return {};
  }

  Result<void> finish() {
    if (!is_open_) return {};
    is_open_ = false;
    return kv_checked(writer_.Finish());
  }

 private:
  Result<void> begin() {
    load_.files.push_back(prefix_ + std::to_string(load_.files.size()) + ".sst");
    WJ_CHECK(kv_checked(writer_.Open(load_.files.back())));
    is_open_ = true;
    return {};
  }

  KvLoad& load_;
  const std::string prefix_;
  const std::size_t file_bytes_;
  rocksdb::SstFileWriter writer_;
  bool is_open_ = false;
  std::string last_key_;
  std::uint64_t rows_ = 0;
};

// What the sources run into: the first error ends them all.
class FirstError {
 public:
  void set(const Error& error) {
    const MutexLock lock(mutex_);
    if (!error_) error_ = error;
    is_set_ = true;
  }
  bool is_set() const { return is_set_; }
  Result<void> result() const {
    const MutexLock lock(mutex_);
    return error_ ? Result<void>(*error_) : Result<void>();
  }

 private:
  mutable Mutex mutex_;
  std::optional<Error> error_ WJ_GUARDED_BY(mutex_);
  std::atomic<bool> is_set_ = false;
};

void run_source(KvLoad& load, const std::string& prefix, const RocksKvOptions& options, FirstError& first) {
  SpaceWriter writer(load, prefix, options);
  const auto emit = [&](std::string_view key, std::string_view value) -> Result<void> {
    if (first.is_set()) return first.result();
    const Result<void> added = writer.add(key, value);
    if (!added) first.set(added.error());  // also when the source doesn't listen
    return added;
  };
  const Result<void> done = (*load.source)(emit);
  if (!done) return first.set(done.error());
  if (first.is_set()) return;
  const Result<void> finished = writer.finish();
  if (!finished) first.set(finished.error());
}

}  // namespace

Result<void> write_kv_files(std::vector<KvLoad>& loads, const std::string& folder,
                            const RocksKvOptions& options) {
  FirstError first;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < loads.size() && !first.is_set(); i = next++) {
      run_source(loads[i], folder + "/" + std::to_string(i) + "-", options, first);
    }
  };
  std::vector<std::thread> helpers;
  for (std::size_t i = 1; i < std::min(kThreads, loads.size()); ++i) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  return first.result();
}

}  // namespace wonjang::rocks
