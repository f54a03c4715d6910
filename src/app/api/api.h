// Api: the HTTP face of a ledger. Takes each request through the table of routes (routes.h): who calls, may
// they, is the key there, then the route's handler; gives the answer its headers, its counts and its log
// line.
//
// Threads: handle() and friends on the server's threads; completions on writers' and providers' threads.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/openssl/crypto.h"
#include "app/api/auth.h"
#include "app/api/backups.h"
#include "app/api/deadlines.h"
#include "app/api/handlers.h"
#include "app/api/in_doubt_ages.h"
#include "app/api/ingest.h"
#include "app/api/json/problem.h"
#include "app/api/log.h"
#include "app/api/metrics.h"
#include "app/api/pending_jobs.h"
#include "app/api/query_pool.h"
#include "app/api/routes.h"
#include "app/api/sessions.h"
#include "app/api/tokens.h"
#include "app/api/view_read.h"
#include "app/api/waiters.h"
#include "app/http/message.h"
#include "app/money/money_side.h"
#include "base/mutex.h"
#include "engine/ledger/gateway.h"
#include "engine/ledger/ledger.h"

namespace wonjang {

struct ApiOptions {
  std::int64_t provider_call_ms = 5'000;      // deadline of an intent's call
  std::int64_t request_ms = 15'000;           // a caller hears at least "unknown" by then
  std::int64_t position_wait_ms_max = 2'000;  // min-position
  std::int64_t feed_wait_ms_max = 30'000;
  std::size_t ingest_line_bytes_max = 256 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;  // of every route; most have a smaller bound of their own
  std::int64_t merchant_key_days_max = 365;  // life of a key that a merchant makes for itself
  SessionTimes session_times;                // of the console
  ReadCeilings ceilings;                     // of the serving views
  std::string log_name = "wonjang";          // of the signed heads, see docs/formats/proof.md
  std::string jobs_dir;                      // of pending_jobs.h; empty: no job goes on by itself
  std::string version;
};

// Used, not owned.
struct ApiParts {
  Ledger& ledger;
  Gateway& gateway;
  Authenticator& authenticator;
  const Tokens& tokens;
  const SigningKey& signing_key;
  Waiters& waiters;
  Deadlines& deadlines;
  QueryPool& queries;
  std::vector<std::string> providers;                 // by name, sorted
  std::function<std::vector<Sample>()> more_samples;  // of what the API doesn't know (server, disk, resolver)
  std::function<std::vector<std::string>()> more_troubles;  // why the service isn't ready, beside the books
  MakeBackup backup = {};                                   // empty: no directory for them is configured
  Serving* serving = nullptr;                               // null: the views aren't served here
  std::function<std::string()> views_trouble = {};          // empty when they are well
  MoneySide* money = nullptr;                               // null: nor is the money side
  std::function<std::string()> money_trouble = {};          // empty when it is well
};

class Api final : public HttpHandler, public Completion {
 public:
  Api(ApiOptions options, ApiParts parts);

  // HttpHandler
  void handle(HttpRequest request, Respond respond) override;
  bool wants_stream(const HttpRequestHead& head) override;
  void handle_stream(std::shared_ptr<HttpStream> stream) override;
  std::optional<HttpResponse> refuse_body(const HttpRequestHead& head) override;
  std::optional<std::size_t> body_bytes_max(const HttpRequestHead& head) override;
  HttpResponse protocol_error(int status, std::string_view code, std::string_view detail) override;

  // From now on nothing new is written and /readyz says no.
  void set_draining();
  // Told to end when draining begins, if it is still there.
  void add_stream(std::weak_ptr<OpenStream> stream);
  bool is_draining() const { return draining_.load(std::memory_order_relaxed); }

  // For handlers.
  const ApiOptions& options() const { return options_; }
  const ApiParts& parts() const { return parts_; }
  Ledger& ledger() const { return parts_.ledger; }
  const Clock& clock() const { return parts_.ledger.ports().clock; }
  const Digest& digest() const { return parts_.ledger.ports().digest; }
  Metrics& metrics() { return metrics_; }
  Sessions& sessions() { return sessions_; }
  InDoubtAges& in_doubt_ages() { return in_doubt_ages_; }
  const PendingJobs& pending_jobs() const { return pending_jobs_; }
  std::shared_ptr<const RegistryState> registry() const { return parts_.authenticator.registry(); }

  void answer(CallPtr call, HttpResponse response);
  void answer_json(CallPtr call, std::string body, int status = 200);
  void answer_reply(CallPtr call, Reply reply);
  void answer_problem(CallPtr call, ProblemKind kind, std::string_view detail = {},
                      std::int64_t retry_after_s = -1);
  void answer_refusal(CallPtr call, const Refusal& refusal);
  void answer_no_room(CallPtr call);                // the waiters took no more
  void answer_not_served(CallPtr call, Part part);  // this server was told not to
  bool serves(Part part) const;
  void answer_error(CallPtr call, const Error& error);  // of a read that failed: nothing was meant to change
  // What a caller is told of a write that failed. The error's message is for the log alone.
  ProblemKind kind_of_failed_write(const Error& error) const;
  HttpResponse problem_response(ProblemKind kind, std::string_view detail, std::string_view request_id,
                                std::string_view instance);

  // Hands a request to the ledger (or, if it may need a provider, to the gateway); the answer comes by
  // complete().
  void submit(CallPtr call, Request request);
  void complete(std::uint64_t tag, Answer answer) override;
  // What the ledger said, as HTTP. Also for requests that went through a deadline watch.
  void finish(CallPtr call, Answer answer);

  // A stream's head: who calls, by key or by session, or the answer that refuses it.
  struct Admitted {
    std::shared_ptr<const Caller> caller;
    HttpResponse refusal;
  };
  Admitted admit(const HttpRequestHead& head, const Route& route, std::string_view request_id);
  // Of a call that has waited. False: since it was let in its key was revoked or has expired, or its session
  // has ended, and it has got the answer that says so.
  bool is_still_let_in(CallPtr& call);
  // 415: a body with a Content-Encoding.
  HttpResponse refusal_of_packed(std::string_view request_id, std::string_view instance);
  std::string request_id_of(const HttpRequestHead& head);

 private:
  bool authorize(CallPtr& call);
  Admitted admit_by_key(const HttpRequestHead& head, const Route& route, std::string_view request_id);
  Admitted admit_by_cookie(const HttpRequestHead& head, const Route& route, std::string_view request_id);
  void answer_failure(CallPtr call, const Error& error, ProblemKind kind);
  void note_spread(const Call& call, HttpResponse& response);
  void log_answer(const Call& call, const HttpResponse& response, std::int64_t micros) const;

  const ApiOptions options_;
  const ApiParts parts_;
  Metrics metrics_;
  Sessions sessions_;
  const PendingJobs pending_jobs_;
  InDoubtAges in_doubt_ages_;
  const std::string id_prefix_;
  std::atomic<std::uint64_t> id_count_{0};
  std::atomic<bool> draining_{false};
  Mutex streams_mutex_;
  std::vector<std::weak_ptr<OpenStream>> streams_ WJ_GUARDED_BY(streams_mutex_);
};

}  // namespace wonjang
