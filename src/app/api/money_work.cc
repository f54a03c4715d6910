#include "app/api/money_work.h"

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/idempotency_header.h"
#include "app/api/json/pan_guard.h"
#include "app/api/media_type.h"
#include "app/api/money_read.h"
#include "app/api/write_request.h"
#include "app/money/ledger_sink.h"
#include "domain/settlement/csv.h"
#include "engine/ledger/ask.h"

namespace wonjang {
namespace {

// Stands as the reason in what a job writes that goes on after a restart.
constexpr const char* kGoesOn = "goes on after a restart";

// Where an answered request's work can be seen from: all that is durable now.
void add_tails(Api& api, HttpResponse& response) {
  response.headers.push_back({"Ledger-Position", api.parts().tokens.positions(api.ledger().tails())});
}

void answer_job(Api& api, CallPtr call, const JobAnswer& answer) {
  HttpResponse response;
  response.status = answer.status;
  response.content_type = answer.content_type;
  response.body = answer.body;
  response.headers = answer.headers;
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

Request keep_request(Api& api, const Call& call, const JobRequest& job, Reply reply) {
  auto request = write_request(api, *call.caller, job.key.text, *job.asked);
  request.renderer = nullptr;
  request.command = KeepAnswer{job.operation, std::move(reply)};
  return request;
}

Reply reply_to_keep(int status, const std::string& body, bool is_file) {
  const bool is_kept = !is_file && body.size() <= kKeptBytesMax;
  return {static_cast<std::uint16_t>(status), is_kept ? body : std::string()};
}

// Kept now, or kept before without a body: then the same work came to this answer again.
bool is_own_answer(const Answer& kept) {
  return kept.kind == AnswerKind::done || (kept.kind == AnswerKind::replayed && kept.reply.body.empty());
}

class KeptCompletion final : public Completion {
 public:
  KeptCompletion(Api& api, CallPtr call, HttpResponse response)
      : api_(api), call_(std::move(call)), response_(std::move(response)) {}
  void complete(std::uint64_t, Answer answer) override {
    if (!is_own_answer(answer)) return api_.finish(std::move(call_), std::move(answer));
    add_tails(api_, response_);
    api_.answer(std::move(call_), std::move(response_));
  }
  void flush() override { delete this; }  // always comes after complete()

 private:
  Api& api_;
  CallPtr call_;
  HttpResponse response_;
};

// A job's call. Answered when the job lets go of it: by then the next one may begin.
struct JobCall {
  JobCall(Api& a, CallPtr c, JobRequest r) : api(a), call(std::move(c)), request(std::move(r)) {}
  ~JobCall() {
    if (call == nullptr) return;
    if (kept && !is_own_answer(*kept)) {
      api.finish(std::move(call), *std::move(kept));
    } else if (!answer) {
      answer_stopping(api, std::move(call));
    } else if (!*answer) {
      answer_job_error(api, std::move(call), answer->error());
    } else {
      answer_job(api, std::move(call), **answer);
    }
  }
  JobCall(const JobCall&) = delete;
  JobCall& operator=(const JobCall&) = delete;

  // On the jobs' thread. Looked up again: who waited for the first one's end may hear what came of it.
  void run(const Job& job) {
    if (!request.asked) return act(job);
    const auto looked = look_up_key(api, call, request);
    if (looked == KeyLook::answered) api.pending_jobs().forget(request.key.hash);
    if (looked != KeyLook::unused) return;
    if (auto noted = note(); !noted) {
      answer = std::move(noted).error();
      return;
    }
    act(job);
    if (*answer) {
      auto reply = reply_to_keep((*answer)->status, (*answer)->body, !(*answer)->file_name.empty());
      kept = ask(api.ledger(), keep_request(api, *call, request, std::move(reply)));
    }
    // What a shutdown cut short goes on after it, and nobody else hears what a job that went on failed at.
    const bool goes_on_later = !*answer && (api.is_draining() || call->continues_since);
    if (!goes_on_later) api.pending_jobs().forget(request.key.hash);
  }

  void act(const Job& job) {
    auto& side = *api.parts().money;
    LedgerSink sink(side.ledger());
    const std::string reason = call->continues_since ? kGoesOn : "";
    answer = job(side.ports_of(sink), side.owner(call->caller->actor, reason));
  }

  // Before the job's first fact: a process that dies in it knows what to go on with.
  Result<void> note() const {
    const auto& pending = api.pending_jobs();
    if (!call->continues_since) return pending.keep(pending_job_of(api, *call, request));
    if (pending.has(request.key.hash)) return {};
    return conflict("somebody asked for it again since the start, and heard what came of it");
  }

  Api& api;
  CallPtr call;
  JobRequest request;
  std::optional<Result<JobAnswer>> answer;  // nothing: it never began
  std::optional<Answer> kept;               // what the ledger said to keeping it
};

}  // namespace

std::string digest_of_body(Api& api, const Call& call) {
  const auto digest = api.digest().sha256(call.request.body);
  return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

KeyLook look_up_key(Api& api, CallPtr& call, const JobRequest& request) {
  const auto found = api.ledger().find_idempotency(request.key.hash);
  if (!found) {
    api.answer_error(std::move(call), found.error());
    return KeyLook::failed;
  }
  if (!*found) return KeyLook::unused;
  const auto& entry = (*found)->entry;
  const bool is_same = entry.fingerprint == request.asked->fingerprint(api.digest());
  if (is_same && entry.final && entry.reply.empty()) return KeyLook::unused;
  // The ledger says what stands under the key, or whose it is.
  auto keep = keep_request(api, *call, request, {});
  api.submit(std::move(call), std::move(keep));
  return KeyLook::answered;
}

bool answered_from_key(Api& api, CallPtr& call, const JobRequest& request) {
  if (look_up_key(api, call, request) != KeyLook::unused) return true;
  if (!api.pending_jobs().is_of_another(request.key.hash, request.asked->fingerprint(api.digest())))
    return false;
  api.answer_problem(std::move(call), ProblemKind::key_reused);
  return true;
}

void keep_and_answer(Api& api, CallPtr call, const JobRequest& request, HttpResponse response) {
  auto keep =
      keep_request(api, *call, request, reply_to_keep(response.status, response.body, /*is_file=*/false));
  // Owned by its own flush().
  keep.completion = new KeptCompletion(api, std::move(call), std::move(response));
  api.ledger().submit(std::move(keep));
}

PendingJob pending_job_of(Api& api, const Call& call, const JobRequest& request) {
  const auto& head = call.request.head;
  PendingJob out;
  out.key = request.key.hash;
  out.what = request.what;
  out.target = head.target();
  out.content_type = head.header("Content-Type");
  out.key_header = head.header("Idempotency-Key");
  out.actor = call.caller->actor;
  out.begun_at = api.clock().now();
  if (request.asked) out.fingerprint = request.asked->fingerprint(api.digest());
  out.body = call.request.body;
  return out;
}

void begin_job(Api& api, CallPtr call, JobRequest request, Job job) {
  if (api.is_draining()) return answer_stopping(api, std::move(call));
  // One that goes on is looked up on its turn only: what is noted of it has to be forgotten there too.
  const bool waits = call->continues_since.has_value();
  if (!waits && request.asked && answered_from_key(api, call, request)) return;
  WorkThread::Work work;
  work.what = request.what;
  work.whose = call->caller->actor.id;
  const auto held = std::make_shared<JobCall>(api, std::move(call), std::move(request));
  work.act = [held, job = std::move(job)](bool cancelled) {
    if (!cancelled) held->run(job);
  };
  auto& jobs = api.parts().money->jobs();
  const auto begun = waits ? jobs.add(std::move(work)) : jobs.begin(std::move(work));
  if (!begun) answer_job_error(api, std::move(held->call), begun.error());
}

namespace {

// Field by field, as they are kept: a comma parts two fields, whatever their digits would make together.
std::optional<std::uint32_t> line_with_card_number(std::string_view csv) {
  settlement::CsvReader reader(csv);
  while (const auto fields = reader.next()) {
    if (std::ranges::any_of(*fields, [](const std::string& field) { return holds_pan(field); }))
      return reader.line_no();
  }
  return std::nullopt;
}

}  // namespace

std::optional<WorkKey> take_work_key(Api& api, CallPtr& call) {
  auto key = take_key(api, call);
  if (!key) return std::nullopt;
  return work_key(api, *call, *std::move(key));
}

std::optional<WorkKey> take_csv_key(Api& api, CallPtr& call) {
  const auto& head = call->request.head;
  const bool is_csv = is_type(head.header("Content-Type"), "text/csv") && head.count("Content-Type") == 1;
  const auto& body = call->request.body;
  if (body.empty()) {
    api.answer_problem(std::move(call), ProblemKind::cannot_run, "the file is empty; nothing was imported");
    return std::nullopt;
  }
  if (!is_csv) {
    api.answer_problem(std::move(call), ProblemKind::unsupported_media_type,
                       "send the file as text/csv, in UTF-8");
    return std::nullopt;
  }
  if (const auto wrong = not_utf8_at(body)) {
    api.answer_problem(std::move(call), ProblemKind::cannot_run,
                       "line " + std::to_string(*wrong) +
                           " isn't UTF-8; save the file as UTF-8 and send it again. Nothing was imported");
    return std::nullopt;
  }
  if (const auto line = line_with_card_number(body)) {
    api.answer_problem(
        std::move(call), ProblemKind::cannot_run,
        "line " + std::to_string(*line) +
            " holds what looks like a card number, which is never taken: leave it out, or put letters "
            "between the digits of a number of another kind. Nothing was imported");
    return std::nullopt;
  }
  auto key = take_key_header(api, call);
  if (!key) return std::nullopt;
  return work_key(api, *call, *std::move(key));
}

}  // namespace wonjang
