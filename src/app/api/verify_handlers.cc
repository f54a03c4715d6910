// Verifying the views of the running server against the log: asked for, and looked at.

#include <utility>

#include "app/api/api.h"
#include "app/api/query.h"
#include "app/api/view_json.h"
#include "app/api/view_query.h"
#include "app/api/view_read.h"
#include "engine/serving/spaces.h"

namespace wonjang {
namespace {

void put_report(JsonWriter& w, Api& api, const VerifiedViews& verified) {
  const auto& report = verified.report;
  w.begin_object("last").flag("ok", report.ok()).flag("quick", report.quick);
  w.number("generation", static_cast<std::int64_t>(verified.generation));
  w.text("position", position_text(api, verified.seen));
  w.number("events", static_cast<std::int64_t>(report.events));
  w.number("payments", static_cast<std::int64_t>(report.payments));
  w.number("rowsRead", static_cast<std::int64_t>(report.rows_read)).begin_object("records");
  for (KvSpace space = serving::kRows; space < serving::kSpaceCount; ++space) {
    if (report.quick && space != serving::kBuckets) continue;
    w.number(serving::view_spaces()[space].name, static_cast<std::int64_t>(report.records[space]));
  }
  w.end_object().begin_array("sums");
  for (const auto& sums : report.sums) {
    w.begin_object().text("currency", sums.currency).number("count", sums.count);
    put_exact(w, "grossAmount", sums.gross);
    put_exact(w, "canceledAmount", sums.canceled);
    put_exact(w, "netAmount", sums.net());
    w.end_object();
  }
  w.end_array().begin_array("differences");
  for (const auto& difference : report.differences) w.element(difference.what);
  w.end_array().number("groupsNotSplit", static_cast<std::int64_t>(report.groups_not_split)).end_object();
}

std::string state_json(Api& api) {
  const auto state = api.parts().serving->verifications().state();
  std::string body;
  JsonWriter w(body);
  w.begin_object().flag("running", state.running);
  if (state.running) {
    w.flag("quick", state.quick).begin_object("progress").text("phase", name_of(state.progress.phase));
    w.number("done", static_cast<std::int64_t>(state.progress.done));
    w.number("total", static_cast<std::int64_t>(state.progress.total)).end_object();
  }
  w.text_if("failed", state.failed);
  if (state.last) put_report(w, api, *state.last);
  w.end_object();
  return body;
}

}  // namespace

void get_verification(Api& api, CallPtr call) { api.answer_json(std::move(call), state_json(api)); }

void begin_verification(Api& api, CallPtr call) {
  if (api.is_draining()) return api.answer_problem(std::move(call), ProblemKind::shutting_down);
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"quick"}))
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  const auto quick = parse_flag(query, "quick", false);
  if (!quick) return answer_view_error(api, std::move(call), quick.error());
  at_view(api, std::move(call), query, Work::page, [quick = *quick](Api& a, CallPtr c, const ServingNow&) {
    // One that is going on is the one that was asked for; which of the two it is, the answer says.
    if (a.parts().serving->verifications().begin(quick)) log_event(LogLevel::info, "views_verify_asked", {});
    a.answer_json(std::move(c), state_json(a), 202);
  });
}

}  // namespace wonjang
