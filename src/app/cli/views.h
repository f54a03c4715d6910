// Commands that ask the serving views of a running server: lists, search, totals, and how the views stand.
// `--output csv` writes a list as RFC 4180 for other programs. With `explain` the plan is printed in place of
// the answer.
//
// Threads: blocks.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/json_table.h"
#include "app/cli/online.h"

namespace wonjang {

// Query parameters by their names in the API; those without a value are left out.
using QueryFlags = std::vector<std::pair<std::string, std::string>>;

// `path` of the API, and the member of its answer that is the list. Follows cursors until `rows_max` (0: one
// page).
struct ViewQuestion {
  std::string path;
  std::string list;
  QueryFlags flags;
  std::uint64_t rows_max = 0;
  bool explain = false;
  std::string cursor = "after";      // name of the parameter that takes nextCursor
  std::vector<Column> columns = {};  // of the table; empty: the flat members of the list
};
ViewQuestion ask_payments(const QueryFlags& flags);
ViewQuestion ask_transactions(const QueryFlags& flags);
ViewQuestion ask_search(const std::string& text, const QueryFlags& flags);
ViewQuestion ask_lifecycle(const std::string& payment_id);
ViewQuestion ask_totals(const std::string& cube, const QueryFlags& flags);
// The payments that the difference since --as-of comes from.
ViewQuestion ask_changes(const std::string& cube, const QueryFlags& flags);
ViewQuestion ask_top(const QueryFlags& flags);
ViewQuestion ask_today(const QueryFlags& flags);
// Events that contradict one folded earlier.
ViewQuestion ask_quarantine(const QueryFlags& flags);
// The feed.
ViewQuestion ask_events(const QueryFlags& flags);

// The answer with all the rows that are wanted. Errors: of the connection, and what the server refused.
Result<boost::json::object> view_answer(const OnlineOptions& options, const ViewQuestion& question);
int run_view(const OnlineOptions& options, const ViewQuestion& question);
int run_views_status(const OnlineOptions& options);
// Begins a rebuild and shows its progress until it has ended.
int run_views_rebuild(const OnlineOptions& options);
// Begins a verification of the running server's views and shows its progress until it has ended: 0, or 3 with
// the first differences. `quick`: their buckets alone (engine/serving/verify_buckets.h).
int run_views_verify(const OnlineOptions& options, bool quick = false);

// The elements of `list` as CSV: a heading of their flat members, a line each.
std::string json_csv(const std::string& json, std::string_view list);

}  // namespace wonjang
