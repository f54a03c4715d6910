#include "app/api/runner_read.h"

#include <atomic>
#include <memory>

#include "app/api/api.h"
#include "app/api/json/answers.h"
#include "app/api/refuse_token.h"
#include "app/api/secret_guard.h"
#include "engine/projection/positions.h"

namespace wonjang {
namespace {

constexpr std::int64_t kBuildingRetrySeconds = 5;
constexpr std::int64_t kBusyRetrySeconds = 1;
// Right after the first start the server takes requests before what is derived has met the first events.
constexpr std::int64_t kOpeningWaitMs = 2'000;

void answer_not_ready(Api& api, CallPtr call, std::string_view detail) {
  api.answer_problem(std::move(call), ProblemKind::views_not_ready, detail, kBuildingRetrySeconds);
}

void answer_not_reached(Api& api, CallPtr call, const ReadSide& side) {
  ProblemExtras extras;
  extras.detail = side.not_reached;
  extras.request_id = call->request_id;
  extras.instance = sayable(call->path());
  auto reply = problem_reply(ProblemKind::position_not_reached, extras);
  HttpResponse response;
  response.status = reply.status;
  response.content_type = std::string(content_type_of(reply.status));
  response.body = std::move(reply.body);
  response.headers.push_back({"Ledger-Position", position_text(api, side.runner->status().positions)});
  api.answer(std::move(call), std::move(response));
}

// Why a projection stopped names files and engines, which is for operators.
void answer_nothing_to_show(Api& api, CallPtr call, const ReadSide& side, const Error& error) {
  const bool is_stopped = side.runner->status().state == projection::State::stopped;
  answer_not_ready(api, std::move(call), is_stopped ? side.stopped : std::string_view(error.message));
}

void read_here(Api& api, CallPtr call, const ReadSide& side, const ThenLook& then) {
  const auto view = side.runner->view();
  if (!view) return answer_nothing_to_show(api, std::move(call), side, view.error());
  then(api, std::move(call), *view);
}

void read_now(Api& api, CallPtr call, const ReadSide& side, Work work, ThenLook then) {
  if (work == Work::page) return read_here(api, std::move(call), side, then);
  const auto held = std::make_shared<CallPtr>(std::move(call));
  const bool taken = api.parts().queries.add([&api, held, side, then = std::move(then)](bool stopping) {
    if (stopping) return api.answer_problem(std::move(*held), ProblemKind::shutting_down);
    read_here(api, std::move(*held), side, then);
  });
  if (taken) return;
  if (api.is_draining()) return api.answer_no_room(std::move(*held));
  api.answer_problem(std::move(*held), ProblemKind::unavailable,
                     "too many questions to the views are waiting; lists of a merchant without a filter and "
                     "single payments don't wait with them",
                     kBusyRetrySeconds);
}

// One call that waits. Whoever comes first of the runner and the deadline answers it.
struct Waiting {
  std::atomic<bool> taken{false};
  std::atomic<projection::Waits::Id> id{0};  // 0: not known yet
  CallPtr call;
  ReadSide side;
  Work work = Work::page;
  ThenLook then;
  Deadlines::Ticket deadline;
};

// On the folding thread, which has better things to do than to answer.
void go_on(Api& api, const std::shared_ptr<Waiting>& waiting, projection::Waited waited) {
  if (waiting->taken.exchange(true)) return;
  api.parts().deadlines.call_off(waiting->deadline);
  const bool room = api.parts().waiters.add(
      [&api, waiting, waited](bool) {
        if (!api.is_still_let_in(waiting->call)) return true;
        if (waited == projection::Waited::reached) {
          read_now(api, std::move(waiting->call), waiting->side, waiting->work, std::move(waiting->then));
        } else {
          answer_not_ready(api, std::move(waiting->call), waiting->side.stopped);
        }
        return true;
      },
      std::chrono::steady_clock::now());
  if (!room) api.answer_no_room(std::move(waiting->call));
}

void wait_for(Api& api, CallPtr call, const LogPositions& wanted, const ReadSide& side, Work work,
              ThenLook then, std::int64_t wait_ms) {
  auto waiting = std::make_shared<Waiting>();
  waiting->call = std::move(call);
  waiting->side = side;
  waiting->work = work;
  waiting->then = std::move(then);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  const auto deadline = api.parts().deadlines.at(until, [&api, waiting] {
    if (waiting->taken.exchange(true)) return;
    auto& runner = *waiting->side.runner;
    if (const auto id = waiting->id.load(); id != 0) runner.forget(id);
    if (const auto view = runner.view(); !view)
      return answer_nothing_to_show(api, std::move(waiting->call), waiting->side, view.error());
    answer_not_reached(api, std::move(waiting->call), waiting->side);
  });
  if (!deadline) return api.answer_no_room(std::move(waiting->call));
  waiting->deadline = *deadline;
  // A deadline that passes before the id is known leaves a wait behind, which finds the call taken when the
  // position comes.
  const auto id =
      side.runner->when(wanted, [&api, waiting](projection::Waited waited) { go_on(api, waiting, waited); });
  if (id) {
    waiting->id = *id;
    return;
  }
  if (waiting->taken.exchange(true)) return;
  api.parts().deadlines.call_off(waiting->deadline);
  api.answer_no_room(std::move(waiting->call));
}

}  // namespace

void at_runner(Api& api, CallPtr call, const Query& query, const ReadSide& side, Work work, ThenLook then) {
  const auto in_query = query.find("min-position");
  const auto token = in_query ? *in_query : call->request.head.header("Min-Position");
  if (token.empty() && side.runner->building() == projection::Building::moments)
    return wait_for(api, std::move(call), {}, side, work, std::move(then), kOpeningWaitMs);
  if (token.empty()) return read_now(api, std::move(call), side, work, std::move(then));
  const auto wanted = api.parts().tokens.parse_min_position(token);
  if (!wanted) {
    return refuse_min_position(api, std::move(call), token);
  }
  const auto view = side.runner->view();
  // What is being built may be there in time: right after a start it is a matter of milliseconds.
  if (view && projection::reached(view->seen, wanted->of))
    return read_now(api, std::move(call), side, work, std::move(then));
  wait_for(api, std::move(call), wanted->of, side, work, std::move(then), api.options().position_wait_ms_max);
}

// One entry a book, also for those that the projection hasn't met yet.
std::string position_text(Api& api, LogPositions seen) {
  seen.resize(api.ledger().books());
  return api.parts().tokens.positions({std::move(seen)});
}

void put_seen(JsonWriter& w, Api& api, const LogPositions& seen, std::uint64_t lag_events, bool is_stopped) {
  w.begin_object("seen").text("position", position_text(api, seen));
  w.number("lagEvents", static_cast<std::int64_t>(lag_events)).flag("stopped", is_stopped);
  w.end_object();
}

void answer_seen(Api& api, CallPtr call, const LogPositions& seen, std::string body) {
  HttpResponse response;
  response.content_type = "application/json";
  response.headers.push_back({"Ledger-Position", position_text(api, seen)});
  response.body = std::move(body);
  api.answer(std::move(call), std::move(response));
}

}  // namespace wonjang
