// Events for the golden files: for each kind one with every field set and one with nothing but what must be
// there; one for each payment method. For the tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "domain/event.h"

namespace wonjang {

struct EventSample {
  std::string name;  // "payment.created.full"
  Event event;
};

// A kind that has no full sample doesn't compile.
std::vector<EventSample> event_samples();

}  // namespace wonjang
