// EventTypes: which types of events a reader of a feed or of a history asks for,
// ?types=payment.created,cancel.succeeded.
//
// Threads: values.
#pragma once

#include <bitset>
#include <string_view>
#include <variant>

#include "app/api/query.h"
#include "base/result.h"
#include "domain/event.h"

namespace wonjang {

class EventTypes {
 public:
  EventTypes() { of_.set(); }  // all there are

  bool has(const EventBody& body) const { return of_.test(body.index()); }

 private:
  friend Result<EventTypes> event_types_in(const Query& query);
  std::bitset<std::variant_size_v<EventAlternatives>> of_;
};

// The name of the parameter; a list, also given more than once.
constexpr std::string_view kTypesParameter = "types";

// Of a parsed query: each type as `type_of` says it or as an event shows it (com.wonjang.payment.created);
// without the parameter all. Errors: invalid, with what may have been meant.
Result<EventTypes> event_types_in(const Query& query);

}  // namespace wonjang
