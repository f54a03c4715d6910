#include "app/api/view_read.h"

#include <atomic>
#include <memory>

#include "app/api/api.h"
#include "app/api/json/answers.h"
#include "app/api/secret_guard.h"
#include "engine/projection/positions.h"

namespace wonjang {
namespace {

constexpr std::int64_t kBuildingRetrySeconds = 5;
constexpr std::int64_t kBusyRetrySeconds = 1;

void answer_not_ready(Api& api, CallPtr call, std::string_view detail) {
  api.answer_problem(std::move(call), ProblemKind::views_not_ready, detail, kBuildingRetrySeconds);
}

void answer_not_reached(Api& api, CallPtr call, Serving& serving) {
  ProblemExtras extras;
  extras.detail = "the views aren't there yet; their present position is in the header Ledger-Position";
  extras.request_id = call->request_id;
  extras.instance = sayable(call->path());
  auto reply = problem_reply(ProblemKind::position_not_reached, extras);
  HttpResponse response;
  response.status = reply.status;
  response.content_type = std::string(content_type_of(reply.status));
  response.body = std::move(reply.body);
  response.headers.push_back({"Ledger-Position", position_text(api, serving.runner().status().positions)});
  api.answer(std::move(call), std::move(response));
}

constexpr std::string_view kStopped = "the views have stopped; an operator sees why at GET /v1/views";

// Why a projection stopped names files and engines, which is for operators.
void answer_nothing_to_show(Api& api, CallPtr call, const Error& error) {
  const bool is_stopped = api.parts().serving->runner().status().state == projection::State::stopped;
  answer_not_ready(api, std::move(call), is_stopped ? kStopped : std::string_view(error.message));
}

void read_here(Api& api, CallPtr call, const ThenRead& then) {
  const auto now = api.parts().serving->now();
  if (!now) return answer_nothing_to_show(api, std::move(call), now.error());
  then(api, std::move(call), *now);
}

void read_now(Api& api, CallPtr call, Work work, ThenRead then) {
  if (work == Work::page) return read_here(api, std::move(call), then);
  const auto held = std::make_shared<CallPtr>(std::move(call));
  const bool taken = api.parts().queries.add([&api, held, then = std::move(then)](bool stopping) {
    if (stopping) return api.answer_problem(std::move(*held), ProblemKind::shutting_down);
    read_here(api, std::move(*held), then);
  });
  if (taken) return;
  if (api.is_draining()) return api.answer_no_room(std::move(*held));
  api.answer_problem(std::move(*held), ProblemKind::unavailable,
                     "too many questions to the views are waiting; lists of a merchant without a filter and "
                     "single payments don't wait with them",
                     kBusyRetrySeconds);
}

// One call that waits for the views. Whoever comes first of the runner and the deadline answers it.
struct Waiting {
  std::atomic<bool> taken{false};
  std::atomic<projection::Waits::Id> id{0};  // 0: not known yet
  CallPtr call;
  Work work = Work::page;
  ThenRead then;
  Deadlines::Ticket deadline;
};

// On the folding thread, which has better things to do than to answer.
void go_on(Api& api, const std::shared_ptr<Waiting>& waiting, projection::Waited waited) {
  if (waiting->taken.exchange(true)) return;
  api.parts().deadlines.call_off(waiting->deadline);
  const bool room = api.parts().waiters.add(
      [&api, waiting, waited](bool) {
        if (waited == projection::Waited::reached) {
          read_now(api, std::move(waiting->call), waiting->work, std::move(waiting->then));
        } else {
          answer_not_ready(api, std::move(waiting->call), kStopped);
        }
        return true;
      },
      std::chrono::steady_clock::now());
  if (!room) api.answer_no_room(std::move(waiting->call));
}

void wait_for(Api& api, CallPtr call, const Positions& wanted, Work work, ThenRead then) {
  auto& serving = *api.parts().serving;
  auto waiting = std::make_shared<Waiting>();
  waiting->call = std::move(call);
  waiting->work = work;
  waiting->then = std::move(then);
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(api.options().position_wait_ms_max);
  const auto deadline = api.parts().deadlines.at(until, [&api, &serving, waiting] {
    if (waiting->taken.exchange(true)) return;
    if (const auto id = waiting->id.load(); id != 0) serving.runner().forget(id);
    if (const auto now = serving.now(); !now)
      return answer_nothing_to_show(api, std::move(waiting->call), now.error());
    answer_not_reached(api, std::move(waiting->call), serving);
  });
  if (!deadline) return api.answer_no_room(std::move(waiting->call));
  waiting->deadline = *deadline;
  // A deadline that passes before the id is known leaves a wait behind, which finds the call taken when the
  // position comes.
  const auto id = serving.runner().when(
      wanted.of, [&api, waiting](projection::Waited waited) { go_on(api, waiting, waited); });
  if (id) {
    waiting->id = *id;
    return;
  }
  if (waiting->taken.exchange(true)) return;
  api.parts().deadlines.call_off(waiting->deadline);
  api.answer_no_room(std::move(waiting->call));
}

}  // namespace

std::string position_text(Api& api, LogPositions seen) {
  seen.resize(api.ledger().books());
  return api.parts().tokens.positions({std::move(seen)});
}

void at_view(Api& api, CallPtr call, const Query& query, Work work, ThenRead then) {
  const auto in_query = query.find("min-position");
  const auto token = in_query ? *in_query : call->request.head.header("Min-Position");
  if (token.empty()) return read_now(api, std::move(call), work, std::move(then));
  const auto wanted = api.parts().tokens.parse_min_position(token);
  if (!wanted) {
    return api.answer_problem(
        std::move(call), ProblemKind::invalid_cursor,
        "min-position isn't a Ledger-Position or a cursor of /v1/events that this server gave");
  }
  const auto now = api.parts().serving->now();
  // Views that are being built may be there in time: right after a start it is a matter of milliseconds.
  if (now && projection::reached(now->seen(), wanted->of))
    return read_now(api, std::move(call), work, std::move(then));
  wait_for(api, std::move(call), *wanted, work, std::move(then));
}

bool wants_explain(const Call& call, const Query& query) {
  const auto said = query.find("explain");
  if (said) return *said == "true";
  const auto header = call.request.head.header("Explain");
  return header == "1" || header == "true";
}

void put_seen(JsonWriter& w, Api& api, const ServingNow& now) {
  w.begin_object("seen").text("position", position_text(api, now.seen()));
  w.number("lagEvents", static_cast<std::int64_t>(now.lag_events())).flag("stopped", now.is_stopped());
  w.end_object();
}

void put_reading(JsonWriter& w, const serving::Reading& reading) {
  w.begin_object("read").text("index", reading.index);
  w.number("rows", static_cast<std::int64_t>(reading.rows_read));
  w.number("seeks", static_cast<std::int64_t>(reading.seeks)).end_object();
}

void put_plan(JsonWriter& w, const serving::Reading& reading, const Plan& plan) {
  w.begin_object("explain").text("index", reading.index).begin_array("plan");
  for (const auto& step : plan.steps) w.element(step);
  w.end_array().begin_object("ceilings");
  for (const auto& [name, most] : plan.ceilings) w.number(name, static_cast<std::int64_t>(most));
  w.end_object();
  w.number("rows", static_cast<std::int64_t>(reading.rows_read));
  w.number("seeks", static_cast<std::int64_t>(reading.seeks)).end_object();
}

void answer_view(Api& api, CallPtr call, const ServingNow& now, std::string body) {
  HttpResponse response;
  response.content_type = "application/json";
  response.headers.push_back({"Ledger-Position", position_text(api, now.seen())});
  response.body = std::move(body);
  api.answer(std::move(call), std::move(response));
}

void answer_too_wide(Api& api, CallPtr call, const serving::Narrow& narrow) {
  api.answer_problem(std::move(call), ProblemKind::query_too_wide, narrow.what);
}

void answer_view_error(Api& api, CallPtr call, const Error& error) {
  if (error.kind != ErrorKind::invalid) return api.answer_error(std::move(call), error);
  api.answer_problem(std::move(call), ProblemKind::bad_parameter, error.message);
}

}  // namespace wonjang
