// The two ways of reading an event's bytes. Most of a log is what encode() wrote of three kinds of events,
// and everything that folds the log reads all of it: those are read without the library, in a fifth of its
// time.
//
// Threads: any.
#pragma once

#include <string_view>

#include "base/result.h"
#include "domain/event.h"

namespace wonjang {

// A payment.created, an approval.approved or a cancel.succeeded, by card or easy pay, byte for byte as
// encode() writes fields that this program knows. False: it is anything else, and `out` isn't to be used.
// Where it is true, read_any() gives the same event. REQUIRES: `out` is an Event{}
bool read_plain(std::string_view bytes, Event& out);

// Whatever the library reads. Errors: corrupt, as ProtobufEventCodec::decode().
Result<Event> read_any(std::string_view bytes);

}  // namespace wonjang
