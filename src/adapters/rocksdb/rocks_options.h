// How RocksDB is set up for a book: one column family per access pattern. Private to this folder.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_buffer_manager.h>

#include <array>

#include "adapters/rocksdb/merge_threads.h"
#include "adapters/rocksdb/rocks_book.h"

namespace wonjang {

struct RocksShared::Impl {
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
  std::shared_ptr<rocksdb::Logger> logger;
  rocksdb::Env* env = rocksdb::Env::Default();  // a test's own makes files fail
  int background_threads = 2;
  std::shared_ptr<rocks::MergeThreads> merge_threads = rocks::MergeThreads::of_process();
};

namespace rocks {

constexpr std::size_t kMiB = 1U << 20U;

// In the order of their creation: whoever has `meta` has them all.
enum class Family : std::uint8_t { log, streams, keys, alarms, tree, meta };
inline constexpr std::array<const char*, 6> kFamilyNames{"log", "streams", "keys", "alarms", "tree", "meta"};

rocksdb::DBOptions db_options(const RocksBookOptions& options, const RocksShared::Impl& shared);
rocksdb::ColumnFamilyOptions family_options(Family family, const RocksBookOptions& options,
                                            const RocksShared::Impl& shared);

}  // namespace rocks
}  // namespace wonjang
