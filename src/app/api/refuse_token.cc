#include "app/api/refuse_token.h"

#include <optional>
#include <string>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/answers.h"
#include "app/api/json/problem.h"
#include "app/api/secret_guard.h"
#include "app/api/view_cursor.h"

namespace wonjang {
namespace {

constexpr std::string_view kListAdvice = "Begin the list anew, without after.";

std::string what_happened(const LostPlace& lost, std::string_view name) {
  if (lost.restored_at == Instant()) {
    return std::string(name) +
           " comes from another ledger that was restored from a backup of the same one: what was recorded "
           "there never was in this one. ";
  }
  return "this ledger was restored from a backup at " + to_rfc3339(lost.restored_at) + ", and " +
         std::string(name) + " comes from what was recorded behind that backup, which is lost. ";
}

void answer_lost(Api& api, CallPtr call, const LostPlace& lost, const TokenUse& use) {
  const auto detail = what_happened(lost, use.name) + std::string(use.advice);
  const std::string go_on_after = lost.go_on_after.value_or("");
  ProblemExtras extras;
  extras.detail = detail;
  extras.restored_at = lost.restored_at;
  extras.go_on_after = go_on_after;
  extras.request_id = call->request_id;
  extras.instance = sayable(call->path());
  auto reply = problem_reply(ProblemKind::position_lost, extras);
  HttpResponse response;
  response.status = reply.status;
  response.content_type = std::string(content_type_of(reply.status));
  response.body = std::move(reply.body);
  api.answer(std::move(call), std::move(response));
}

void refuse(Api& api, CallPtr call, const std::optional<LostPlace>& lost, const TokenUse& use) {
  if (lost) return answer_lost(api, std::move(call), *lost, use);
  api.answer_problem(std::move(call), ProblemKind::invalid_cursor, use.not_ours);
}

}  // namespace

void refuse_token(Api& api, CallPtr call, std::string_view text, const TokenUse& use) {
  refuse(api, std::move(call), api.parts().tokens.lost_place(text), use);
}

void refuse_min_position(Api& api, CallPtr call, std::string_view text) {
  refuse_token(
      api, std::move(call), text,
      {"min-position", "min-position isn't a Ledger-Position or a cursor of /v1/events that this server gave",
       "The write it names may be gone: send that again under its own idempotency key, which does "
       "it once, and ask with the position of the answer."});
}

void refuse_view_cursor(Api& api, CallPtr call, std::string_view query, std::string_view text,
                        std::string_view not_ours) {
  const auto lost = lost_view_cursor(api.parts().tokens, query, text);
  refuse(api, std::move(call), lost, {"after", not_ours, kListAdvice});
}

void refuse_list_cursor(Api& api, CallPtr call, std::string_view text, std::string_view not_ours) {
  refuse_token(api, std::move(call), text, {"after", not_ours, kListAdvice});
}

}  // namespace wonjang
