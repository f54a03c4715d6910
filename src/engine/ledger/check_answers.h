// What the events of a unit say about the answer that it gave. For check.cc alone. Threads: any (functions).
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "domain/event.h"
#include "domain/refusal.h"

namespace wonjang {

// Must the unit with this event hold the answer to the event's key? A key that belongs to another request is
// noted without an entry of its own. Nor has what the house wrote on its way to an intent's outcome one: the
// intent's key stands there (key_of_intent).
bool owes_entry(const Event& event);

// A unit that only keeps the answer of an earlier request, which the unit before it settled.
bool is_settled_answer(std::span<const Event> events);

// The business no that was answered: code and detail, the rest isn't stored with the event.
std::optional<Refusal> refusal_in(std::span<const Event> events);

// What was asked for, where the events say it; empty: they don't.
std::string_view operation_in(std::span<const Event> events);

}  // namespace wonjang
