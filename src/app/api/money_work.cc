#include "app/api/money_work.h"

#include <utility>

#include "app/api/api.h"
#include "app/api/idempotency_header.h"
#include "app/api/money_read.h"
#include "app/api/write_request.h"
#include "app/money/ledger_sink.h"
#include "engine/ledger/idempotency.h"

namespace wonjang {
namespace {

// Where an answered request's work can be seen from: all that is durable now.
void add_tails(Api& api, HttpResponse& response) {
  response.headers.push_back({"Ledger-Position", api.parts().tokens.positions(api.ledger().tails())});
}

void answer_job(Api& api, CallPtr call, const JobAnswer& answer) {
  HttpResponse response;
  response.status = answer.status;
  response.content_type = answer.content_type;
  response.body = answer.body;
  if (!answer.file_name.empty())
    response.headers.push_back({"Content-Disposition", "attachment; filename=\"" + answer.file_name + "\""});
  add_tails(api, response);
  api.answer(std::move(call), std::move(response));
}

void answer_stopping(Api& api, CallPtr call) {
  api.answer_problem(std::move(call), ProblemKind::shutting_down, "nothing was begun");
}

WorkKey work_key(Api& api, const Call& call, std::string text) {
  const auto hash = idempotency_key(api.digest(), call.caller->tenant(), KeyKind::request, text);
  return {std::move(text), hash};
}

}  // namespace

void ask_money(Api& api, CallPtr call, std::string what, ThenAsk then) {
  const auto held = std::make_shared<CallPtr>(std::move(call));
  WorkThread::Work work;
  work.what = std::move(what);
  work.whose = (*held)->caller->actor.id;
  work.act = [&api, held, then = std::move(then)](bool cancelled) {
    if (cancelled) return answer_stopping(api, std::move(*held));
    const auto snapshot = api.parts().money->newest();
    if (!snapshot)
      return api.answer_problem(std::move(*held), ProblemKind::views_not_ready,
                                "journal, settlement and payouts aren't there; GET /readyz?verbose says why");
    then(api, std::move(*held), *snapshot);
  };
  if (api.parts().money->questions().add(std::move(work))) return;
  api.answer_no_room(std::move(*held));
}

namespace {

// A job's call. Answered when the job lets go of it: by then the next one may begin.
struct JobCall {
  JobCall(Api& a, CallPtr c) : api(a), call(std::move(c)) {}
  ~JobCall() {
    if (call == nullptr) return;
    if (!answer) {
      answer_stopping(api, std::move(call));
    } else if (!*answer) {
      answer_job_error(api, std::move(call), answer->error());
    } else {
      answer_job(api, std::move(call), **answer);
    }
  }
  JobCall(const JobCall&) = delete;
  JobCall& operator=(const JobCall&) = delete;

  Api& api;
  CallPtr call;
  std::optional<Result<JobAnswer>> answer;  // nothing: it never began
};

}  // namespace

void begin_job(Api& api, CallPtr call, std::string what, Job job) {
  if (api.is_draining()) return answer_stopping(api, std::move(call));
  const auto held = std::make_shared<JobCall>(api, std::move(call));
  WorkThread::Work work;
  work.what = std::move(what);
  work.whose = held->call->caller->actor.id;
  work.act = [held, job = std::move(job)](bool cancelled) {
    if (cancelled) return;
    auto& side = *held->api.parts().money;
    LedgerSink sink(side.ledger());
    held->answer = job(side.ports_of(sink), side.owner(held->call->caller->actor, {}));
  };
  const auto begun = api.parts().money->jobs().begin(std::move(work));
  if (!begun) answer_job_error(api, std::move(held->call), begun.error());
}

std::optional<WorkKey> take_work_key(Api& api, CallPtr& call) {
  auto key = take_key(api, call);
  if (!key) return std::nullopt;
  return work_key(api, *call, *std::move(key));
}

std::optional<WorkKey> take_csv_key(Api& api, CallPtr& call) {
  const auto& head = call->request.head;
  const auto type = head.header("Content-Type");
  const bool is_csv = type.substr(0, type.find(';')) == "text/csv" && head.count("Content-Type") == 1;
  if (!is_csv) {
    api.answer_problem(std::move(call), ProblemKind::unsupported_media_type, "send the file as text/csv");
    return std::nullopt;
  }
  auto key = idempotency_key_of(head);
  if (const auto* fault = std::get_if<KeyFault>(&key)) {
    const auto kind = *fault == KeyFault::missing ? ProblemKind::key_missing : ProblemKind::key_malformed;
    api.answer_problem(std::move(call), kind, text_of(*fault));
    return std::nullopt;
  }
  return work_key(api, *call, std::get<std::string>(std::move(key)));
}

}  // namespace wonjang
