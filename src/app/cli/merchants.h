// Merchants for load and demonstrations, registered through the API: those of a prefix that are there already
// are taken, the missing ones are made. Threads: blocks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/api_client.h"

namespace wonjang {

// Ids of `count` merchants with the codes <prefix>000000 ..., in order of code.
// Errors: unavailable, and what the server answers.
Result<std::vector<std::string>> ensure_merchants(const ServerAddress& server, const std::string& api_key,
                                                  std::string_view prefix, std::uint32_t count,
                                                  std::uint64_t seed);

}  // namespace wonjang
