// What a RocksDB status means to the caller of a KvStore.
// Threads: any.
#pragma once

#include "base/result.h"

namespace rocksdb {
class Status;
}

namespace wonjang::rocks {

// Without a log, RocksDB refuses a batch before it touches memory: `unavailable` wrote nothing. A failure
// that RocksDB doesn't get over by itself is `corrupt`: the store has to be opened again, and falls back to
// its last flush. REQUIRES: !status.ok()
Error kv_error(const rocksdb::Status& status);

// Nothing, or kv_error().
Result<void> kv_checked(const rocksdb::Status& status);

}  // namespace wonjang::rocks
