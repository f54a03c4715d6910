#include "app/api/json/stored_replies.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "app/api/json/answers.h"
#include "app/api/json/money_contract_json.h"
#include "app/api/json/problem.h"

namespace wonjang {
namespace {

namespace json = boost::json;

// Nothing: it is no object. Of a name that stands there twice one is lost, which no writer of ours does.
std::optional<json::object> object_of(std::string_view body) {
  boost::system::error_code error;
  auto value = json::parse({body.data(), body.size()}, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::string_view text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return {};
  return {value->as_string().data(), value->as_string().size()};
}

std::int64_t number_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

// All that `older` says is said by `made`. Depth is that of our own answers, since `made` is one.
bool is_within(const json::value& older, const json::value& made) {
  if (older.kind() != made.kind()) return false;
  if (older.is_array()) {
    return std::ranges::equal(older.as_array(), made.as_array(), is_within);
  }
  if (!older.is_object()) return older == made;
  return std::ranges::all_of(older.as_object(), [&](const auto& member) {
    const auto* there = made.as_object().if_contains(member.key());
    return there != nullptr && is_within(member.value(), *there);
  });
}

// What a no means stands in its code, status and message; a later version may word the rest better, and
// leave out a number that told nothing.
void take_out_wording(json::object& problem) {
  for (const auto* name : {"title", "hint"}) problem.erase(name);
  auto* errors = problem.if_contains("errors");
  if (errors == nullptr || !errors->is_array()) return;
  for (auto& error : errors->as_array())
    if (error.is_object()) error.as_object().erase("actual");
}

// Later versions add members and take none away: an older answer is shorter.
bool is_explained(const Reply& made, const Reply& stored) {
  if (made.status != stored.status) return false;
  if (made.body == stored.body) return true;
  const bool is_no = made.status >= 400;
  if (!is_no && stored.body.size() >= made.body.size()) return false;
  auto older = object_of(stored.body);
  auto now = object_of(made.body);
  if (!older || !now) return false;
  if (is_no) {
    take_out_wording(*older);
    take_out_wording(*now);
  }
  return is_within(*older, *now);
}

// A refusal's event has neither its pointer nor its number: taken from the answer itself, the rest must be
// as it is rendered with them.
Refusal completed(Refusal refusal, const Reply& stored) {
  const auto problem = object_of(stored.body);
  if (!problem) return refusal;
  const auto* errors = problem->if_contains("errors");
  const bool has_one = errors != nullptr && errors->is_array() && errors->as_array().size() == 1 &&
                       errors->as_array().front().is_object();
  const auto& place = has_one ? errors->as_array().front().as_object() : *problem;
  refusal.pointer = text_in(place, "pointer");
  refusal.actual = number_in(place, "actual");
  return refusal;
}

bool is_known(std::string_view code, std::uint16_t status) {
  const auto kinds = problem_kinds();
  return std::ranges::any_of(kinds, [&](ProblemKind kind) {
    const auto& spec = spec_of(kind);
    return spec.code == code && spec.status == status;
  });
}

// What a job came to. Files and what was too long are kept without a body (money_work.h).
std::string fault_of_kept(const Reply& stored) {
  if (stored.status < 200 || stored.status > 599)
    return "has the status " + std::to_string(stored.status) + ", which no answer has";
  if (stored.body.empty()) return {};
  const auto body = object_of(stored.body);
  if (!body) return "isn't an object";
  if (stored.status < 400) return {};
  if (number_in(*body, "status") != stored.status || !is_known(text_in(*body, "code"), stored.status))
    return "is no problem of status " + std::to_string(stored.status);
  return {};
}

class ApiReplies final : public StoredReplies {
 public:
  std::string fault_of(const Outcome& made_of, std::span<const Event> before,
                       const Reply& stored) const override {
    if (made_of.refusal != nullptr) {
      return told(is_explained(refusal_reply(completed(*made_of.refusal, stored)), stored));
    }
    if (made_of.payment.exists()) return told(is_of_payment(made_of, stored));
    if (is_of_facts(made_of, before, stored) || is_explained(api_renderer().render(made_of), stored))
      return {};
    // Of the house's notes some are answers of jobs.
    const bool is_note = !made_of.events.empty() && made_of.events.front().stream != kRegistryStream &&
                         std::holds_alternative<CommandNoted>(made_of.events.front().body);
    return is_note ? fault_of_kept(stored) : told(false);
  }

 private:
  static std::string told(bool is_right) {
    return is_right ? std::string() : "isn't the one that follows from its events";
  }

  // By whichever route it was asked for: the events don't say.
  static bool is_of_payment(Outcome made_of, const Reply& stored) {
    if (is_explained(api_renderer().render(made_of), stored)) return true;
    if (is_explained(ingest_renderer().render(made_of), stored)) return true;
    if (made_of.events.empty() || made_of.events.front().actor.kind != ActorKind::admin) return false;
    made_of.operation = "settle_by_person";
    return is_explained(api_renderer().render(made_of), stored);
  }

  // Reference data and breaks: a decision shows who proposed the change, which is an earlier event.
  static bool is_of_facts(const Outcome& made_of, std::span<const Event> before, const Reply& stored) {
    if (made_of.events.empty() || !is_house_event(made_of.events.front().body)) return false;
    if (is_explained(change_renderer().render(made_of), stored)) return true;
    if (is_explained(resolution_renderer().render(made_of), stored)) return true;
    money::ChangeNow known;
    for (const auto& event : before) {
      const auto* proposed = std::get_if<settlement::ChangeProposed>(&event.body);
      if (proposed == nullptr) continue;
      known.proposed = *proposed;
      known.proposed_by = event.actor;
      known.proposed_at = event.recorded_at;
    }
    return is_explained(DecisionRenderer(known).render(made_of), stored);
  }
};

}  // namespace

const StoredReplies& api_stored_replies() {
  static const ApiReplies replies;
  return replies;
}

}  // namespace wonjang
