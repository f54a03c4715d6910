// Filters of lists and totals as options: by the API's own name (docs/api.md) and as the command line spells
// words, --groupBy and --group-by; a merchant is --merchant everywhere.
//
// Threads: one.
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace wonjang {

// `name` is the API's parameter; `value` outlives the parse.
void add_filter_option(CLI::App& to, std::string_view name, std::string& value);

}  // namespace wonjang
