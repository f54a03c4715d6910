#include "app/cli/views.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "app/cli/api_client.h"
#include "app/cli/exit.h"
#include "app/cli/json_fields.h"
#include "app/cli/progress.h"
#include "domain/settlement/csv.h"

namespace wonjang {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kRowsOfPage = 500;  // every list gives so many at once

// Of --rows N alone N; with a --limit pages of that size.
std::string limit_for(const ViewQuestion& question, std::uint64_t rows_left) {
  auto most = kRowsOfPage;
  for (const auto& [name, value] : question.flags) {
    if (name != "limit" || value.empty()) continue;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), most);
    if (error != std::errc() || end != value.data() + value.size())
      return value;  // the server says what is wrong
  }
  return std::to_string(std::min(most, rows_left));
}

// `rows_left`: how many are still wanted; 0: one page.
std::string target_of(const ViewQuestion& question, const std::string& after, std::uint64_t rows_left = 0) {
  std::string out = question.path;
  char mark = '?';
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    out.append(1, mark).append(percent_encoded(name)).append("=").append(percent_encoded(value));
    mark = '&';
  };
  for (const auto& [name, value] : question.flags) {
    const bool says_where = name == question.cursor || name == "since";  // of the first page
    const bool is_limit = rows_left > 0 && name == "limit";
    if ((after.empty() || !says_where) && !is_limit) add(name, value);
  }
  if (rows_left > 0) add("limit", limit_for(question, rows_left));
  if (question.explain) add("explain", "true");
  add(question.cursor, after);
  return out;
}

Result<json::object> get(ApiClient& client, const std::string& target) {
  WJ_TRY(const auto response, client.get(target));
  if (response.status >= 300) return problem_error(response);
  boost::system::error_code error;
  auto value = json::parse(response.body, error);
  if (error || !value.is_object()) return unavailable("the server answered something that is no JSON object");
  return std::move(value.as_object());
}

// The feed has a cursor to go on with in any case, and says whether there is more now.
bool has_more(const json::object& page) {
  if (const auto* more = page.if_contains("hasMore")) return more->is_bool() && more->as_bool();
  const auto* cursor = page.if_contains("nextCursor");
  return cursor != nullptr && cursor->is_string();
}

// Pages on until there are rows enough.
Result<json::object> get_all(ApiClient& client, const ViewQuestion& question) {
  WJ_TRY(auto first, get(client, target_of(question, {}, question.rows_max)));
  if (question.rows_max == 0) return first;
  auto next = first;
  for (;;) {
    auto& rows = first[question.list].as_array();
    if (!has_more(next) || rows.size() >= question.rows_max) break;
    const std::string after(next.at("nextCursor").as_string());
    WJ_TRY(next, get(client, target_of(question, after, question.rows_max - rows.size())));
    for (const auto& item : next.at(question.list).as_array()) rows.push_back(item);
  }
  // Where the rows end, not the first page.
  for (const auto* name : {"hasMore", "nextCursor"}) {
    if (const auto* last = next.if_contains(name)) {
      first[name] = *last;
    } else {
      first.erase(name);
    }
  }
  return first;
}

std::string text_of(const json::value* value) {
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

// A column for each percentile: 500 per mille is "p50Amount". Lists in a row have none of their own.
std::string with_percentile_columns(const std::string& text, std::string_view list) {
  boost::system::error_code error;
  auto root = json::parse(text, error);
  auto* rows = error || !root.is_object() ? nullptr : root.as_object().if_contains(list);
  if (rows == nullptr || !rows->is_array()) return text;
  for (auto& row : rows->as_array()) {
    const auto* found = row.is_object() ? row.as_object().if_contains("percentiles") : nullptr;
    if (found == nullptr || !found->is_array()) continue;
    const json::array percentiles = found->as_array();
    for (const auto& one : percentiles) {
      const auto per_mille = one.at("perMille").to_number<int>();
      const auto tenth = per_mille % 10 == 0 ? std::string() : "." + std::to_string(per_mille % 10);
      row.as_object()["p" + std::to_string(per_mille / 10) + tenth + "Amount"] = one.at("amount");
    }
  }
  return json::serialize(root);
}

void print(const OnlineOptions& options, const std::string& text, std::string_view list,
           const std::vector<Column>& columns = {}) {
  if (options.output == "json") {
    std::printf("%s\n", text.c_str());
  } else if (options.output == "ndjson") {
    std::fputs(json_lines(text, list).c_str(), stdout);
  } else if (options.output == "csv") {
    std::fputs(json_csv(with_percentile_columns(text, list), list).c_str(), stdout);
  } else {
    print_table(with_percentile_columns(text, list), list, columns);
  }
}

// Beside a table: the sums, and how fresh it is. On standard error, so that a pipe gets rows alone.
void print_beside(const OnlineOptions& options, const json::object& answer) {
  if (options.output != "table") return;
  if (const auto* totals = answer.if_contains("totals"); totals != nullptr && totals->is_array())
    std::fputs(("\n" + json_table(json::serialize(answer), "totals")).c_str(), stderr);
  if (const auto* refused = answer.if_contains("totalsRefused"))
    std::fprintf(stderr, "\ntotals refused: %s\n", text_of(refused->as_object().if_contains("what")).c_str());
  if (const auto* seen = answer.if_contains("seen")) {
    const auto lag = text_of(seen->as_object().if_contains("lagEvents"));
    if (lag != "0") std::fprintf(stderr, "%s events behind the ledger\n", lag.c_str());
  }
  if (const auto* period = answer.if_contains("period"); period != nullptr && period->is_object())
    std::fprintf(stderr, "from %s until %s\n", text_of(period->as_object().if_contains("from")).c_str(),
                 text_of(period->as_object().if_contains("until")).c_str());
  if (has_more(answer)) std::fputs("there is more: --rows N takes N of them\n", stderr);
}

Result<ApiClient*> open(const OnlineOptions& options, std::unique_ptr<ApiClient>& client) {
  WJ_TRY(const auto server, parse_server_url(options.url));
  WJ_TRY(const auto key, read_key_file(options.key_file));
  client = std::make_unique<ApiClient>(server, key);
  return client.get();
}

}  // namespace

ViewQuestion ask_payments(const QueryFlags& flags) { return {"/v1/payments", "payments", flags}; }
ViewQuestion ask_transactions(const QueryFlags& flags) { return {"/v1/transactions", "transactions", flags}; }
ViewQuestion ask_search(const std::string& text, const QueryFlags& flags) {
  ViewQuestion out{"/v1/search", "payments", {{"q", text}}};
  out.flags.insert(out.flags.end(), flags.begin(), flags.end());
  return out;
}
ViewQuestion ask_lifecycle(const std::string& payment_id) {
  return {"/v1/payments/" + percent_encoded(payment_id) + "/lifecycle", "steps", {}};
}
ViewQuestion ask_totals(const std::string& cube, const QueryFlags& flags) {
  if (cube.empty()) return {"/v1/totals", "cubes", {}};
  return {"/v1/totals/" + percent_encoded(cube), "rows", flags};
}
ViewQuestion ask_changes(const std::string& cube, const QueryFlags& flags) {
  ViewQuestion out{"/v1/totals/" + percent_encoded(cube) + "/changes", "payments", flags};
  out.columns = {{"payment", "id"},
                 {"order", "orderId"},
                 {"requested", "requestedAt"},
                 {"then", "then.status"},
                 {"now", "status"},
                 {"count", "difference.count"},
                 {"gross", "difference.grossAmount"},
                 {"canceled", "difference.canceledAmount"},
                 {"net", "difference.netAmount"},
                 {"currency", "currency"}};
  return out;
}
ViewQuestion ask_top(const QueryFlags& flags) { return {"/v1/merchants/top", "merchants", flags}; }
// The minutes, where they are asked for: the hours are their sums.
ViewQuestion ask_today(const QueryFlags& flags) {
  const bool by_minute = std::ranges::any_of(flags, [](const auto& flag) { return flag.first == "minutes"; });
  return {"/v1/sales/today", by_minute ? "minutes" : "hours", flags};
}
ViewQuestion ask_quarantine(const QueryFlags& flags) {
  ViewQuestion out{"/v1/views/quarantine", "events", flags};
  out.columns = {{"payment", "paymentId"},
                 {"version", "version"},
                 {"event", "event.type"},
                 {"recorded", "event.recordedtime"},
                 {"position", "position"}};
  return out;
}

ViewQuestion ask_events(const QueryFlags& flags) {
  ViewQuestion out{"/v1/events", "events", flags};
  out.columns = {{"recorded", "recordedtime"}, {"type", "type"},          {"subject", "subject"},
                 {"order", "data.orderId"},    {"status", "data.status"}, {"sequence", "sequence"}};
  return out;
}

Result<json::object> view_answer(const OnlineOptions& options, const ViewQuestion& question) {
  std::unique_ptr<ApiClient> client;
  WJ_CHECK(open(options, client));
  return get_all(*client, question);
}

int run_view(const OnlineOptions& options, const ViewQuestion& question) {
  const auto answer = view_answer(options, question);
  if (!answer) return fail(answer.error());
  if (question.explain) {
    const auto* plan = answer->if_contains("explain");
    print(options, plan == nullptr ? "{}" : json::serialize(*plan), {});
    return kExitOk;
  }
  print(options, json::serialize(*answer), question.list, question.columns);
  print_beside(options, *answer);
  return kExitOk;
}

int run_views_status(const OnlineOptions& options) { return run_view(options, {"/v1/views", "views", {}}); }

int run_views_rebuild(const OnlineOptions& options) {
  constexpr auto kLookAgain = std::chrono::milliseconds(200);
  std::unique_ptr<ApiClient> client;
  if (const auto opened = open(options, client); !opened) return fail(opened.error());
  const auto view_now = [&]() -> Result<json::object> {
    WJ_TRY(auto answer, get(*client, "/v1/views"));
    return answer.at("views").at(0).as_object();
  };
  const auto before = view_now();
  if (!before) return fail(before.error());
  const auto asked = client->post("/v1/views/rebuild", "", "");
  if (!asked) return fail(asked.error());
  if (asked->status >= 300) return fail(problem_error(*asked));
  Progress progress("rebuilding views", "events");
  for (;;) {
    const auto view = view_now();
    if (!view) return fail(view.error());
    if (const auto* failed = view->if_contains("rebuildFailed"))
      return fail(unavailable("the rebuild failed, the live views go on: " + text_of(failed)));
    if (const auto* rebuild = view->if_contains("rebuild")) {
      progress.at(number_in(rebuild->as_object(), "events"), number_in(rebuild->as_object(), "eventsTotal"));
    } else if (number_in(*view, "rebuilds") > number_in(*before, "rebuilds")) {
      print(options, json::serialize(view->at("lastRebuild")), {});
      const bool equal = view->at("lastRebuild").at("equal").as_bool();
      return equal ? kExitOk : kExitDifferences;
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

int run_views_verify(const OnlineOptions& options, bool quick) {
  constexpr auto kLookAgain = std::chrono::milliseconds(200);
  constexpr const char* kPath = "/v1/views/verify";
  std::unique_ptr<ApiClient> client;
  if (const auto opened = open(options, client); !opened) return fail(opened.error());
  const auto asked = client->post(kPath + std::string(quick ? "?quick=true" : ""), "", "");
  if (!asked) return fail(asked.error());
  if (asked->status >= 300) return fail(problem_error(*asked));
  Progress progress("verify views", "events");
  for (;;) {
    const auto state = get(*client, kPath);
    if (!state) return fail(state.error());
    if (const auto* failed = state->if_contains("failed"))
      return fail(unavailable("the verification came to no end: " + text_of(failed)));
    if (state->at("running").as_bool()) {
      const auto& at = state->at("progress").as_object();
      if (at.at("phase").as_string() == "reading_log")
        progress.at(number_in(at, "done"), number_in(at, "total"));
      std::this_thread::sleep_for(kLookAgain);
      continue;
    }
    const auto& last = state->at("last").as_object();
    if (last.at("quick").as_bool() != quick)
      return fail(conflict("a verification of the other kind was going on: ask again"));
    print(options, json::serialize(last), {});
    return last.at("ok").as_bool() ? kExitOk : kExitDifferences;
  }
}

std::string json_csv(const std::string& text, std::string_view list) {
  boost::system::error_code error;
  const auto root = json::parse(text, error);
  const auto* object = error ? nullptr : root.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(list);
  if (found == nullptr || !found->is_array()) return text + "\n";
  std::vector<std::string> columns;
  for (const auto& item : found->as_array()) {
    if (!item.is_object()) continue;
    for (const auto& member : item.as_object()) {
      const std::string name(member.key());
      const bool flat = !member.value().is_structured();
      if (flat && std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    }
  }
  std::string out;
  const auto put_line = [&](const auto& field_of) {
    std::vector<std::string> fields;
    for (const auto& name : columns) fields.push_back(field_of(name));
    settlement::append_csv(out, fields);
  };
  put_line([](const std::string& name) { return name; });
  for (const auto& item : found->as_array()) {
    if (!item.is_object()) continue;
    put_line([&](const std::string& name) { return text_of(item.as_object().if_contains(name)); });
  }
  return out;
}

}  // namespace wonjang
