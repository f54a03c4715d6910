#include "app/api/job_continuer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/api/api.h"
#include "app/api/money_work.h"
#include "engine/money/money_reader.h"

namespace wonjang {
namespace {

// How often a wait for the projection looks whether the process stops.
constexpr auto kLookAgain = std::chrono::milliseconds(100);
constexpr std::size_t kAnswerShown = 500;

std::string run_of(BusinessDate date) { return "a run for " + to_text(date); }

// The lease itself as a request: its key belongs to this very attempt.
PendingJob request_of_lease(Api& api, const money::RunNow& run) {
  const auto key = "goes-on-" + to_text(run.date) + "-" + std::to_string(run.started->attempt);
  PendingJob out;
  out.key = idempotency_key(api.digest(), {}, KeyKind::request, key);
  out.what = run_of(run.date);
  out.target = "/v1/settlement/runs";
  out.content_type = "application/json";
  out.key_header = key;
  out.actor = {ActorKind::system, "restart"};
  out.begun_at = run.started->known_at;
  out.body = R"({"date":")" + to_text(run.date) + R"("})";
  return out;
}

bool may_be_sent(char c) { return c >= 0x20 && c <= 0x7E; }
bool may_be_target(char c) { return c > 0x20 && c <= 0x7E; }

// As the request came, from who was let in then. Null: no request of this version.
CallPtr call_of(Api& api, const PendingJob& job) {
  const bool is_sayable = job.target.starts_with('/') && std::ranges::all_of(job.target, &may_be_target) &&
                          std::ranges::all_of(job.key_header + job.content_type, &may_be_sent);
  if (!is_sayable) return nullptr;
  HttpRequest request;
  std::vector<HttpHeader> headers{{"Idempotency-Key", job.key_header}};
  if (!job.content_type.empty()) headers.push_back({"Content-Type", job.content_type});
  request.head = HttpRequestHead::make("POST", job.target, headers);
  request.body = job.body;
  auto respond = Respond::to([what = job.what](const HttpResponse& response) {
    const bool is_done = response.status < 300;
    const auto body = response.body.substr(0, kAnswerShown);
    log_event(is_done ? LogLevel::info : LogLevel::warn, is_done ? "job_went_on" : "job_cannot_go_on",
              {{"what", what}, {"status", response.status}, {"answer", is_done ? std::string_view() : body}});
  });
  auto call = std::make_unique<Call>(std::move(request), std::move(respond));
  call->request_id = api.request_id_of(call->request.head);
  const auto matched = match_route("POST", call->path());
  if (matched.route == nullptr || matched.route->handler == nullptr) return nullptr;
  call->route = matched.route;
  call->parameter = matched.parameter;
  auto caller = std::make_shared<Caller>();
  caller->actor = job.actor;
  caller->scopes = matched.route->scopes;
  call->caller = std::move(caller);
  call->continues_since = job.begun_at;
  return call;
}

void put_away(const PendingJobs& pending, const PendingJob& job, std::string_view why) {
  log_event(LogLevel::error, "job_given_up", {{"what", job.what}, {"why", why}});
  pending.give_up(job.key);
}

}  // namespace

void JobContinuer::start() {
  auto found = api_.pending_jobs().all();
  for (const auto& name : found.unreadable)
    log_event(LogLevel::error, "job_given_up", {{"what", name}, {"why", "the file can't be read"}});
  thread_ = std::thread([this, jobs = std::move(found.jobs)]() mutable { run(std::move(jobs)); });
}

void JobContinuer::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

bool JobContinuer::wait_for_projection() {
  auto& runner = api_.parts().money->runner();
  const auto wanted = api_.ledger().tails().of;
  for (;;) {
    const bool reached = runner.wait_for(wanted, kLookAgain) == projection::Waited::reached;
    {
      const MutexLock lock(mutex_);
      if (stopping_) return false;
    }
    if (reached && runner.view()) return true;
    const auto state = runner.status().state;
    if (state == projection::State::stopped) return false;
    // While it is being built there is nothing to wait for at the runner.
    if (!reached || !runner.view()) std::this_thread::sleep_for(kLookAgain);
  }
}

Result<void> JobContinuer::add_leases(std::vector<PendingJob>& jobs) const {
  WJ_TRY(const auto view, api_.parts().money->now());
  WJ_TRY(const auto runs, money::MoneyReader(*view.snapshot).runs(BusinessDate(), money::kEveryDate));
  const auto& own = api_.parts().money->options().holder;
  for (const auto& run : runs) {
    if (!run.started || run.ended || run.started->holder == own) continue;
    const auto what = run_of(run.date);
    if (std::ranges::any_of(jobs, [&](const PendingJob& job) { return job.what == what; })) continue;
    jobs.push_back(request_of_lease(api_, run));
  }
  return {};
}

void JobContinuer::run(std::vector<PendingJob> jobs) {
  if (!wait_for_projection()) return;
  if (const auto added = add_leases(jobs); !added)
    log_event(LogLevel::warn, "job_cannot_go_on",
              {{"what", "runs that were cut off"}, {"why", added.error().message}});
  for (auto& job : jobs) {
    if (api_.is_draining()) return;
    go_on_with(std::move(job));
  }
}

void JobContinuer::go_on_with(PendingJob job) const {
  const auto& pending = api_.pending_jobs();
  if (job.tries >= kTriesMax)
    return put_away(pending, job, "it was cut off each time: ask for it again once the reason is known");
  ++job.tries;
  if (const auto kept = pending.keep(job); !kept) {
    return log_event(LogLevel::error, "job_cannot_go_on",
                     {{"what", job.what}, {"why", kept.error().message}});
  }
  log_event(LogLevel::warn, "job_goes_on",
            {{"what", job.what},
             {"whose", job.actor.id},
             {"since", to_rfc3339(job.begun_at)},
             {"tries", static_cast<std::int64_t>(job.tries)}});
  if (job.target.starts_with(kRedateTarget))
    return redate_later(api_, job.actor, job.target.substr(kRedateTarget.size()), job.key);
  auto call = call_of(api_, job);
  if (call == nullptr) return put_away(pending, job, "it is no request that this version knows");
  api_.metrics().begin_request();
  const auto handler = call->route->handler;
  handler(api_, std::move(call));
}

}  // namespace wonjang
