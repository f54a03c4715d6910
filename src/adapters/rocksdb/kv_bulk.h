// KvBulk: the table files that a large batch becomes. Private to this folder.
// Threads: one owner; it makes a second thread for the time of a call.
#pragma once

#include <rocksdb/db.h>

#include "adapters/rocksdb/rocks_kv.h"

namespace wonjang::rocks {

// The part of a batch that goes to one space.
struct KvLoad {
  rocksdb::ColumnFamilyHandle* family = nullptr;
  KvSpaceOptions space;
  std::vector<std::uint32_t> changes;  // of the batch, in its order
  std::vector<std::string> files;      // written so far, in the order of their keys
};

// Sorts the changes of each load, of those to one key the last one stays, and writes `files` of each into
// `folder`, synced. REQUIRES: at most 2^32 changes. Errors: unavailable, corrupt.
Result<void> write_kv_files(const KvBatch& batch, std::vector<KvLoad>& loads, const std::string& folder,
                            const RocksKvOptions& options);

}  // namespace wonjang::rocks
