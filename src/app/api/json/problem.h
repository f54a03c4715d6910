// Problems: RFC 9457 documents (application/problem+json) with a stable code. One code, one status. The
// catalogue holds every code the API can answer with, those of refusals too; docs/errors.md is generated from
// it.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/api/json/field_error.h"
#include "domain/ids.h"
#include "domain/refusal.h"
#include "domain/time.h"
#include "engine/ledger/request.h"

namespace wonjang {

enum class ProblemKind : std::uint8_t {
  malformed_json,          // 400
  key_missing,             // 400 Idempotency-Key
  key_malformed,           // 400
  bad_parameter,           // 400 query or path
  invalid_cursor,          // 400
  unauthenticated,         // 401
  provider_declined,       // 402
  cancel_declined,         // 402
  approval_reversed,       // 402
  forbidden,               // 403
  four_eyes,               // 403 who proposed a change doesn't decide it
  not_found,               // 404
  method_not_allowed,      // 405
  request_timeout,         // 408
  request_in_progress,     // 409
  job_under_way,           // 409 a settlement run or another job of the money side
  position_lost,           // 410 a token from behind the backup that the ledger was restored from
  position_not_reached,    // 412
  body_too_large,          // 413
  uri_too_long,            // 414
  unsupported_media_type,  // 415
  expectation_failed,      // 417
  invalid_request,         // 422 fields; errors[] says which
  key_reused,              // 422
  already_decided,         // 422 a change
  already_imported,        // 422 a file
  cannot_run,              // 422 a job of the money side; detail says what is missing
  query_too_wide,          // 422 it would read more than its class allows
  headers_too_large,       // 431
  queue_full,              // 429
  internal,                // 500
  not_implemented,         // 501
  not_served,              // 501 a part of the ledger that this server was told not to serve
  unavailable,             // 503 nothing was written
  views_not_ready,         // 503 reads of the serving views; the ledger itself answers
  storage_full,            // 503 nothing was written
  write_in_doubt,          // 503 it may be written: same key again
  shutting_down,           // 503
  outcome_unknown,         // 504 the provider's answer is open
};

struct ProblemSpec {
  std::string_view code;  // "KEY_REUSED"
  std::uint16_t status;
  bool retryable;  // the same request, unchanged, may succeed later
  std::string_view title;
  std::string_view what_next;  // a sentence for the caller
};

const ProblemSpec& spec_of(ProblemKind kind);
ProblemSpec spec_of(RefusalCode code);
std::span<const ProblemKind> problem_kinds();

struct ProblemExtras {
  std::string_view message;  // for people, one line; the title when empty
  std::string_view detail;
  std::span<const FieldError> errors;
  PaymentId payment;              // zero: none. Adds paymentId, and `href` where to ask
  std::string_view payment_json;  // a rendered payment, or empty
  Instant first_used_at;          // key_reused
  Instant restored_at;            // position_lost; zero: not said
  std::string_view go_on_after;   // position_lost, of the feed: a cursor, or empty
  std::string_view request_id;    // only for answers that are not stored
  std::string_view instance;      // only for answers that are not stored
};

Reply problem_reply(ProblemKind kind, const ProblemExtras& extras = {});

// A refusal as a problem: the code's own status, the detail, errors[] with its pointer and the actual number,
// and, when it is frozen under its key, that a new attempt needs a new key.
Reply refusal_reply(const Refusal& refusal);

// 400 when the body is no JSON, 422 when it is and its fields are wrong.
Reply field_problem(const FieldErrors& errors, std::string_view request_id = {},
                    std::string_view instance = {});

// The whole catalogue as Markdown, as it stands in docs/errors.md.
std::string errors_markdown();

}  // namespace wonjang
