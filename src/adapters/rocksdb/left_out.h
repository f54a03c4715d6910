// What opening a book left out of the end of its log, because it couldn't be read: a line each time in the
// file `left-out` beside the log, written before the log is mended, since afterwards nothing tells of it. It
// stays until a person has looked and takes it away. Private to this folder.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace wonjang::rocks {

std::string left_out_file(const std::string& directory);
// Adds a line, synced. `what`: which file and where. Errors: unavailable.
Result<void> note_left_out(const std::string& directory, std::uint64_t bytes, const std::string& what);
// Of all lines; 0: there is no such file. At least 1 of a file that can't be read.
std::uint64_t left_out_bytes(const std::string& directory);

}  // namespace wonjang::rocks
