// Work of the money side behind a request: jobs that write, one at a time, and questions that read much. The
// call is answered from their threads.
//
// Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/api/handlers.h"
#include "app/api/pending_jobs.h"
#include "app/http/message.h"
#include "app/money/money_side.h"
#include "engine/ledger/idempotency.h"

namespace wonjang {

// On the questions' thread, with a snapshot that has seen everything that was durable. Answers 503 when there
// is none.
using ThenAsk = std::function<void(Api&, CallPtr, const std::shared_ptr<const KvSnapshot>&)>;
void ask_money(Api& api, CallPtr call, std::string what, ThenAsk then);

// The idempotency key of a request whose body is JSON or CSV. Nothing: the call was answered.
struct WorkKey {
  std::string text;
  Hash128 hash{};
};
std::optional<WorkKey> take_work_key(Api& api, CallPtr& call);
std::optional<WorkKey> take_csv_key(Api& api, CallPtr& call);

// A request that begins a job. What came of it is kept under its key in the ledger (KeepAnswer), so whoever
// sends it again, after a restart too, hears that and begins nothing.
//   - kept once the job is done: a process that died in it has kept nothing, and the same request again does
//     the rest of the job;
//   - a job that failed keeps nothing either: it may go well the next time;
//   - an answer without a body, or one of more than kKeptBytesMax, isn't kept itself. The key still
//     belongs to its request, and a repeat does the job again, which finds what stands.
constexpr std::size_t kKeptBytesMax = 256 * 1024;
struct JobRequest {
  std::string what;       // "payouts for 2026-11-22", for who comes second
  std::string operation;  // "run_payouts", for the event
  WorkKey key;
  std::optional<CanonicalRequest> asked;  // nothing: a dry run, of which nothing is kept
};

// SHA-256 of the call's body, hex: of a file, what it is known by.
std::string digest_of_body(Api& api, const Call& call);

// unused: nobody is answered. The rest are answered: by what is kept under the key or that it is another
// request's, or that the ledger couldn't say.
enum class KeyLook : std::uint8_t { unused, answered, failed };
KeyLook look_up_key(Api& api, CallPtr& call, const JobRequest& request);
// For a new request. True: the call is answered, also when the key is noted for another one.
bool answered_from_key(Api& api, CallPtr& call, const JobRequest& request);
// Keeps what `response` says under the key and answers with it, once that is durable.
void keep_and_answer(Api& api, CallPtr call, const JobRequest& request, HttpResponse response);

// What is kept of the request while its job is under way, so that a process that is started again goes on
// with it.
PendingJob pending_job_of(Api& api, const Call& call, const JobRequest& request);

// On the jobs' thread; 409 JOB_UNDER_WAY when another job is. `job` gives the answer's body, or why there is
// none. A job that goes on after a restart (Call::continues_since) waits for its turn.
struct JobAnswer {
  std::string body;
  int status = 200;
  std::string content_type = "application/json";
  std::string file_name;  // of a file that a browser keeps; empty: none. Such a body isn't kept
  std::vector<HttpHeader> headers;
};
using Job = std::function<Result<JobAnswer>(const money::MoneyPorts&, const money::JobOwner&)>;
void begin_job(Api& api, CallPtr call, JobRequest request, Job job);

// Moves the payout days of unpaid lines to what the newest version of the calendar says, behind the jobs that
// wait (change_handlers.cc). `key`: of the request that approved it.
constexpr std::string_view kRedateTarget = "redate ";  // PendingJob::target of it, before the calendar's code
void redate_later(Api& api, const Actor& actor, const std::string& code, const Hash128& key);

}  // namespace wonjang
