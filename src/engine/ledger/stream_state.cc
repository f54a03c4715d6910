#include "engine/ledger/stream_state.h"

#include <algorithm>
#include <utility>

namespace wonjang {
namespace {

// Keeps the list of entries that wait for their outcome in step with one unit.
void note_entry(std::vector<OpenEntry>& open, const IdempotencyEntry& entry, const std::string& text,
                const std::string& actor) {
  std::erase_if(open, [&](const OpenEntry& e) { return e.key == entry.key; });
  if (!entry.final) open.push_back({entry.key, entry.fingerprint, text, actor});
}

// The key that opened what an event is about.
struct KeyOfIntent {
  const Payment& payment;

  std::string operator()(const ApprovalApproved& body) const { return of(body.terms.approval); }
  std::string operator()(const ApprovalDeclined& body) const { return of(body.terms.approval); }
  std::string operator()(const VirtualAccountIssued& body) const { return of(body.terms.approval); }
  std::string operator()(const ApprovalUnknown& body) const { return of(body.approval); }
  std::string operator()(const NetworkCancelRequested& body) const { return of(body.approval); }
  std::string operator()(const NetworkCancelConfirmed& body) const { return of(body.approval); }
  std::string operator()(const CancelSucceeded& body) const { return of(body.terms.cancel); }
  std::string operator()(const CancelFailed& body) const { return of(body.terms.cancel); }
  std::string operator()(const CancelUnknown& body) const { return of(body.cancel); }
  std::string operator()(const ProviderAsked& body) const { return of_either(body); }
  std::string operator()(const IncidentOpened& body) const { return of_either(body); }
  template <typename Other>
  std::string operator()(const Other&) const {
    return {};
  }

  template <typename Body>
  std::string of_either(const Body& body) const {
    return body.cancel.is_zero() ? of(body.approval) : of(body.cancel);
  }
  template <typename Id>
  std::string of(Id id) const {
    const auto* item = payment.find(id);
    return item != nullptr && item->pursuit ? item->pursuit->idempotency_key : std::string();
  }
};

}  // namespace

Result<StreamState> fold(const std::vector<StoredUnit>& units, const EventCodec& codec) {
  StreamState state;
  std::uint32_t version = 0;
  for (const auto& unit : units) {
    if (unit.first_version != version) {
      return corrupt("stream " + to_base32(unit.stream) + " has no event " + std::to_string(version));
    }
    std::string key_text;
    std::string actor;
    for (const auto& bytes : unit.events) {
      WJ_TRY(const Event event, codec.decode(bytes));
      if (event.version != version || event.stream != unit.stream) {
        return corrupt("an event of stream " + to_base32(unit.stream) + " isn't number " +
                       std::to_string(version));
      }
      if (is_refusal_or_note(event.body)) ++state.refusals;
      evolve(state.payment, event);
      key_text = event.idempotency_key;
      actor = event.actor.id;
      ++version;
    }
    if (unit.idempotency) note_entry(state.open, *unit.idempotency, key_text, actor);
  }
  return state;
}

Result<StreamState> load_stream(const Book& book, RawId stream, const EventCodec& codec) {
  WJ_TRY(const auto units, book.load(stream));
  return fold(units, codec);
}

std::optional<AlarmEntry> alarm_of(const Payment& payment) {
  const auto alarm = next_alarm(payment);
  if (!alarm) return std::nullopt;
  return AlarmEntry{static_cast<std::uint8_t>(alarm->kind), alarm->at.us, payment.id.raw()};
}

bool owes_answer(const Payment& payment, const std::string& key_text, const std::string& actor) {
  const auto owes = [&](const auto& item) {
    return item.is_in_doubt() && item.pursuit && item.pursuit->idempotency_key == key_text &&
           item.pursuit->tenant == actor;
  };
  return std::ranges::any_of(payment.approvals, owes) || std::ranges::any_of(payment.cancels, owes);
}

bool may_follow_intent(const EventBody& body) {
  return std::holds_alternative<ApprovalApproved>(body) || std::holds_alternative<ApprovalDeclined>(body) ||
         std::holds_alternative<VirtualAccountIssued>(body) ||
         std::holds_alternative<ApprovalUnknown>(body) ||
         std::holds_alternative<NetworkCancelRequested>(body) ||
         std::holds_alternative<NetworkCancelConfirmed>(body) ||
         std::holds_alternative<CancelSucceeded>(body) || std::holds_alternative<CancelFailed>(body) ||
         std::holds_alternative<CancelUnknown>(body) || std::holds_alternative<ProviderAsked>(body) ||
         std::holds_alternative<IncidentOpened>(body);
}

std::string key_of_intent(const Payment& payment, const EventBody& body) {
  return std::visit(KeyOfIntent{payment}, body);
}

}  // namespace wonjang
