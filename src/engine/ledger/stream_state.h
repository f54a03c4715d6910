// What the writer knows of one stream while it decides: the folded payment, the alarm that stands for it, and
// the idempotency entries whose outcome is still to come.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/payment.h"
#include "ports/book.h"
#include "ports/event_codec.h"

namespace wonjang {

struct OpenEntry {
  Hash128 key{};
  Hash128 fingerprint{};
  std::string text;   // the key as the caller wrote it, from the intent's event
  std::string actor;  // who wrote it: two tenants may use the same word
};

struct StreamState {
  Payment payment;
  std::uint32_t refusals = 0;  // recorded ones, notes among them
  std::vector<OpenEntry> open;
};

// What changes nothing but the version.
inline bool is_refusal_or_note(const EventBody& body) {
  return std::holds_alternative<CommandRefused>(body) || std::holds_alternative<CommandNoted>(body);
}

// Folds stored units. Errors: corrupt (bytes that don't decode, versions with a gap).
Result<StreamState> fold(const std::vector<StoredUnit>& units, const EventCodec& codec);

// Loads and folds one payment; its payment doesn't exist() when the stream is empty.
Result<StreamState> load_stream(const Book& book, RawId stream, const EventCodec& codec);

// The alarm entry that belongs to a payment in this state.
std::optional<AlarmEntry> alarm_of(const Payment& payment);

// Does an approval or cancel in doubt still owe an answer to the request with this key by this actor?
bool owes_answer(const Payment& payment, const std::string& key_text, const std::string& actor);

// May the house write this about an intent of somebody else?
bool may_follow_intent(const EventBody& body);
// The key of the request whose intent this event goes on with or ends: outcomes, questions and network
// cancels belong to whoever asked, though the house writes them. Empty: it is about nothing that is in doubt.
// `payment` is as it was before the event.
std::string key_of_intent(const Payment& payment, const EventBody& body);

}  // namespace wonjang
