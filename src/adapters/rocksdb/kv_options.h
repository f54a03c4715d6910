// How RocksDB is set up for a KvStore. Private to this folder.
#pragma once

#include <rocksdb/db.h>

#include "adapters/rocksdb/rocks_kv.h"

namespace wonjang::rocks {

rocksdb::DBOptions kv_db_options(const RocksKvOptions& options);
rocksdb::ColumnFamilyOptions kv_family_options(const KvSpaceOptions& space, const RocksKvOptions& options);

// A look-up there mostly finds something, so filters pay only above the last level.
inline bool is_filtered_to_the_end(const KvSpaceOptions& space) { return space.often_absent; }

}  // namespace wonjang::rocks
