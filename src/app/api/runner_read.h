// Reads of what a projection holds: every one takes one commit of it, may wait for a position first
// (?min-position= or the header Min-Position), and says what it saw:
//
//   "seen":{"position":"...","lagEvents":0,"stopped":false}      and the header Ledger-Position
//
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "app/api/handlers.h"
#include "app/api/json/json_writer.h"
#include "app/api/query.h"
#include "engine/projection/runner.h"

namespace wonjang {

// Whose commits, and what a caller is told of it. Static texts.
struct ReadSide {
  projection::Runner* runner = nullptr;  // not null
  std::string_view stopped;              // when it has stopped and there is nothing to show
  std::string_view not_reached;          // when the position isn't there in time
};

// page: some dozens of rows or cells, which its thread of the server answers itself in a fraction of a
// millisecond. query: whatever may read more; it waits for a thread of the pool (query_pool.h), and is
// answered 503 with Retry-After when too many wait.
enum class Work : std::uint8_t { page, query };

using ThenLook = std::function<void(Api&, CallPtr, const projection::View&)>;

// Runs `then` with a commit that has seen the position which the call asks for: at once, as a rule. Answers
// 400 to a token that isn't ours, 410 to one that a restore has lost, 412 with the present position when it
// isn't reached in time, 503 while there is nothing to show and won't be in a moment.
void at_runner(Api& api, CallPtr call, const Query& query, const ReadSide& side, Work work, ThenLook then);

// Of the feed's and Ledger-Position's form; one entry a book, also for those that the projection hasn't met
// yet.
std::string position_text(Api& api, LogPositions seen);
void put_seen(JsonWriter& w, Api& api, const LogPositions& seen, std::uint64_t lag_events, bool is_stopped);
inline void put_seen(JsonWriter& w, Api& api, const projection::View& view) {
  put_seen(w, api, view.seen, view.lag_events, view.stopped);
}

// 200 with `body` and the header Ledger-Position.
void answer_seen(Api& api, CallPtr call, const LogPositions& seen, std::string body);

}  // namespace wonjang
