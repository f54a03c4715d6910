// Work of the money side behind a request: jobs that write, one at a time, and questions that read much. The
// call is answered from their threads.
//
// Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/api/handlers.h"
#include "app/http/message.h"
#include "app/money/money_side.h"

namespace wonjang {

// On the questions' thread, with a snapshot that has seen everything that was durable. Answers 503 when there
// is none.
using ThenAsk = std::function<void(Api&, CallPtr, const std::shared_ptr<const KvSnapshot>&)>;
void ask_money(Api& api, CallPtr call, std::string what, ThenAsk then);

// On the jobs' thread; 409 JOB_UNDER_WAY when another job is. `job` gives the answer's body, or why there is
// none.
struct JobAnswer {
  std::string body;
  int status = 200;
  std::string content_type = "application/json";
  std::string file_name;  // of a file that a browser keeps; empty: none
};
using Job = std::function<Result<JobAnswer>(const money::MoneyPorts&, const money::JobOwner&)>;
void begin_job(Api& api, CallPtr call, std::string what, Job job);

// What `reference` would move if it were approved now (funds_handlers.cc). On the questions' thread.
void answer_what_if(Api& api, CallPtr call, const settlement::Reference& reference,
                    const KvSnapshot& snapshot);

// The idempotency key of a request whose body is JSON or CSV. Nothing: the call was answered.
struct WorkKey {
  std::string text;
  Hash128 hash{};
};
std::optional<WorkKey> take_work_key(Api& api, CallPtr& call);
std::optional<WorkKey> take_csv_key(Api& api, CallPtr& call);

}  // namespace wonjang
