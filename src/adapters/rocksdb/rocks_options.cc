#include "adapters/rocksdb/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace wonjang {

namespace {

// Hands RocksDB's warnings on as lines.
class LineLogger final : public rocksdb::Logger {
 public:
  explicit LineLogger(std::function<void(std::string_view)> log)
      : rocksdb::Logger(rocksdb::WARN_LEVEL), log_(std::move(log)) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    if (!log_) return;
    std::array<char, 1024> line;
    const int size = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (size <= 0) return;
    std::string_view text(line.data(), std::min(static_cast<std::size_t>(size), line.size() - 1));
    while (text.ends_with('\n')) text.remove_suffix(1);
    log_(text);
  }

 private:
  const std::function<void(std::string_view)> log_;
};

}  // namespace

RocksShared::RocksShared(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksShared::~RocksShared() = default;

std::shared_ptr<const RocksShared> RocksShared::make(const RocksSharedOptions& options) {
  auto impl = std::make_unique<Impl>();
  rocksdb::LRUCacheOptions cache;
  cache.capacity = options.memory_bytes;
  cache.num_shard_bits = 4;
  // Indexes and filters are `high`: a scan through old blocks must not push out what every look-up needs.
  cache.high_pri_pool_ratio = 0.6;
  impl->cache = rocksdb::NewLRUCache(cache);
  // Charged to the cache: one number bounds both.
  impl->write_buffers =
      std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes, impl->cache);
  impl->logger = std::make_shared<LineLogger>(options.log);
  impl->background_threads = options.background_threads;
  return std::make_shared<const RocksShared>(std::move(impl));
}

namespace rocks {
namespace {

rocksdb::BlockBasedTableOptions table_options(const RocksShared::Impl& shared, std::size_t block_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = shared.cache;
  table.block_size = block_bytes;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  return table;
}

// For families whose every look-up asks every file's filter: kept in memory, and no search in the cache for
// them. At 10 bits a key one look-up in a hundred reads a block of a file for nothing, at 16 one in two
// thousand.
void keep_filters(rocksdb::BlockBasedTableOptions& table, double bits) {
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(bits));
  table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kAll;
}

}  // namespace

rocksdb::DBOptions db_options(const RocksBookOptions& options, const RocksShared::Impl& shared) {
  rocksdb::DBOptions db;
  db.env = shared.env;
  db.create_if_missing = options.create;
  db.create_missing_column_families = true;
  db.paranoid_checks = true;
  db.track_and_verify_wals_in_manifest = true;
  // The strictest mode; rocks_recovery.cc decides what a complaint of it means.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  db.max_total_wal_size = options.wal_bytes_max;
  db.write_buffer_manager = shared.write_buffers;
  db.max_background_jobs = shared.background_threads;
  db.max_file_opening_threads = 2;
  // One writer: nothing to share a memtable insert with.
  db.allow_concurrent_memtable_write = false;
  db.enable_write_thread_adaptive_yield = false;
  // Written out as they grow, so that the sync of a large file doesn't hold up the sync of the log.
  db.bytes_per_sync = kMiB;
  db.wal_bytes_per_sync = 0;  // synced by every append anyway
  db.info_log = shared.logger;
  db.info_log_level = rocksdb::WARN_LEVEL;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const RocksBookOptions& options,
                                            const RocksShared::Impl& shared) {
  rocksdb::ColumnFamilyOptions cf;
  cf.level_compaction_dynamic_level_bytes = true;
  cf.compression = rocksdb::kNoCompression;
  cf.write_buffer_size = options.write_buffer_bytes / 4;
  cf.max_write_buffer_number = 4;
  cf.report_bg_io_stats = false;
  cf.force_consistency_checks = true;
  cf.ttl = 0;
  cf.periodic_compaction_seconds = 0;
  rocksdb::BlockBasedTableOptions table = table_options(shared, 4096);

  switch (family) {
    case Family::log:
      // Written in key order and read in runs: files sink to the last level by a rename, and large blocks
      // compress well. LZ4 leaves 15 % more than zstd's level 1 and costs 1.3 us a payment less, of about 20.
      cf.write_buffer_size = options.write_buffer_bytes;
      cf.compression = rocksdb::kLZ4Compression;
      cf.target_file_size_base = 256 * kMiB;
      cf.max_bytes_for_level_base = 1024 * kMiB;
      table.block_size = 32 * 1024;
      break;
    case Family::streams:
      // "Does this stream exist?" is asked once per new payment, and the answer is no.
      // Comes as whole files, like `keys`: the write buffer is never used.
      cf.compression = rocksdb::kLZ4Compression;
      cf.write_buffer_size = kMiB;
      keep_filters(table, /*bits=*/10);
      break;
    case Family::keys:
      // Random keys that are nearly always absent. Hashes don't compress.
      keep_filters(table, /*bits=*/16);
      table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
      cf.write_buffer_size = kMiB;
      break;
    case Family::alarms:
      // A queue: small buffers, so that the marks of removed alarms are soon compacted away.
      cf.write_buffer_size = 2 * kMiB;
      break;
    case Family::tree:
      break;
    case Family::meta:
      cf.write_buffer_size = kMiB;
      break;
  }
  cf.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return cf;
}

}  // namespace rocks
}  // namespace wonjang
