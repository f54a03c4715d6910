#include "app/api/api.h"

#include <algorithm>
#include <utility>

#include "app/api/idempotency_header.h"
#include "app/api/ingest.h"
#include "app/api/json/answers.h"
#include "app/api/media_type.h"
#include "app/api/secret_guard.h"
#include "app/api/session_door.h"
#include "app/api/view_read.h"
#include "app/console/console.h"

namespace wonjang {
namespace {

constexpr std::size_t kUnroutedBodyMax = 64 * 1024;
constexpr std::size_t kNothingBodyMax = 1024;  // where there is nothing to say: {}
constexpr std::string_view kNoBody = "this path takes no body: send none, or {}";

std::vector<RouteName> route_names() {
  std::vector<RouteName> out;
  for (const auto& route : routes()) out.push_back({route.method, route.path});
  return out;
}

std::int64_t micros_since(std::chrono::steady_clock::time_point start) {
  const auto elapsed = std::chrono::steady_clock::now() - start;
  return std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count();
}

bool is_request_id(std::string_view text) {
  if (text.empty() || text.size() > 128) return false;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!plain && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

const char* why(AuthFailure failure) {
  switch (failure) {
    case AuthFailure::none:
      return "none";
    case AuthFailure::missing:
      return "missing";
    case AuthFailure::malformed:
      return "malformed";
    case AuthFailure::unknown:
      return "unknown";
    case AuthFailure::revoked:
      return "revoked";
    case AuthFailure::expired:
      return "expired";
  }
  return "none";
}

std::string words_of(Scopes scopes) {
  std::string out;
  const auto add = [&](Scope scope, std::string_view word) {
    if ((scopes & scope) != 0) out.append(out.empty() ? "" : " or ").append(word);
  };
  add(kScopeMerchant, "merchant");
  add(kScopeOperator, "operator");
  add(kScopeIngest, "ingest");
  return out;
}

std::string missing_scope(Scopes wanted, Scopes given) {
  return "this path is for keys of the scope " + words_of(wanted) +
         (given == kScopeNone ? "; what this key's scopes name, it has no use of"
                              : "; this key has " + words_of(given));
}

// Nothing but {} and blanks: what clients send where there is nothing to say.
bool says_nothing(std::string_view body) {
  std::string seen;
  for (const char c : body) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') seen.push_back(c);
  }
  return seen == "{}";
}

// Retry-After by status, where a repeat makes sense.
void add_retry_after(HttpResponse& response, std::int64_t seconds) {
  if (seconds < 0 && (response.status == 409 || response.status == 429 || response.status == 503))
    seconds = 1;
  if (seconds >= 0) response.headers.push_back({"Retry-After", std::to_string(seconds)});
}

}  // namespace

Api::Api(ApiOptions options, ApiParts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      metrics_(route_names()),
      sessions_(parts_.ledger.ports().digest, options_.session_times),
      pending_jobs_(options_.jobs_dir),
      id_prefix_("req_" + to_hex(random_bytes(6))) {}

std::string Api::request_id_of(const HttpRequestHead& head) {
  const auto given = head.header("X-Request-Id");
  if (is_request_id(given) && !holds_secret(given)) return std::string(given);
  return id_prefix_ + std::to_string(id_count_.fetch_add(1, std::memory_order_relaxed));
}

void Api::set_draining() {
  draining_.store(true);
  std::vector<std::weak_ptr<OpenStream>> streams;
  {
    const MutexLock lock(streams_mutex_);
    streams.swap(streams_);
  }
  for (const auto& one : streams) {
    if (const auto stream = one.lock()) stream->drain();
  }
}

void Api::add_stream(std::weak_ptr<OpenStream> stream) {
  const MutexLock lock(streams_mutex_);
  std::erase_if(streams_, [](const auto& one) { return one.expired(); });
  streams_.push_back(std::move(stream));
}

// ---- the way in ----

void Api::handle(HttpRequest request, Respond respond) {
  metrics_.begin_request();
  auto call = std::make_unique<Call>(std::move(request), std::move(respond));
  call->request_id = request_id_of(call->request.head);
  if (auto page = console_response(call->request.head)) return answer(std::move(call), *std::move(page));
  const auto matched = match_route(call->request.head.method(), call->path());
  if (matched.route == nullptr) {
    if (!matched.known_path) {
      return answer_problem(std::move(call), ProblemKind::not_found,
                            "there is no such path; see /openapi.json");
    }
    auto response = problem_response(ProblemKind::method_not_allowed, "see the header Allow",
                                     call->request_id, call->path());
    response.headers.push_back({"Allow", allowed_methods(call->path())});
    return answer(std::move(call), std::move(response));
  }
  call->route = matched.route;
  call->parameter = matched.parameter;
  if (!authorize(call)) return;
  const auto& route = *call->route;
  if (const auto wrong = wrong_query(route, call->request.head.query())) {
    return answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  if (spread_of(route, ledger().books(), /*by_order=*/false) != Spread::none) {
    if (const auto wrong = wrong_explain_header(call->request.head))
      return answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  if (!serves(route.part)) return answer_not_served(std::move(call), route.part);
  if (route.body_max == 0 && !call->request.body.empty()) {
    if (!says_nothing(call->request.body))
      return answer_problem(std::move(call), ProblemKind::body_too_large, kNoBody);
    call->request.body.clear();
  }
  if (!call->request.body.empty() && is_packed(call->request.head)) {
    auto refusal = refusal_of_packed(call->request_id, call->path());
    return answer(std::move(call), std::move(refusal));
  }
  if (route.handler == nullptr)
    return answer_problem(std::move(call), ProblemKind::not_implemented);  // only streamed
  route.handler(*this, std::move(call));
}

bool Api::authorize(CallPtr& call) {
  if (call->route->scopes == kScopeNone) return true;
  auto admitted = admit(call->request.head, *call->route, call->request_id);
  if (admitted.caller == nullptr) {
    answer(std::move(call), std::move(admitted.refusal));
    return false;
  }
  call->caller = std::move(admitted.caller);
  return true;
}

Api::Admitted Api::admit(const HttpRequestHead& head, const Route& route, std::string_view request_id) {
  const bool by_cookie = head.count("Authorization") == 0 && !session_token_of(head).empty();
  auto out = by_cookie ? admit_by_cookie(head, route, request_id) : admit_by_key(head, route, request_id);
  if (out.caller != nullptr && (out.caller->scopes & route.scopes) == 0) {
    log_event(LogLevel::warn, "scope_refused",
              {{"route", route.path}, {"key", out.caller->actor.id}, {"requestId", request_id}});
    out.refusal = problem_response(ProblemKind::forbidden, missing_scope(route.scopes, out.caller->scopes),
                                   request_id, head.path());
    out.caller = nullptr;
  }
  return out;
}

bool Api::is_still_let_in(CallPtr& call) {
  if (call->caller == nullptr) return true;
  auto admitted = admit(call->request.head, *call->route, call->request_id);
  if (admitted.caller != nullptr) return true;
  answer(std::move(call), std::move(admitted.refusal));
  return false;
}

Api::Admitted Api::admit_by_cookie(const HttpRequestHead& head, const Route& route,
                                   std::string_view request_id) {
  auto admitted = admit_by_session(head, sessions_, parts_.authenticator, clock().now());
  Admitted out{std::move(admitted.caller), {}};
  if (out.caller != nullptr) return out;
  log_event(LogLevel::warn, "session_refused",
            {{"route", route.path}, {"why", admitted.why}, {"requestId", request_id}});
  const auto kind = admitted.forbidden ? ProblemKind::forbidden : ProblemKind::unauthenticated;
  out.refusal = problem_response(kind, admitted.why, request_id, head.path());
  return out;
}

Api::Admitted Api::admit_by_key(const HttpRequestHead& head, const Route& route,
                                std::string_view request_id) {
  Admitted out;
  auto failure = AuthFailure::malformed;  // several of them are as good as none
  if (head.count("Authorization") <= 1) {
    auto authenticated = parts_.authenticator.authenticate(head.header("Authorization"));
    failure = authenticated.failure;
    out.caller = std::move(authenticated.caller);
  }
  if (failure == AuthFailure::none) return out;
  log_event(LogLevel::warn, "auth_refused",
            {{"route", route.path}, {"why", why(failure)}, {"requestId", request_id}});
  const auto detail = failure == AuthFailure::missing
                          ? std::string_view("send the header `Authorization: Bearer wonjang_live_...`")
                          : std::string_view("this key isn't valid: mistyped, cut, revoked or expired");
  out.caller = nullptr;
  out.refusal = problem_response(ProblemKind::unauthenticated, detail, request_id, head.path());
  out.refusal.headers.push_back({"WWW-Authenticate", "Bearer realm=\"wonjang\""});
  return out;
}

bool Api::wants_stream(const HttpRequestHead& head) {
  const auto matched = match_route(head.method(), head.path());
  return matched.route != nullptr && matched.route->handler == nullptr;
}

void Api::handle_stream(std::shared_ptr<HttpStream> stream) { start_ingest(*this, std::move(stream)); }

// Nobody's bodies aren't gathered: who calls and may they is known from the head.
std::optional<HttpResponse> Api::refuse_body(const HttpRequestHead& head) {
  const auto matched = match_route(head.method(), head.path());
  if (matched.route == nullptr || matched.route->scopes == kScopeNone) return std::nullopt;
  const auto request_id = request_id_of(head);
  auto admitted = admit(head, *matched.route, request_id);
  if (admitted.caller != nullptr) return std::nullopt;
  metrics_.begin_request();
  metrics_.end_request(index_of(*matched.route), admitted.refusal.status, micros_since(head.arrival()));
  admitted.refusal.headers.push_back({"X-Request-Id", request_id});
  return std::move(admitted.refusal);
}

std::optional<std::size_t> Api::body_bytes_max(const HttpRequestHead& head) {
  const auto matched = match_route(head.method(), head.path());
  // What no route takes is answered 404 or 405, not 413: its small body is read and dropped.
  if (matched.route == nullptr) return std::min(kUnroutedBodyMax, options_.body_bytes_max);
  const bool may_say_nothing = matched.route->body_max == 0 && matched.route->method == "POST";
  return std::min(may_say_nothing ? kNothingBodyMax : matched.route->body_max, options_.body_bytes_max);
}

HttpResponse Api::protocol_error(int status, std::string_view code, std::string_view detail) {
  auto kind = ProblemKind::internal;
  for (const auto candidate : problem_kinds()) {
    if (spec_of(candidate).status == status) {
      kind = candidate;
      break;
    }
  }
  if (status == 400) kind = ProblemKind::bad_parameter;
  if (status == 503) kind = ProblemKind::unavailable;
  log_event(LogLevel::info, "protocol_error", {{"status", status}, {"code", code}});
  auto response = problem_response(kind, detail, {}, {});
  response.status = status;
  add_retry_after(response, -1);
  return response;
}

// ---- answers ----

HttpResponse Api::problem_response(ProblemKind kind, std::string_view detail, std::string_view request_id,
                                   std::string_view instance) {
  ProblemExtras extras;
  extras.detail = detail;
  extras.request_id = request_id;
  extras.instance = sayable(instance);
  auto reply = problem_reply(kind, extras);
  HttpResponse out;
  out.status = reply.status;
  out.content_type = std::string(content_type_of(reply.status));
  out.body = std::move(reply.body);
  return out;
}

HttpResponse Api::refusal_of_packed(std::string_view request_id, std::string_view instance) {
  auto out = problem_response(
      ProblemKind::unsupported_media_type,
      "send the body as it is, without Content-Encoding: it isn't unpacked here, and nothing was written",
      request_id, instance);
  out.headers.push_back({"Accept-Encoding", "identity"});
  return out;
}

void Api::answer(CallPtr call, HttpResponse response) {
  // For people at a terminal; what is stored of an answer has none.
  const bool is_json =
      response.content_type == "application/json" || response.content_type == "application/problem+json";
  if (is_json && !response.body.empty() && !response.body.ends_with('\n')) response.body.push_back('\n');
  response.headers.push_back({"X-Request-Id", call->request_id});
  note_spread(*call, response);
  // What one person was shown must not come out of a browser's cache for the next.
  if (call->caller != nullptr && call->request.head.count("Cookie") > 0) {
    response.headers.push_back({"Cache-Control", "no-store"});
  }
  const auto micros = micros_since(call->request.head.arrival());
  metrics_.end_request(call->route == nullptr ? Metrics::kRoutesMax : index_of(*call->route), response.status,
                       micros);
  log_answer(*call, response, micros);
  call->respond(std::move(response));
}

namespace {

bool has_parameter(std::string_view query, std::string_view begins) {
  return query.starts_with(begins) || query.find("&" + std::string(begins)) != std::string_view::npos;
}

}  // namespace

// How far the question went over the books: counted, and said to who asks for it.
void Api::note_spread(const Call& call, HttpResponse& response) {
  if (call.route == nullptr || response.status != 200) return;
  const auto query = call.request.head.query();
  const auto books = ledger().books();
  const auto spread = spread_of(*call.route, books, has_parameter(query, "orderId="));
  metrics_.count_read(spread);
  const bool is_asked =
      has_parameter(query, "explain=") ? has_parameter(query, "explain=true") : has_explain_header(call);
  if (spread != Spread::none && is_asked)
    response.headers.push_back({"Ledger-Route", route_text(spread, books)});
}

void Api::log_answer(const Call& call, const HttpResponse& response, std::int64_t micros) const {
  const auto level = response.status >= 500 ? LogLevel::error : LogLevel::debug;
  if (!log_wants(level)) return;
  log_event(
      level, "request",
      {{"method", call.route == nullptr ? "any" : call.route->method},
       {"route", call.route == nullptr ? "unknown" : call.route->path},
       {"status", response.status},
       {"micros", micros},
       {"key", call.caller == nullptr ? std::string_view("none") : std::string_view(call.caller->actor.id)},
       {"requestId", call.request_id}});
}

void Api::answer_json(CallPtr call, std::string body, int status) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  answer(std::move(call), std::move(response));
}

void Api::answer_reply(CallPtr call, Reply reply) {
  HttpResponse response;
  response.status = reply.status;
  response.content_type = std::string(content_type_of(reply.status));
  response.body = std::move(reply.body);
  add_retry_after(response, -1);
  answer(std::move(call), std::move(response));
}

void Api::answer_problem(CallPtr call, ProblemKind kind, std::string_view detail,
                         std::int64_t retry_after_s) {
  auto response = problem_response(kind, detail, call->request_id, call->path());
  add_retry_after(response, retry_after_s);
  answer(std::move(call), std::move(response));
}

void Api::answer_no_room(CallPtr call) {
  if (is_draining()) {
    return answer_problem(std::move(call), ProblemKind::shutting_down, "another server may take it");
  }
  answer_problem(std::move(call), ProblemKind::queue_full, "too many requests are waiting already");
}

bool Api::serves(Part part) const {
  switch (part) {
    case Part::ledger:
      return true;
    case Part::views:
      return parts_.serving != nullptr;
    case Part::money:
      return parts_.money != nullptr;
  }
  return true;
}

void Api::answer_not_served(CallPtr call, Part part) {
  answer_problem(std::move(call), ProblemKind::not_served,
                 part == Part::money
                     ? "journal, settlement and payouts aren't kept here (money.enabled = false)"
                     : "lists, search and totals aren't kept here (serving.enabled = false); one payment is "
                       "found by its id, or by GET /v1/payments?orderId=");
}

void Api::answer_refusal(CallPtr call, const Refusal& refusal) {
  answer_reply(std::move(call), refusal_reply(refusal));
}

ProblemKind Api::kind_of_failed_write(const Error& error) const {
  switch (error.kind) {
    case ErrorKind::invalid:
    case ErrorKind::not_found:
      return ProblemKind::internal;
    case ErrorKind::conflict:  // nothing was written
    case ErrorKind::unavailable:
      for (const auto& book : ledger().status()) {
        if (book.condition == BookCondition::disk_full) return ProblemKind::storage_full;
      }
      return is_draining() ? ProblemKind::shutting_down : ProblemKind::unavailable;
    case ErrorKind::in_doubt:
    case ErrorKind::corrupt:  // it may stand there all the same
      return ProblemKind::write_in_doubt;
  }
  return ProblemKind::internal;
}

void Api::answer_error(CallPtr call, const Error& error) {
  const bool may_pass = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::conflict;
  const auto passing = is_draining() ? ProblemKind::shutting_down : ProblemKind::unavailable;
  answer_failure(std::move(call), error, may_pass ? passing : ProblemKind::internal);
}

// The problem's own sentences say what to do; the message names files and engines.
void Api::answer_failure(CallPtr call, const Error& error, ProblemKind kind) {
  log_event(LogLevel::error, "ledger_error",
            {{"kind", name_of(error.kind)}, {"message", error.message}, {"requestId", call->request_id}});
  answer_problem(std::move(call), kind);
}

// ---- through the ledger ----

namespace {

// A call whose caller hears by its deadline, whatever the provider does.
struct Watched {
  std::atomic<bool> answered{false};
  CallPtr call;
  Deadlines::Ticket deadline;
};

class WatchedCompletion final : public Completion {
 public:
  WatchedCompletion(Api& api, std::shared_ptr<Watched> watched) : api_(api), watched_(std::move(watched)) {}
  void complete(std::uint64_t, Answer answer) override {
    if (watched_->answered.exchange(true)) return;
    api_.parts().deadlines.call_off(watched_->deadline);
    api_.finish(std::move(watched_->call), std::move(answer));
  }
  void flush() override { delete this; }  // always comes after complete()

 private:
  Api& api_;
  std::shared_ptr<Watched> watched_;
};

bool may_call_provider(const Request& request) {
  const auto* command = std::get_if<PaymentCommand>(&request.command);
  return command != nullptr &&
         (std::holds_alternative<BeginApproval>(*command) || std::holds_alternative<CancelPayment>(*command));
}

}  // namespace

void Api::submit(CallPtr call, Request request) {
  if (is_draining()) {
    return answer_problem(std::move(call), ProblemKind::shutting_down,
                          "nothing was written; another server may take it");
  }
  if (ledger().room() == 0) {
    return answer_problem(std::move(call), ProblemKind::queue_full,
                          "nothing was written; send the same request with the same key again");
  }
  if (!may_call_provider(request)) {
    request.completion = this;
    request.tag = reinterpret_cast<std::uintptr_t>(call.release());
    return ledger().submit(std::move(request));
  }
  auto watched = std::make_shared<Watched>();
  const auto until = call->request.head.arrival() + std::chrono::milliseconds(options_.request_ms);
  const auto payment = request.payment;
  watched->call = std::move(call);
  const auto deadline = parts_.deadlines.at(until, [this, watched, payment] {
    if (watched->answered.exchange(true)) return;
    ProblemExtras extras;
    extras.detail =
        "the provider's answer isn't known yet; ask for the payment, or send the same request again";
    extras.payment = payment;
    extras.request_id = watched->call->request_id;
    extras.instance = sayable(watched->call->path());
    answer_reply(std::move(watched->call), problem_reply(ProblemKind::outcome_unknown, extras));
  });
  if (!deadline) return answer_no_room(std::move(watched->call));  // before anything was written
  watched->deadline = *deadline;
  request.completion = new WatchedCompletion(*this, watched);  // owned by its own flush()
  parts_.gateway.submit(std::move(request));
}

void Api::complete(std::uint64_t tag, Answer answer) {
  finish(CallPtr(reinterpret_cast<Call*>(static_cast<std::uintptr_t>(tag))), std::move(answer));  // NOLINT
}

}  // namespace wonjang
