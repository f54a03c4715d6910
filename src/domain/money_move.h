// MoneyMove: what one event moves of an approval's money. Payment (evolve.cc), journal and settlement
// (journal/movement.h) and the serving views all ask here, so that no two of them can mean different things.
//
//   taken     an approval was granted, a deposit confirmed: while nothing of the approval is out
//   canceled  a cancel succeeded: while something is out
//   reversed  a deposit was taken back, a network cancel confirmed: while something is out, and all of that
//
// Money is out once it was taken and until all of it was given back, whatever state its approval is in
// meanwhile. So news told twice moves money once: a provider that tells a success of an approval which was
// given back is asked to undo it again, and the confirmation of that returns nothing we had.
//
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/payment.h"

namespace wonjang {

enum class MoneyMoveKind : std::uint8_t { taken, canceled, reversed };

struct MoneyMove {
  MoneyMoveKind kind = MoneyMoveKind::taken;
  ApprovalId approval;
  std::int64_t amount = 0;     // > 0, minor units
  std::int64_t out_after = 0;  // of the approval's money, >= 0
  Instant at;                  // business time: the event's own where its body has none
  friend bool operator==(const MoneyMove&, const MoneyMove&) = default;
};

// The approval whose money an event of this kind can move; nothing of all other kinds.
std::optional<ApprovalId> money_subject_of(const EventBody& body);

// What `event` moves when `out` of that approval's money is out before it.
std::optional<MoneyMove> money_move(const Event& event, std::int64_t out);
// The same of a payment that has folded all events before this one. An approval that it doesn't know moves
// nothing, unless this event brings it.
std::optional<MoneyMove> money_move(const Payment& before, const Event& event);

}  // namespace wonjang
