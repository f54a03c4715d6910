// Events as CloudEvents 1.0.2 (structured mode): self-contained, a consumer never has to ask back.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "domain/event.h"

namespace wonjang {

constexpr std::string_view kEventSource = "/wonjang/ledger";

// Why a command was refused: the refusal's code, or that its key belonged to another request.
std::string_view code_of_refused(const CommandRefused& refused);

// Appends one JSON object. `sequence` is the feed's token behind this event (opaque text).
void append_event_json(std::string& out, const Event& event, std::string_view sequence);

}  // namespace wonjang
