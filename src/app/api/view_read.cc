#include "app/api/view_read.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/api/api.h"
#include "app/api/view_query.h"

namespace wonjang {

void at_view(Api& api, CallPtr call, const Query& query, Work work, ThenRead then) {
  if (!api.serves(Part::views)) return api.answer_not_served(std::move(call), Part::views);
  const ReadSide side{&api.parts().serving->runner(),
                      "the views have stopped; an operator sees why at GET /v1/views",
                      "the views aren't there yet; their present position is in the header Ledger-Position"};
  at_runner(api, std::move(call), query, side, work,
            [then = std::move(then)](Api& a, CallPtr c, const projection::View& v) {
              then(a, std::move(c), ServingNow::of(v));
            });
}

Result<bool> wants_explain(const Call& call, const Query& query) {
  return parse_flag(query, "explain", has_explain_header(call));
}

bool has_explain_header(const Call& call) {
  const auto header = call.request.head.header("Explain");
  return header == "1" || header == "true";
}

std::optional<std::string_view> wrong_explain_header(const HttpRequestHead& head) {
  constexpr std::array<std::string_view, 5> kKnown{"", "0", "false", "1", "true"};
  if (std::ranges::find(kKnown, head.header("Explain")) != kKnown.end()) return std::nullopt;
  return "the header Explain is 1 or 0 (or true, or false)";
}

void put_seen(JsonWriter& w, Api& api, const ServingNow& now) {
  put_seen(w, api, now.seen(), now.lag_events(), now.is_stopped());
}

void put_reading(JsonWriter& w, const serving::Reading& reading, std::string_view advice) {
  w.begin_object("read").text("index", reading.index);
  w.number("rows", static_cast<std::int64_t>(reading.rows_read + reading.rows_given_up));
  w.number("seeks", static_cast<std::int64_t>(reading.seeks));
  if (!advice.empty()) w.flag("ceilingReached", true).text("advice", advice);
  w.end_object();
}

void put_plan(JsonWriter& w, const serving::Reading& reading, const Plan& plan) {
  w.begin_object("explain").text("index", reading.index).begin_array("plan");
  for (const auto& step : plan.steps) w.element(step);
  w.end_array().text("route", code_of(plan.spread)).number("books", plan.books);
  w.begin_object("ceilings");
  for (const auto& [name, most] : plan.ceilings) w.number(name, static_cast<std::int64_t>(most));
  w.end_object();
  w.number("rows", static_cast<std::int64_t>(reading.rows_read + reading.rows_given_up));
  w.number("seeks", static_cast<std::int64_t>(reading.seeks)).end_object();
}

void answer_view(Api& api, CallPtr call, const ServingNow& now, std::string body) {
  answer_seen(api, std::move(call), now.seen(), std::move(body));
}

void answer_too_wide(Api& api, CallPtr call, const serving::Narrow& narrow) {
  api.answer_problem(std::move(call), ProblemKind::query_too_wide, narrow.what);
}

void answer_view_error(Api& api, CallPtr call, const Error& error) {
  if (error.kind == ErrorKind::not_found)
    return api.answer_problem(std::move(call), ProblemKind::not_found, error.message);
  if (error.kind != ErrorKind::invalid) return api.answer_error(std::move(call), error);
  api.answer_problem(std::move(call), ProblemKind::bad_parameter, error.message);
}

}  // namespace wonjang
