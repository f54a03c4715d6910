// Members of an answer of the API that a command needs as values. Threads: any.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string_view>

namespace wonjang {

// 0 when the member is absent or no count.
inline std::uint64_t number_in(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->as_int64() < 0) return 0;
  return static_cast<std::uint64_t>(value->as_int64());
}

}  // namespace wonjang
