// The what-if of a change, read to the end of its lists and shown.
//
// Threads: blocks.
#pragma once

#include <functional>

#include "app/cli/money_client.h"

namespace wonjang {

// One page, by limit and cursor.
using AskWhatIf = std::function<Result<boost::json::object>(const QueryFlags& page)>;

// All lines, payouts and failures. Begins again where the book moved on in between, a few times. Errors:
// those of the connection and the server.
Result<boost::json::object> whole_what_if(const AskWhatIf& ask);

// As a table: how much, then each list. As json the whole answer, as ndjson an item of the lists a line.
int show_what_if(const OnlineOptions& options, const AskWhatIf& ask);

}  // namespace wonjang
