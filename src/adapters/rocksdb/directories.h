// Directories and small files that are still there after a power cut.
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wonjang::rocks {

// Makes `path` and what is missing above it, each entry synced. Errors: unavailable.
Result<void> make_directories(const std::string& path);

// Syncs the entry of `path` in its parent. Errors: unavailable.
Result<void> sync_entry(const std::string& path);

// Writes `text` into a file, which is made where it is missing, and syncs it (not its entry): O_TRUNC in
// place of what it has, O_APPEND behind that. Errors: unavailable.
Result<void> write_synced(const std::string& file, int mode, std::string_view text);

// Bytes that an ordinary user may still write there; the largest number when that can't be told.
std::uint64_t free_bytes(const std::string& path);

}  // namespace wonjang::rocks
