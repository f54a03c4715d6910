// Files that only the server may read: the pepper of API keys, the key of tokens, the signing key, the first
// operator's key. Mode 0600, written once, synced with their directory. Threads: any; two processes are kept
// apart by the book's lock.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace wonjang {

// Makes the directory (mode 0700) and its parents; what was made is synced. Errors: unavailable.
Result<void> make_private_directory(const std::string& path);

// The `size` random bytes kept in `path`; made at the first call.
// Errors: invalid (group or others may read it, or another size), unavailable.
Result<std::string> load_or_make_secret(const std::string& path, std::size_t size);

// What stands in this file, or which names stand in this directory, outlives a loss of power from here on.
// Errors: unavailable.
Result<void> sync_path(const std::string& path);

// Replaces the file by `text` in one step. Errors: unavailable.
Result<void> write_private_file(const std::string& path, const std::string& text);

}  // namespace wonjang
