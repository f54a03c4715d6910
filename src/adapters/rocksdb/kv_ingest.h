// KvIngest: the files that a bulk load of empty spaces puts into the store. Private to this folder.
// Threads: one owner; files of different spaces may be written at the same time.
#pragma once

#include <rocksdb/db.h>

#include "adapters/rocksdb/rocks_kv.h"

namespace wonjang::rocks {

// One space to fill.
struct KvLoad {
  rocksdb::ColumnFamilyHandle* family = nullptr;
  KvSpaceOptions space;
  const KvSource* source = nullptr;
  std::vector<std::string> files;  // written so far, in the order of their keys
};

// Runs the sources, up to two at a time, and writes `files` of each load into `folder`, synced.
// Errors: invalid (keys don't rise), unavailable, corrupt, and those of the sources.
Result<void> write_kv_files(std::vector<KvLoad>& loads, const std::string& folder,
                            const RocksKvOptions& options);

}  // namespace wonjang::rocks
