// The file `layout`: how many books a data directory has, or a backup of one. The first start writes it once
// all of them exist, and it never changes: slots map to books by it. What is there without it, or beside it,
// was never whole.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace wonjang {

std::string layout_file(const std::string& directory);
std::string layout_of(std::uint32_t books);
// Errors: not_found (no such file), corrupt.
Result<std::uint32_t> read_layout(const std::string& directory);

}  // namespace wonjang
