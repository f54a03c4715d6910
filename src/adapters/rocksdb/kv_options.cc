#include "adapters/rocksdb/kv_options.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "adapters/rocksdb/rocks_options.h"

namespace wonjang::rocks {
namespace {

// How many bulk writes lie beside each other before a store that is filled merges them. What is merged is the
// whole space, so this is the number of times that everything is written again; and each look-up of a key
// that isn't there asks as many filters, so spaces with such look-ups (they are small) keep fewer.
// With batches as large as a rebuild's, 128 are some nine million payments: fewer are merged once, at the
// end.
constexpr int kFilesWhileFilling = 128;
constexpr int kFilteredFilesWhileFilling = 32;

rocksdb::BlockBasedTableOptions table_options(const KvSpaceOptions& space,
                                              const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Runs want large blocks; a single row is dearer the more of its neighbours are unpacked with it.
  table.block_size = space.compress ? 16 * 1024 : 4 * 1024;
  if (!space.compress) table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  return table;
}

}  // namespace

rocksdb::DBOptions kv_db_options(const RocksKvOptions& options) {
  const RocksShared::Impl& shared = options.shared->impl();
  rocksdb::DBOptions db;
  db.env = shared.env;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.paranoid_checks = true;
  // Without a log, this is what keeps the families at one batch: they are flushed together, and the manifest
  // takes all the new files or none.
  db.atomic_flush = true;
  db.avoid_flush_during_shutdown = !options.flush_on_close;
  // Of its own, so that a flush begins by what these families hold together, however many there are, and the
  // books' buffers don't begin it; charged to the same cache, so that one number still bounds the memory.
  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes, shared.cache);
  db.max_background_jobs = shared.background_threads;
  db.max_file_opening_threads = 2;
  // One writer: nothing to share a memtable insert with.
  db.allow_concurrent_memtable_write = false;
  db.enable_write_thread_adaptive_yield = false;
  db.bytes_per_sync = kMiB;
  db.info_log = shared.logger;
  db.info_log_level = rocksdb::WARN_LEVEL;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ColumnFamilyOptions kv_family_options(const KvSpaceOptions& space, const RocksKvOptions& options) {
  rocksdb::ColumnFamilyOptions cf;
  // Most spaces are written at random places. Merged by levels, each new file of theirs rewrites a large part
  // of the level below, and at ten million payments merging took more of the processors than folding. Merged
  // by likeness of size (size-tiered), a key is written again only when what it lies in has about doubled: a
  // third to a half of the work, and no more sorted runs for a reader. The price is room: a merge of all
  // needs as much again while it runs.
  cf.compaction_style = rocksdb::kCompactionStyleUniversal;
  cf.report_bg_io_stats = false;
  cf.ttl = 0;
  cf.periodic_compaction_seconds = 0;

  // The sum over all families begins a flush, not one of them: a family's own bound is out of reach. Small
  // steps of the arena, since a family of one row takes a step too.
  cf.write_buffer_size = options.write_buffer_bytes;
  cf.arena_block_size = 128U << 10U;
  cf.max_write_buffer_number = 4;
  // A batch comes in the order of its keys (rocks_kv.cc): an insert begins to look for its place where the
  // last one found its own, one hint for all keys, instead of at the top of the list.
  cf.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(0));

  // Each flush gives every family a file, of some MB where it is busy and of one block where it holds a
  // position. So many sorted runs are what a reader looks through at most while merging keeps up; no family
  // shall stop the writer for its count.
  cf.level0_file_num_compaction_trigger = 6;
  // A store that was filled (below) is opened with all the files it has.
  cf.level0_slowdown_writes_trigger = 2 * kFilesWhileFilling;
  cf.level0_stop_writes_trigger = 3 * kFilesWhileFilling;
  cf.target_file_size_base = 32 * kMiB;

  cf.compression = rocksdb::kLZ4Compression;
  if (space.compress) {
    cf.bottommost_compression = rocksdb::kZSTD;
    cf.bottommost_compression_opts.enabled = true;
    cf.bottommost_compression_opts.level = 1;
  }
  cf.optimize_filters_for_hits = !is_filtered_to_the_end(space);
  if (space.often_absent) {
    cf.memtable_prefix_bloom_size_ratio = 0.02;
    cf.memtable_whole_key_filtering = true;
  }
  cf.table_factory.reset(
      rocksdb::NewBlockBasedTableFactory(table_options(space, options.shared->impl().cache)));
  return cf;
}

namespace {

// Many files beside each other before they are merged, packed by the quick algorithm: no byte is written
// often, and none is packed tightly that is packed again soon.
void keep_for_filling(rocksdb::ColumnFamilyOptions& cf, const KvSpaceOptions& space) {
  cf.level0_file_num_compaction_trigger =
      space.often_absent ? kFilteredFilesWhileFilling : kFilesWhileFilling;
  cf.target_file_size_base = 128 * kMiB;
  cf.bottommost_compression = rocksdb::kDisableCompressionOption;
  // No debt slows the writer.
  cf.soft_pending_compaction_bytes_limit = 0;
  cf.hard_pending_compaction_bytes_limit = 0;
}

// As SetOptions() spells those that are used here.
const char* name_of(rocksdb::CompressionType type) {
  return type == rocksdb::kZSTD ? "kZSTD" : "kDisableCompressionOption";
}

}  // namespace

std::unordered_map<std::string, std::string> kv_changes_for(KvUse use, const KvSpaceOptions& space,
                                                            const RocksKvOptions& options) {
  rocksdb::ColumnFamilyOptions cf = kv_family_options(space, options);
  if (use == KvUse::filling) keep_for_filling(cf, space);
  return {{"level0_file_num_compaction_trigger", std::to_string(cf.level0_file_num_compaction_trigger)},
          {"target_file_size_base", std::to_string(cf.target_file_size_base)},
          {"bottommost_compression", name_of(cf.bottommost_compression)},
          {"soft_pending_compaction_bytes_limit", std::to_string(cf.soft_pending_compaction_bytes_limit)},
          {"hard_pending_compaction_bytes_limit", std::to_string(cf.hard_pending_compaction_bytes_limit)}};
}

}  // namespace wonjang::rocks
