#include "app/api/json/problem.h"

#include <algorithm>
#include <array>
#include <vector>

#include "app/api/json/json_writer.h"
#include "base/assert.h"

namespace wonjang {
namespace {

struct KindRow {
  ProblemKind kind;
  ProblemSpec spec;
};
constexpr bool kRetry = true;
constexpr bool kNoRetry = false;

constexpr KindRow kKinds[] = {
    {ProblemKind::malformed_json,
     {"MALFORMED_JSON", 400, kNoRetry, "Body is not valid JSON", "Send one JSON object in UTF-8."}},
    {ProblemKind::key_missing,
     {"IDEMPOTENCY_KEY_MISSING", 400, kNoRetry, "Idempotency-Key is missing",
      "Send the header Idempotency-Key with a value of your own, one for each thing that you want done, and "
      "the same one "
      "again when you repeat it."}},
    {ProblemKind::key_malformed,
     {"IDEMPOTENCY_KEY_MALFORMED", 400, kNoRetry, "Idempotency-Key is malformed",
      "Send 1 to 300 visible ASCII characters, bare or as a quoted string."}},
    {ProblemKind::bad_parameter,
     {"BAD_PARAMETER", 400, kNoRetry, "A parameter is wrong",
      "Correct the path or the query; detail names the part."}},
    {ProblemKind::invalid_cursor,
     {"INVALID_CURSOR", 400, kNoRetry, "Cursor is not one of ours",
      "Use a cursor exactly as an answer gave it, or leave it out to start from the beginning."}},
    {ProblemKind::unauthenticated,
     {"UNAUTHENTICATED", 401, kNoRetry, "API key is missing or not valid",
      "Send the header Authorization: Bearer with an API key that is neither revoked nor expired."}},
    {ProblemKind::provider_declined,
     {"PROVIDER_DECLINED", 402, kNoRetry, "The provider declined the approval",
      "failureCode and failureMessage of the newest approval say why. A new attempt needs a new idempotency "
      "key."}},
    {ProblemKind::cancel_declined,
     {"CANCEL_DECLINED", 402, kNoRetry, "The provider refused the cancel",
      "failureCode and failureMessage of the newest cancel say why; the amount can be cancelled again. A new "
      "attempt needs "
      "a new idempotency key."}},
    {ProblemKind::approval_reversed,
     {"APPROVAL_REVERSED", 402, kNoRetry, "The approval was reversed",
      "Its answer was lost, and the provider has confirmed that nothing is charged. A new attempt needs a "
      "new idempotency "
      "key."}},
    {ProblemKind::forbidden,
     {"FORBIDDEN", 403, kNoRetry, "This API key may not do that",
      "detail says what is missing: a scope of the key, or what a browser has to send with its session."}},
    {ProblemKind::four_eyes,
     {"FOUR_EYES", 403, kNoRetry, "Another one has to decide this",
      "Who proposed a change doesn't decide it, nor a key that the proposer's made, or that made it: have it "
      "decided with another operator's key."}},
    {ProblemKind::not_found,
     {"NOT_FOUND", 404, kNoRetry, "There is no such thing",
      "Check the path; what belongs to another merchant isn't shown."}},
    {ProblemKind::method_not_allowed,
     {"METHOD_NOT_ALLOWED", 405, kNoRetry, "Method not allowed here",
      "The header Allow names the methods of this path."}},
    {ProblemKind::request_timeout,
     {"REQUEST_TIMEOUT", 408, kRetry, "The request took too long to arrive",
      "Send it again, under the same key."}},
    {ProblemKind::request_in_progress,
     {"REQUEST_IN_PROGRESS", 409, kRetry, "The same request is under way",
      "Wait for the time in Retry-After, then send the same request under the same key."}},
    {ProblemKind::job_under_way,
     {"JOB_UNDER_WAY", 409, kRetry, "Another job is under way",
      "detail says which, whose and since when. Wait for its end or stop it, then send the request again."}},
    {ProblemKind::position_lost,
     {"POSITION_LOST", 410, kNoRetry, "The ledger was restored, and this place is lost",
      "The cursor or position comes from behind the backup that the ledger was restored from, and never "
      "becomes "
      "good again. A reader of the feed puts right what it took from there and goes on with after=goOnAfter, "
      "or "
      "since= a time before the backup; a list begins anew; a write is sent again under its own key."}},
    {ProblemKind::position_not_reached,
     {"POSITION_NOT_REACHED", 412, kRetry, "The ledger is not that far yet",
      "Ask again, or leave min-position out."}},
    {ProblemKind::body_too_large,
     {"BODY_TOO_LARGE", 413, kNoRetry, "Body is too large",
      "detail says how much this path takes. Many records belong into POST /v1/ingest."}},
    {ProblemKind::uri_too_long,
     {"URI_TOO_LONG", 414, kNoRetry, "Path and query are too long", "Send a shorter one."}},
    {ProblemKind::unsupported_media_type,
     {"UNSUPPORTED_MEDIA_TYPE", 415, kNoRetry, "Content type is not taken here",
      "Send application/json in UTF-8, a file as text/csv; for POST /v1/ingest application/x-ndjson, "
      "application/jsonl or application/cloudevents+jsonl. Nothing is taken packed (Content-Encoding)."}},
    {ProblemKind::expectation_failed,
     {"EXPECTATION_FAILED", 417, kNoRetry, "Expectation can't be met", "Leave out the header Expect."}},
    {ProblemKind::invalid_request,
     {"INVALID_REQUEST", 422, kNoRetry, "The request's fields are wrong",
      "errors[] names every field by its JSON pointer. Nothing was written and the key is still free."}},
    {ProblemKind::key_reused,
     {"KEY_REUSED", 422, kNoRetry, "The idempotency key belongs to another request",
      "Use a new key for another request; send exactly the first request to see its answer again."}},
    {ProblemKind::already_decided,
     {"ALREADY_DECIDED", 422, kNoRetry, "The change was decided already",
      "Look at it; what was decided is put right by a further change."}},
    {ProblemKind::already_imported,
     {"ALREADY_IMPORTED", 422, kNoRetry, "This file was imported already",
      "detail names it. Match it again with POST /v1/acquirer-files/{fileId}/matches if something is "
      "missing."}},
    {ProblemKind::cannot_run,
     {"CANNOT_RUN", 422, kNoRetry, "This can't be done as things stand",
      "detail says what is missing and what to do about it. Nothing was written, unless detail says so."}},
    {ProblemKind::query_too_wide,
     {"QUERY_TOO_WIDE", 422, kNoRetry, "The question would read too much",
      "detail says what would have been read and what to narrow: a shorter period, one merchant, a coarser "
      "total."}},
    {ProblemKind::headers_too_large,
     {"HEADERS_TOO_LARGE", 431, kNoRetry, "Headers are too large", "Send fewer or shorter ones."}},
    {ProblemKind::queue_full,
     {"QUEUE_FULL", 429, kRetry, "Too many requests are waiting",
      "Nothing was written. Wait for the time in Retry-After, then send it again under the same key."}},
    {ProblemKind::internal,
     {"INTERNAL", 500, kNoRetry, "A bug of ours",
      "Ask for the payment or send the same request under the same key to see whether it was written; tell "
      "us the requestId."}},
    {ProblemKind::not_implemented,
     {"NOT_IMPLEMENTED", 501, kNoRetry, "Not implemented", "Use another method."}},
    {ProblemKind::not_served,
     {"NOT_SERVED", 501, kNoRetry, "This server was told not to serve this",
      "detail names the setting. Ask where it is served, or have it set to true: it is built from the book "
      "at "
      "the next start. Payments are taken, and GET /v1/payments/{paymentId} and GET /v1/events answer."}},
    {ProblemKind::unavailable,
     {"UNAVAILABLE", 503, kRetry, "The ledger can't take this now",
      "Nothing was written. Send it again under the same key after Retry-After."}},
    {ProblemKind::views_not_ready,
     {"VIEWS_NOT_READY", 503, kRetry, "What is derived from the ledger can't answer yet",
      "Lists, search, totals, journal and settlement are being built from it; detail says how far. Ask again "
      "after Retry-After. Payments are taken meanwhile, and GET /v1/payments/{paymentId} answers."}},
    {ProblemKind::storage_full,
     {"STORAGE_FULL", 503, kRetry, "The ledger's disk is full",
      "Nothing was written; reads go on. Send it again under the same key later."}},
    {ProblemKind::write_in_doubt,
     {"IN_DOUBT", 503, kRetry, "It may have been written",
      "Send the same request again under the same key, never under a new one: it is done once."}},
    {ProblemKind::shutting_down,
     {"SHUTTING_DOWN", 503, kRetry, "The server is going down",
      "Nothing was written. Send it again under the same key; another server or the restarted one takes "
      "it."}},
    {ProblemKind::outcome_unknown,
     {"OUTCOME_UNKNOWN", 504, kRetry, "The provider's answer is not known yet",
      "It may have happened. The ledger goes on asking the provider; fetch the payment, or send the same "
      "request under the "
      "same key, until the outcome stands there."}},
};

std::uint16_t status_of(RefusalCode code) {
  switch (code) {
    case RefusalCode::payment_not_found:
    case RefusalCode::approval_not_found:
    case RefusalCode::cancel_not_found:
    case RefusalCode::api_key_not_found:
      return 404;
    case RefusalCode::house_only:
      return 403;
    case RefusalCode::order_id_taken:
    case RefusalCode::transition_not_allowed:
    case RefusalCode::approval_in_doubt:
    case RefusalCode::cancel_in_doubt:
    case RefusalCode::nothing_to_cancel:
    case RefusalCode::cancellable_mismatch:
    case RefusalCode::cancel_window_closed:
    case RefusalCode::deposit_too_late:
    case RefusalCode::acquisition_not_allowed:
    case RefusalCode::approval_not_live:
    case RefusalCode::payment_expired:
    case RefusalCode::not_in_doubt:
    case RefusalCode::still_pursued:
    case RefusalCode::version_mismatch:
    case RefusalCode::already_canceled:
    case RefusalCode::bank_notice_contradicts:
    case RefusalCode::merchant_closed:
    case RefusalCode::merchant_code_taken:
      return 409;
    case RefusalCode::amount_not_positive:
    case RefusalCode::amount_too_large:
    case RefusalCode::time_in_future:
    case RefusalCode::tax_parts_mismatch:
    case RefusalCode::currency_unknown:
    case RefusalCode::approvals_exceed_total:
    case RefusalCode::method_detail_invalid:
    case RefusalCode::merchant_unknown:
    case RefusalCode::approved_exceeds_total:
    case RefusalCode::cancel_exceeds_balance:
    case RefusalCode::cancel_exceeds_supply:
    case RefusalCode::cancel_exceeds_vat:
    case RefusalCode::cancel_exceeds_tax_free:
    case RefusalCode::cancel_exceeds_tax_exempt:
    case RefusalCode::partial_cancel_not_allowed:
    case RefusalCode::approval_required:
    case RefusalCode::deposit_amount_mismatch:
    case RefusalCode::refund_account_required:
    case RefusalCode::provider_unknown:
    case RefusalCode::cancel_before_approval:
      return 422;
  }
  return 422;
}

constexpr std::string_view kFrozen =
    "The ledger looked at the payment to say so and keeps this answer under its idempotency key: a new "
    "attempt needs a new "
    "key.";
constexpr std::string_view kNotStored =
    "Nothing was written and the key is still free: correct the request and send it again.";

constexpr std::string_view kSoAlready =
    "It is so already. The first cancel's own answer comes again under its own idempotency key; GET "
    "/v1/payments/{paymentId} shows every cancel.";

// Whether `actual` is the true number of what the code speaks of; else it is nothing, and isn't said.
bool speaks_of_number(const Refusal& refusal) {
  switch (refusal.code) {
    case RefusalCode::approved_exceeds_total:
    case RefusalCode::cancel_exceeds_balance:
    case RefusalCode::cancel_exceeds_vat:
    case RefusalCode::cancel_exceeds_tax_free:
    case RefusalCode::cancel_exceeds_tax_exempt:
    case RefusalCode::cancellable_mismatch:
    case RefusalCode::deposit_amount_mismatch:
    case RefusalCode::version_mismatch:
      return true;
    case RefusalCode::approval_in_doubt:      // of an amount: the room that it leaves
    case RefusalCode::cancel_exceeds_supply:  // of parts that fit nowhere: none
      return !refusal.pointer.empty();
    case RefusalCode::amount_not_positive:
    case RefusalCode::amount_too_large:
    case RefusalCode::time_in_future:
    case RefusalCode::tax_parts_mismatch:
    case RefusalCode::currency_unknown:
    case RefusalCode::approvals_exceed_total:
    case RefusalCode::method_detail_invalid:
    case RefusalCode::merchant_unknown:
    case RefusalCode::merchant_closed:
    case RefusalCode::merchant_code_taken:
    case RefusalCode::payment_not_found:
    case RefusalCode::approval_not_found:
    case RefusalCode::cancel_not_found:
    case RefusalCode::api_key_not_found:
    case RefusalCode::order_id_taken:
    case RefusalCode::transition_not_allowed:
    case RefusalCode::cancel_in_doubt:
    case RefusalCode::nothing_to_cancel:
    case RefusalCode::partial_cancel_not_allowed:
    case RefusalCode::approval_required:
    case RefusalCode::cancel_window_closed:
    case RefusalCode::deposit_too_late:
    case RefusalCode::acquisition_not_allowed:
    case RefusalCode::approval_not_live:
    case RefusalCode::refund_account_required:
    case RefusalCode::provider_unknown:
    case RefusalCode::payment_expired:
    case RefusalCode::not_in_doubt:
    case RefusalCode::still_pursued:
    case RefusalCode::already_canceled:
    case RefusalCode::cancel_before_approval:
    case RefusalCode::bank_notice_contradicts:
    case RefusalCode::house_only:
      return false;
  }
  return false;
}

std::string type_uri(std::string_view code) {
  std::string out = "urn:wonjang:problem:";
  for (const char c : code) {
    out.push_back(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

void begin_problem(JsonWriter& w, const ProblemSpec& spec, std::string_view message,
                   std::string_view detail) {
  w.begin_object();
  w.text("type", type_uri(spec.code)).text("title", spec.title).number("status", spec.status);
  w.text("code", spec.code).text("message", message.empty() ? spec.title : message);
  w.text_if("detail", detail).text("hint", spec.what_next).flag("retryable", spec.retryable);
}

void put_errors(JsonWriter& w, std::span<const FieldError> errors) {
  if (errors.empty()) return;
  w.begin_array("errors");
  for (const auto& error : errors) {
    w.begin_object();
    w.text("pointer", error.pointer).text("code", error.code).text("message", error.message);
    w.end_object();
  }
  w.end_array();
}

// Every code of the table, found by its public name: numbers in between were never given out.
std::vector<RefusalCode> refusal_codes() {
  std::vector<RefusalCode> out;
  for (std::uint16_t number = 1; number < 1000; ++number) {
    const auto code = static_cast<RefusalCode>(number);
    if (title_of(code) != "Refused") out.push_back(code);
  }
  return out;
}

}  // namespace

const ProblemSpec& spec_of(ProblemKind kind) {
  const auto* row = std::ranges::find(kKinds, kind, &KindRow::kind);
  WJ_ASSERT(row != std::end(kKinds));
  return row->spec;
}

ProblemSpec spec_of(RefusalCode code) {
  // Answers of before are kept with their hint: another one is for new codes alone.
  const auto what_next = code == RefusalCode::already_canceled ? kSoAlready
                         : depends_on_state(code)              ? kFrozen
                                                               : kNotStored;
  return {code_of(code), status_of(code), false, title_of(code), what_next};
}

std::span<const ProblemKind> problem_kinds() {
  static constexpr auto kAll = [] {
    std::array<ProblemKind, std::size(kKinds)> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kKinds[i].kind;
    return all;
  }();
  return kAll;
}

Reply problem_reply(ProblemKind kind, const ProblemExtras& extras) {
  const auto& spec = spec_of(kind);
  Reply reply{spec.status, {}};
  reply.body.reserve(768 + extras.payment_json.size());
  JsonWriter w(reply.body);
  begin_problem(w, spec, extras.message, extras.detail);
  put_errors(w, extras.errors);
  if (!extras.payment.is_zero()) {
    w.id("paymentId", extras.payment).text("href", "/v1/payments/" + extras.payment.text());
  }
  if (!extras.payment_json.empty()) w.raw("payment", extras.payment_json);
  w.instant_if("firstUsedAt", extras.first_used_at);
  w.instant_if("restoredAt", extras.restored_at).text_if("goOnAfter", extras.go_on_after);
  w.text_if("instance", extras.instance).text_if("requestId", extras.request_id);
  w.end_object();
  return reply;
}

Reply refusal_reply(const Refusal& refusal) {
  const auto spec = spec_of(refusal.code);
  Reply reply{spec.status, {}};
  reply.body.reserve(768);
  JsonWriter w(reply.body);
  begin_problem(w, spec, refusal.detail, {});
  if (!refusal.pointer.empty()) {
    w.begin_array("errors").begin_object();
    w.text("pointer", refusal.pointer).text("code", spec.code);
    if (speaks_of_number(refusal)) w.number("actual", refusal.actual);
    w.text("message", refusal.detail);
    w.end_object().end_array();
  } else if (refusal.actual != 0) {
    w.number("actual", refusal.actual);
  }
  w.end_object();
  return reply;
}

Reply field_problem(const FieldErrors& errors, std::string_view request_id, std::string_view instance) {
  const bool unreadable =
      errors.size() == 1 && errors.front().pointer.empty() && errors.front().code == "MALFORMED_JSON";
  ProblemExtras extras;
  if (!errors.empty()) extras.message = errors.front().message;
  extras.errors = errors;
  extras.request_id = request_id;
  extras.instance = instance;
  return problem_reply(unreadable ? ProblemKind::malformed_json : ProblemKind::invalid_request, extras);
}

std::string errors_markdown() {
  std::string out =
      "# Errors\n\n"
      "Every answer from 400 on is a problem document (RFC 9457, `application/problem+json`). Machines read "
      "`code`, people "
      "`message` and `hint`. A code has one status and never changes its meaning. `retryable` is true only "
      "where the same "
      "request, unchanged and under the same key, may succeed later.\n\n"
      "This page is generated from the program's own table; a test compares the two.\n\n"
      "| Code | Status | Retryable | What it is | What next |\n|---|---|---|---|---|\n";
  const auto row = [&out](const ProblemSpec& spec) {
    out += "| `" + std::string(spec.code) + "` | " + std::to_string(spec.status) + " | " +
           (spec.retryable ? "yes" : "no") + " | " + std::string(spec.title) + " | " +
           std::string(spec.what_next) + " |\n";
  };
  for (const auto& kind : kKinds) row(kind.spec);
  out +=
      "\n## Refusals\n\n"
      "A refusal is a business \"no\". One that looked at the payment is recorded and frozen under its "
      "idempotency key; one "
      "that looked only at the request isn't stored.\n\n"
      "| Code | Status | Frozen | What it is |\n|---|---|---|---|\n";
  for (const auto code : refusal_codes()) {
    out += "| `" + std::string(code_of(code)) + "` | " + std::to_string(status_of(code)) + " | " +
           (depends_on_state(code) ? "yes" : "no") + " | " + std::string(title_of(code)) + " |\n";
  }
  out += "\n## Codes of errors[]\n\n| Code | What is wrong with the field |\n|---|---|\n";
  for (const auto& [code, text] : kFieldErrorCodes)
    out += "| `" + std::string(code) + "` | " + std::string(text) + " |\n";
  return out;
}

}  // namespace wonjang
