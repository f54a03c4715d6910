// Writes: the body becomes a command with its key and fingerprint, the ledger decides, finish() turns what it
// said into HTTP.

#include <utility>

#include "app/api/api.h"
#include "app/api/idempotency_header.h"
#include "app/api/json/answers.h"
#include "app/api/json/commands.h"
#include "app/api/media_type.h"
#include "app/api/secret_guard.h"
#include "app/api/write_request.h"

namespace wonjang {
namespace {

// A refusal that the registry or the configuration gives before the ledger is asked. A repeat of a request
// that was answered in better days still gets its first answer.
bool answered_before(Api& api, const RequestKey& key) {
  const auto found = api.ledger().find_idempotency(key.key);
  return found && found->has_value();
}

std::optional<Refusal> merchant_refusal(Api& api, MerchantId id) {
  const auto registry = api.registry();
  const auto* merchant = registry->find(id);
  if (merchant == nullptr) {
    return Refusal{RefusalCode::merchant_unknown, "there is no merchant " + id.text(), "/merchantId", 0};
  }
  if (merchant->closed) {
    return Refusal{RefusalCode::merchant_closed, "merchant " + id.text() + " is closed: no new payments",
                   "/merchantId", 0};
  }
  return std::nullopt;
}

std::optional<Refusal> provider_refusal(Api& api, const std::string& provider) {
  for (const auto& known : api.parts().providers) {
    if (known == provider) return std::nullopt;
  }
  return Refusal{RefusalCode::provider_unknown, "no provider of that name is configured here", "/provider",
                 0};
}

void submit_payment(Api& api, CallPtr call, std::string key, PaymentId payment, Parsed parsed) {
  if (const auto* errors = std::get_if<FieldErrors>(&parsed)) {
    return answer_field_errors(api, std::move(call), *errors);
  }
  auto& good = std::get<ParsedCommand>(parsed);
  auto request = write_request(api, *call->caller, std::move(key), good.canonical);
  request.payment = payment;
  request.reason = std::move(good.reason);
  std::optional<Refusal> refusal;
  const auto now = api.clock().now();
  if (auto* create = std::get_if<CreatePayment>(&good.command)) {
    refusal = merchant_refusal(api, create->merchant);
  } else if (auto* begin = std::get_if<BeginApproval>(&good.command)) {
    refusal = provider_refusal(api, begin->input.provider);
    begin->deadline = now.plus_ms(api.options().provider_call_ms);
  } else if (auto* cancel = std::get_if<CancelPayment>(&good.command)) {
    cancel->deadline = now.plus_ms(api.options().provider_call_ms);
    if (cancel->requested_at.is_zero()) cancel->requested_at = now;
  }
  if (refusal && !answered_before(api, *request.key)) return api.answer_refusal(std::move(call), *refusal);
  request.command = std::move(good.command);
  api.submit(std::move(call), std::move(request));
}

// The steps that all writes on one payment have in common; `parse` makes the command of the body.
template <typename Parse>
void change_payment(Api& api, CallPtr call, Parse parse) {
  auto key = take_key(api, call);
  if (!key) return;
  const auto payment = PaymentId::parse(call->parameter);
  if (!payment) {
    return api.answer_refusal(std::move(call),
                              {RefusalCode::payment_not_found, "that is no payment's id", "", 0});
  }
  auto parsed = parse(call->request.body, *payment);
  submit_payment(api, std::move(call), *std::move(key), *payment, std::move(parsed));
}

}  // namespace

std::optional<std::string> take_key_header(Api& api, CallPtr& call) {
  auto key = idempotency_key_of(call->request.head);
  if (const auto* fault = std::get_if<KeyFault>(&key)) {
    const auto kind = *fault == KeyFault::missing ? ProblemKind::key_missing : ProblemKind::key_malformed;
    api.answer_problem(std::move(call), kind, text_of(*fault));
    return std::nullopt;
  }
  return std::get<std::string>(std::move(key));
}

std::optional<std::string> take_key(Api& api, CallPtr& call) {
  const auto& head = call->request.head;
  const auto content_type = head.header("Content-Type");
  const bool has_body = !call->request.body.empty();
  if ((has_body && !is_type(content_type, "application/json")) || head.count("Content-Type") > 1) {
    api.answer_problem(std::move(call), ProblemKind::unsupported_media_type,
                       "send the body as application/json, in UTF-8");
    return std::nullopt;
  }
  return take_key_header(api, call);
}

bool answered_before(const Api& api, const Hash128& key) {
  const auto found = api.ledger().find_idempotency(key);
  return found && found->has_value();
}

void answer_field_errors(Api& api, CallPtr call, const FieldErrors& errors) {
  api.answer_reply(std::move(call), field_problem(errors, call->request_id, sayable(call->path())));
}

void identify(Request& out, Api& api, const Caller& caller, std::string key,
              const CanonicalRequest& canonical, KeyKind kind) {
  out.key = RequestKey{idempotency_key(api.digest(), caller.tenant(), kind, key),
                       canonical.fingerprint(api.digest()), std::move(key)};
  out.actor = caller.actor;
  out.only_merchant = caller.merchant;
  out.renderer = &api_renderer();
}

Request write_request(Api& api, const Caller& caller, std::string key, const CanonicalRequest& canonical,
                      KeyKind kind) {
  Request out;
  identify(out, api, caller, std::move(key), canonical, kind);
  return out;
}

void create_payment(Api& api, CallPtr call) {
  auto key = take_key(api, call);
  if (!key) return;
  ParseContext context;
  context.tenant = call->caller->merchant;
  auto parsed = parse_create(call->request.body, context);
  submit_payment(api, std::move(call), *std::move(key), PaymentId(), std::move(parsed));
}

void authenticate_payment(Api& api, CallPtr call) {
  change_payment(api, std::move(call), &parse_authenticate);
}
void approve_payment(Api& api, CallPtr call) { change_payment(api, std::move(call), &parse_approve); }
void record_approval(Api& api, CallPtr call) { change_payment(api, std::move(call), &parse_record_approval); }
void cancel_payment(Api& api, CallPtr call) { change_payment(api, std::move(call), &parse_cancel); }
void fail_payment(Api& api, CallPtr call) { change_payment(api, std::move(call), &parse_fail); }
void confirm_deposit(Api& api, CallPtr call) { change_payment(api, std::move(call), &parse_deposit); }
void reverse_deposit(Api& api, CallPtr call) {
  change_payment(api, std::move(call), &parse_deposit_reversal);
}
void record_acquisition(Api& api, CallPtr call) { change_payment(api, std::move(call), &parse_acquisition); }
void settle_by_person(Api& api, CallPtr call) { change_payment(api, std::move(call), &parse_resolution); }

namespace {

// Whether the provider was asked and its answer is lost: somebody is pursuing it.
bool outcome_is_unknown(const Payment& payment) {
  for (const auto& approval : payment.approvals) {
    if (approval.state == ApprovalState::unknown || approval.state == ApprovalState::reversing) return true;
  }
  for (const auto& cancel : payment.cancels) {
    if (cancel.state == CancelState::unknown) return true;
  }
  return false;
}

}  // namespace

void Api::finish(CallPtr call, Answer answer) {
  ProblemExtras extras;
  std::string reused;
  extras.request_id = call->request_id;
  extras.instance = sayable(call->path());
  extras.payment = answer.payment_id;
  switch (answer.kind) {
    case AnswerKind::failed: {
      const auto error = answer.error.value_or(unavailable("no answer"));
      return answer_failure(std::move(call), error, kind_of_failed_write(error));
    }
    case AnswerKind::key_reused:
      metrics_.count_conflict_reused();
      extras.payment = PaymentId();  // never the content of the other request
      extras.first_used_at = answer.first_used_at;
      if (!answer.first_used_at.is_zero())
        reused = "this key was used for another request, first at " + to_rfc3339(answer.first_used_at);
      extras.message = reused;
      return answer_reply(std::move(call), problem_reply(ProblemKind::key_reused, extras));
    case AnswerKind::open: {
      metrics_.count_conflict_running();
      const bool unknown = answer.payment && outcome_is_unknown(*answer.payment);
      return answer_reply(
          std::move(call),
          problem_reply(unknown ? ProblemKind::outcome_unknown : ProblemKind::request_in_progress, extras));
    }
    case AnswerKind::done:
    case AnswerKind::refused:
    case AnswerKind::replayed:
      break;
  }
  if (answer.reply.status == 0)
    answer.reply = {200, "{}"};  // already so: nothing was written, nothing rendered
  if (answer.reply.status == 200 && answer.reply.body == "{}" && !call->so_already.empty())
    answer.reply.body = call->so_already;
  // The intent stands and nobody could say how it went: not stored, the same request asks again.
  if (answer.kind == AnswerKind::done && answer.reply.status == 202) {
    answer.reply = problem_reply(ProblemKind::outcome_unknown, extras);
  }
  HttpResponse response;
  response.status = answer.reply.status;
  response.content_type = std::string(content_type_of(answer.reply.status));
  response.body = std::move(answer.reply.body);
  if (answer.kind == AnswerKind::done && !call->secret.empty())
    response.body = with_secret(response.body, call->secret);
  if (answer.has_position) {
    response.headers.push_back(
        {"Ledger-Position", parts_.tokens.position(answer.book, answer.next_position)});
  }
  if (answer.kind == AnswerKind::replayed) {
    metrics_.count_replay();
    response.headers.push_back({"Idempotent-Replayed", "true"});
    response.headers.push_back({"Idempotency-Replayed", "true"});  // as others call it
  }
  this->answer(std::move(call), std::move(response));
}

}  // namespace wonjang
