// How RocksDB is set up for a KvStore. Private to this folder.
#pragma once

#include <rocksdb/db.h>

#include <string>
#include <unordered_map>

#include "adapters/rocksdb/rocks_kv.h"

namespace wonjang::rocks {

rocksdb::DBOptions kv_db_options(const RocksKvOptions& options);
rocksdb::ColumnFamilyOptions kv_family_options(const KvSpaceOptions& space, const RocksKvOptions& options);

// What DB::SetOptions() changes when an open family of `space` is used for something else. The way back gives
// exactly what kv_family_options() says.
std::unordered_map<std::string, std::string> kv_changes_for(KvUse use, const KvSpaceOptions& space,
                                                            const RocksKvOptions& options);

// A look-up there mostly finds something, so filters pay only above the last level.
inline bool is_filtered_to_the_end(const KvSpaceOptions& space) { return space.often_absent; }

}  // namespace wonjang::rocks
