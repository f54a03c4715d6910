#include "engine/ledger/check_answers.h"

#include "engine/ledger/stream_state.h"

namespace wonjang {
namespace {

bool is_by_the_house(const Actor& actor) {
  return (actor.kind == ActorKind::system || actor.kind == ActorKind::network) &&
         !ApiKeyId::parse(actor.id).has_value();
}

}  // namespace

bool owes_entry(const Event& event) {
  const auto* refused = std::get_if<CommandRefused>(&event.body);
  if (refused != nullptr && refused->operation == "key_reused") return false;
  return !event.idempotency_key.empty() && !(is_by_the_house(event.actor) && may_follow_intent(event.body));
}

bool is_settled_answer(std::span<const Event> events) {
  const auto* noted = events.size() == 1 ? std::get_if<CommandNoted>(&events.front().body) : nullptr;
  return noted != nullptr && noted->operation == "answer_settled";
}

std::optional<Refusal> refusal_in(std::span<const Event> events) {
  const auto* refused = events.empty() ? nullptr : std::get_if<CommandRefused>(&events.back().body);
  if (refused == nullptr) return std::nullopt;
  return Refusal{refused->code, refused->detail, {}, 0};
}

std::string_view operation_in(std::span<const Event> events) {
  if (events.empty()) return {};
  if (const auto* refused = std::get_if<CommandRefused>(&events.back().body)) return refused->operation;
  if (const auto* noted = std::get_if<CommandNoted>(&events.back().body)) return noted->operation;
  return {};
}

}  // namespace wonjang
