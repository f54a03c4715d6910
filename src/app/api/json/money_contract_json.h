// Changes of reference data as the API shows them; what they are about: settlement_json.h.
//
// Threads: any.
#pragma once

#include "app/api/json/json_writer.h"
#include "domain/settlement/events.h"
#include "engine/ledger/request.h"
#include "engine/money/money_reader.h"

namespace wonjang {

// Members of an object: a calendar without its days, but how many there are.
void put_calendar_head(JsonWriter& w, const settlement::Calendar& calendar);

// An object.
void put_change(JsonWriter& w, const money::ChangeNow& change);

// Answers to requests that write reference data: the change as it stands, 201 when it is new. Threads: any.
const Renderer& change_renderer();

// The same for a decision: who proposed it and when stands in an earlier event. `known`: the change before or
// after it was decided. Threads: any.
class DecisionRenderer final : public Renderer {
 public:
  explicit DecisionRenderer(const money::ChangeNow& known) : known_(known) {}
  Reply render(const Outcome& outcome) const override;

 private:
  const money::ChangeNow known_;
};

// Of a break that a person settled: which one, and how. Threads: any.
const Renderer& resolution_renderer();

}  // namespace wonjang
