// Reads of the serving views: every one takes one commit of them (ServingNow), may wait for a position first,
// and says what it saw and what it read.
//
//   "seen":{"position":"...","lagEvents":0,"stopped":false},"read":{"index":"rows","rows":51,"seeks":1}
//
// and the header Ledger-Position with the same position. With `Explain: 1` (or ?explain=true) the answer also
// holds "explain": the plan in words, the ceilings of its class, and how many books were asked (spread.h).
//
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/api/handlers.h"
#include "app/api/json/json_writer.h"
#include "app/api/query.h"
#include "app/api/runner_read.h"
#include "app/api/spread.h"
#include "app/serving/serving.h"
#include "engine/serving/queries.h"

namespace wonjang {

// What one answer of each class may read; docs/configuration.md.
struct ReadCeilings {
  std::uint64_t search_seeks = 2'000;
  std::uint64_t search_rows = 20'000;
  std::uint64_t totals_cells = 20'000;
  std::uint64_t totals_rows = 20'000;
  std::uint64_t top_cells = 500'000;
  std::uint64_t list_rows = 20'000;
};

// Runs `then` with a commit of the views that has seen the position which the call asks for (?min-position=
// or the header Min-Position): at once, as a rule. Answers 400 to a token that isn't ours, 410 to a lost one,
// 412 with the present position when it isn't reached in time, 503 while the views can't answer.
using ThenRead = std::function<void(Api&, CallPtr, const ServingNow&)>;
void at_view(Api& api, CallPtr call, const Query& query, Work work, ThenRead then);

// ?explain=true or the header Explain: 1. Errors: invalid (neither true nor false).
Result<bool> wants_explain(const Call& call, const Query& query);
bool has_explain_header(const Call& call);  // what counts where the query says nothing of it
// A sentence, when the header says neither yes nor no.
std::optional<std::string_view> wrong_explain_header(const HttpRequestHead& head);

// How the advice begins of a page that ended before it was full although there is more.
constexpr std::string_view kPageEndedEarly =
    "this page ended where it had read as much as a page may: go on behind nextCursor (`after`), or ask for "
    "less, with a shorter period (`from`, `until`)";

// Members of an answer.
void put_seen(JsonWriter& w, Api& api, const ServingNow& now);
// `advice`: the page ended early, at its ceiling; what to ask instead. Empty: it didn't.
void put_reading(JsonWriter& w, const serving::Reading& reading, std::string_view advice = {});
struct Plan {
  std::vector<std::string> steps;  // in words
  std::vector<std::pair<std::string_view, std::uint64_t>> ceilings;
  Spread spread = Spread::views;
  std::uint32_t books = 0;  // of the ledger's that were asked, at most
};
void put_plan(JsonWriter& w, const serving::Reading& reading, const Plan& plan);

// 200 with `body` and the header Ledger-Position.
void answer_view(Api& api, CallPtr call, const ServingNow& now, std::string body);
// QUERY_TOO_WIDE: what would have been read, and what to narrow.
void answer_too_wide(Api& api, CallPtr call, const serving::Narrow& narrow);
// invalid: BAD_PARAMETER with its words, not_found: NOT_FOUND with its words; all else as
// Api::answer_error.
void answer_view_error(Api& api, CallPtr call, const Error& error);

}  // namespace wonjang
