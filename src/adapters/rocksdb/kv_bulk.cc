#include "adapters/rocksdb/kv_bulk.h"

#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "adapters/rocksdb/kv_options.h"
#include "adapters/rocksdb/kv_status.h"
#include "base/mutex.h"

namespace wonjang::rocks {
namespace {

constexpr std::size_t kThreads = 2;

// Most comparisons end in the first 16 bytes of the key, which are kept as numbers.
struct Place {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::uint32_t change = 0;
};

std::uint64_t bytes_at(std::string_view key, std::size_t from) {
  std::uint64_t bytes = 0;
  for (std::size_t i = from; i < from + 8; ++i) {
    bytes = bytes << 8U | (i < key.size() ? static_cast<std::uint8_t>(key[i]) : 0U);
  }
  return bytes;
}

std::vector<Place> sorted(const KvBatch& batch, const std::vector<std::uint32_t>& changes) {
  std::vector<Place> places;
  places.reserve(changes.size());
  for (const std::uint32_t change : changes) {
    const std::string_view key = batch.key(batch.changes()[change]);
    places.push_back({bytes_at(key, 0), bytes_at(key, 8), change});
  }
  std::sort(places.begin(), places.end(), [&batch](const Place& a, const Place& b) {
    if (a.first != b.first) return a.first < b.first;
    if (a.second != b.second) return a.second < b.second;
    // The numbers don't tell "a" from "a\0".
    const int order = batch.key(batch.changes()[a.change]).compare(batch.key(batch.changes()[b.change]));
    return order != 0 ? order < 0 : a.change < b.change;
  });
  return places;
}

rocksdb::Options file_options(const KvSpaceOptions& space, const RocksKvOptions& options) {
  auto family = kv_family_options(space, options);
  // Compaction packs tighter what stays: here it would hold up the writer.
  family.bottommost_compression = rocksdb::kDisableCompressionOption;
  return {kv_db_options(options), family};
}

// The files of one space.
class SpaceWriter {
 public:
  SpaceWriter(KvLoad& load, const std::string& prefix, const RocksKvOptions& options)
      : load_(load),
        prefix_(prefix),
        file_bytes_(options.bulk_file_bytes),
        writer_(rocksdb::EnvOptions(), file_options(load.space, options), load.family,
                /*invalidate_page_cache=*/false, rocksdb::Env::IOPriority::IO_TOTAL,
                /*skip_filters=*/false) {}

  Result<void> add(const KvBatch& batch, const KvBatch::Change& change) {
    if (is_open_ && writer_.FileSize() >= file_bytes_) WJ_CHECK(finish());
    if (!is_open_) WJ_CHECK(begin());
    return kv_checked(change.removed ? writer_.Delete(batch.key(change))
                                     : writer_.Put(batch.key(change), batch.value(change)));
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
};

bool is_last_of_its_key(const KvBatch& batch, const std::vector<Place>& places, std::size_t i) {
  if (i + 1 == places.size()) return true;
  const Place& next = places[i + 1];
  if (places[i].first != next.first || places[i].second != next.second) return true;
  return batch.key(batch.changes()[places[i].change]) != batch.key(batch.changes()[next.change]);
}

// In order of keys the batch is read all over its hundreds of MB: the processor is told early where it goes
// next, first for the change and, once that is here, for its bytes.
void fetch_ahead(const KvBatch& batch, const std::vector<Place>& places, std::size_t i) {
  constexpr std::size_t kChange = 16, kBytes = 8;
  if (i + kChange < places.size()) __builtin_prefetch(&batch.changes()[places[i + kChange].change]);
  if (i + kBytes >= places.size()) return;
  const KvBatch::Change& soon = batch.changes()[places[i + kBytes].change];
  const char* bytes = batch.key(soon).data();
  __builtin_prefetch(bytes);
  __builtin_prefetch(bytes + soon.key_size + soon.value_size);
}

Result<void> write_load(const KvBatch& batch, KvLoad& load, const std::string& prefix,
                        const RocksKvOptions& options) {
  SpaceWriter writer(load, prefix, options);
  const std::vector<Place> places = sorted(batch, load.changes);
  for (std::size_t i = 0; i < places.size(); ++i) {
    fetch_ahead(batch, places, i);
    const KvBatch::Change& change = batch.changes()[places[i].change];
    if (is_last_of_its_key(batch, places, i)) WJ_CHECK(writer.add(batch, change));
  }
  return writer.finish();
}

// The first error ends both threads' work.
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

}  // namespace

Result<void> write_kv_files(const KvBatch& batch, std::vector<KvLoad>& loads, const std::string& folder,
                            const RocksKvOptions& options) {
  // The longest first, so that the threads end at about the same time.
  std::sort(loads.begin(), loads.end(),
            [](const KvLoad& a, const KvLoad& b) { return a.changes.size() > b.changes.size(); });
  FirstError first;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < loads.size() && !first.is_set(); i = next++) {
      const auto written = write_load(batch, loads[i], folder + "/" + std::to_string(i) + "-", options);
      if (!written) first.set(written.error());
    }
  };
  std::vector<std::thread> helpers;
  for (std::size_t i = 1; i < std::min(kThreads, loads.size()); ++i) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  return first.result();
}

}  // namespace wonjang::rocks
