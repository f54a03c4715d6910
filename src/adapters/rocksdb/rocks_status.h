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

}  // namespace wonjang::rocks
