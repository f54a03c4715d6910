// "1 merchant", "3 merchants". Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wonjang {

// `noun` takes an s for more than one, and for none.
inline std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace wonjang
