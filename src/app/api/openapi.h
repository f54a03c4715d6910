// The API's own description, as served at /openapi.json: json/openapi.json, taken into the program when it is
// built. Threads: any.
#pragma once

#include <string_view>

namespace wonjang {

std::string_view openapi_json();

}  // namespace wonjang
