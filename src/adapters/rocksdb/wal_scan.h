// scan_wal: what is wrong with a write-ahead log that RocksDB refused. Appends are synced one after the
// other, so a power cut can tear only the last of them: bytes that make no sense are a torn tail when they
// are in the newest log file and no record begins after them. Anything else was acknowledged, and is damage.
//
// Reads RocksDB's log file format (its docs: 32 KiB blocks of {masked crc32c, length, type, payload}); a
// record is one fragment of type full, or first, middle ..., last. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wonjang::rocks {

struct WalFindings {
  std::string damage;      // file and offset; empty: none
  bool torn_tail = false;  // of the newest file that has any bytes
  std::string torn;        // which file, where and how much
  std::uint64_t torn_bytes = 0;
};

// Errors: unavailable (a file can't be read).
Result<WalFindings> scan_wal(const std::string& directory);

// One file's content. `bad_at` is where the first bytes are that make no sense.
struct WalFileFindings {
  bool bad = false;
  std::size_t bad_at = 0;
  bool record_after = false;  // another record begins after the bad bytes
};
WalFileFindings scan_wal_bytes(std::string_view bytes);

}  // namespace wonjang::rocks
