// to_error: what a RocksDB status means to the caller of a Book.
// Threads: any.
#pragma once

#include "base/result.h"

namespace rocksdb {
class Status;
}

namespace wonjang::rocks {

enum class Doing : std::uint8_t {
  opening,
  reading,  // also the look-ups before a write: nothing was written
  writing,  // the write-ahead log was touched: whatever isn't corrupt is in doubt
};

// REQUIRES: !status.ok()
Error to_error(const rocksdb::Status& status, Doing doing);

// What an error of RocksDB's flushes and compactions means to the next append, before it touched anything:
// `unavailable` for a full disk, which RocksDB gets over by itself; else `in_doubt` or `corrupt`, since no
// append will succeed until the book is opened again. REQUIRES: !status.ok()
Error background_error(const rocksdb::Status& status);

}  // namespace wonjang::rocks
