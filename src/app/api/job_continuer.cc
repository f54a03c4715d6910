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
constexpr std::string_view kCutOffEachTime =
    "it was cut off each time: ask for it again once the reason is known";

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

}  // namespace

// As the request came, from who was let in then. Null: no request of this version.
CallPtr JobContinuer::call_of(const PendingJob& job) const {
  const bool is_sayable = job.target.starts_with('/') && std::ranges::all_of(job.target, &may_be_target) &&
                          std::ranges::all_of(job.key_header + job.content_type, &may_be_sent);
  if (!is_sayable) return nullptr;
  HttpRequest request;
  std::vector<HttpHeader> headers{{"Idempotency-Key", job.key_header}};
  if (!job.content_type.empty()) headers.push_back({"Content-Type", job.content_type});
  request.head = HttpRequestHead::make("POST", job.target, headers);
  request.body = job.body;
  auto respond = Respond::to([&api = api_, what = job.what, key = job.key](const HttpResponse& response) {
    const bool is_done = response.status < 300;
    const auto body = response.body.substr(0, kAnswerShown);
    log_event(is_done ? LogLevel::info : LogLevel::warn, is_done ? "job_went_on" : "job_cannot_go_on",
              {{"what", what}, {"status", response.status}, {"answer", is_done ? std::string_view() : body}});
    // Refused it would be refused at each start; what failed may go well at the next one.
    const bool is_refused = response.status >= 400 && response.status < 500;
    if (is_refused) api.pending_jobs().give_up(key, api.clock().now());
  });
  auto call = std::make_unique<Call>(std::move(request), std::move(respond));
  call->request_id = api_.request_id_of(call->request.head);
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

void JobContinuer::put_away(const PendingJob& job, std::string_view why) const {
  log_event(LogLevel::error, "job_given_up", {{"what", job.what}, {"why", why}});
  api_.pending_jobs().give_up(job.key, api_.clock().now());
}

void JobContinuer::start() {
  auto found = api_.pending_jobs().all();
  for (const auto& name : found.unreadable)
    log_event(LogLevel::error, "job_given_up", {{"what", name}, {"why", "the file can't be read"}});
  thread_ = std::thread([this, found = std::move(found)]() mutable { run(std::move(found)); });
}

void JobContinuer::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void JobContinuer::take_back_tries() {
  for (const auto& key : std::exchange(begun_, {})) api_.pending_jobs().take_back_try(key);
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

Result<void> JobContinuer::add_leases(std::vector<PendingJob>& jobs,
                                      const std::vector<PendingJob>& given_up) const {
  WJ_TRY(const auto view, api_.parts().money->now());
  WJ_TRY(const auto runs, money::MoneyReader(*view.snapshot).runs(BusinessDate(), money::kEveryDate));
  const auto& own = api_.parts().money->options().holder;
  for (const auto& run : runs) {
    if (!run.started || run.ended || run.started->holder == own) continue;
    const auto what = run_of(run.date);
    if (std::ranges::any_of(jobs, [&](const PendingJob& job) { return job.what == what; })) continue;
    // Each try leaves a younger lease behind it, so what was given up is known by more than its key.
    const auto is_it = [&](const PendingJob& job) {
      return job.what == what && job.given_up_at >= run.started->known_at;
    };
    if (std::ranges::any_of(given_up, is_it)) {
      log_event(LogLevel::error, "job_given_up", {{"what", what}, {"why", kCutOffEachTime}});
      continue;
    }
    jobs.push_back(request_of_lease(api_, run));
  }
  return {};
}

void JobContinuer::run(PendingJobs::Found found) {
  if (!wait_for_projection()) {
    if (!found.jobs.empty() && !api_.is_draining())
      log_event(LogLevel::error, "job_cannot_go_on",
                {{"what", "jobs that were cut off"}, {"why", "the projection money has stopped"}});
    return;
  }
  // Whoever asked for it again since the start has heard what came of it.
  std::erase_if(found.jobs, [this](const PendingJob& job) { return !api_.pending_jobs().has(job.key); });
  auto& jobs = found.jobs;
  if (const auto added = add_leases(jobs, found.given_up); !added)
    log_event(LogLevel::warn, "job_cannot_go_on",
              {{"what", "runs that were cut off"}, {"why", added.error().message}});
  for (auto& job : jobs) {
    if (api_.is_draining()) return;
    go_on_with(std::move(job));
  }
}

void JobContinuer::go_on_with(PendingJob job) {
  const auto& pending = api_.pending_jobs();
  if (job.tries >= kTriesMax) return put_away(job, kCutOffEachTime);
  ++job.tries;
  if (const auto kept = pending.keep(job); !kept) {
    return log_event(LogLevel::error, "job_cannot_go_on",
                     {{"what", job.what}, {"why", kept.error().message}});
  }
  begun_.push_back(job.key);
  log_event(LogLevel::warn, "job_goes_on",
            {{"what", job.what},
             {"whose", job.actor.id},
             {"since", to_rfc3339(job.begun_at)},
             {"tries", static_cast<std::int64_t>(job.tries)}});
  if (job.target.starts_with(kRedateTarget))
    return redate_later(api_, job.actor, job.target.substr(kRedateTarget.size()), job.key);
  auto call = call_of(job);
  if (call == nullptr) return put_away(job, "it is no request that this version knows");
  api_.metrics().begin_request();
  const auto handler = call->route->handler;
  handler(api_, std::move(call));
}

}  // namespace wonjang
