// History: the events that a payment's row was folded from, read back from the book.
//
// Threads: any.
#pragma once

#include <vector>

#include "base/result.h"
#include "engine/serving/row.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"

namespace wonjang::serving {

struct LoggedEvent {
  Event event;
  Position position = 0;  // in its book
};

// By version, as many as the row has folded: what came into the book after the row is left out. Errors:
// corrupt (the book and the row disagree), those of the log.
Result<std::vector<LoggedEvent>> history_of(const EventLog& log, const EventCodec& codec, PaymentId payment,
                                            const Row& row);

}  // namespace wonjang::serving
