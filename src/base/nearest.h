// Nearest: which of the names that there are somebody may have meant who wrote another one.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wonjang {

// The name of `known` with the fewest letters to change, add or leave out; the first of several. Empty: none
// is nearer than a third of `name`'s letters (2 of a short one).
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace wonjang
