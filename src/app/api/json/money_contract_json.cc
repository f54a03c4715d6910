#include "app/api/json/money_contract_json.h"

#include "app/api/json/problem.h"
#include "app/api/json/settlement_json.h"

namespace wonjang {

using settlement::Calendar;
using settlement::Contract;

namespace {

// Like put_reference of the events, but for a calendar's days: a list of changes isn't made of them.
struct PutReference {
  JsonWriter& w;

  void operator()(const Contract& v) const { put_object(w, "contract", v); }
  void operator()(const Calendar& v) const {
    w.begin_object("calendar");
    put_calendar_head(w, v);
    w.end_object();
  }
  void operator()(const settlement::Hold& v) const { put_object(w, "hold", v); }
  void operator()(const settlement::FundsRatio& v) const { put_object(w, "fundsRatio", v); }
  void operator()(const settlement::FundsHeld& v) const { put_object(w, "fundsHeld", v); }
  void operator()(const settlement::Canary& v) const { put_object(w, "canary", v); }
};

// What a unit of facts made of a change.
money::ChangeNow change_of(std::span<const Event> events) {
  money::ChangeNow out;
  for (const auto& event : events) {
    if (const auto* proposed = std::get_if<settlement::ChangeProposed>(&event.body)) {
      out.proposed = *proposed;
      out.proposed_by = event.actor;
      out.proposed_at = event.recorded_at;
    } else if (const auto* decided = std::get_if<settlement::ChangeDecided>(&event.body)) {
      out.decided = *decided;
      out.decided_by = event.actor;
      out.decided_at = event.recorded_at;
      if (out.proposed.change.is_zero()) out.proposed = {decided->change, decided->reference, {}};
    }
  }
  return out;
}

class ChangeRenderer final : public Renderer {
 public:
  Reply render(const Outcome& outcome) const override {
    if (outcome.refusal != nullptr) return refusal_reply(*outcome.refusal);
    if (outcome.events.empty()) return {200, "{}"};
    const auto change = change_of(outcome.events);
    Reply reply{static_cast<std::uint16_t>(change.proposed_at.is_zero() ? 200 : 201), {}};
    JsonWriter w(reply.body);
    put_change(w, change);
    return reply;
  }
};

class ResolutionRenderer final : public Renderer {
 public:
  Reply render(const Outcome& outcome) const override {
    if (outcome.refusal != nullptr) return refusal_reply(*outcome.refusal);
    Reply reply{200, {}};
    JsonWriter w(reply.body);
    w.begin_object();
    if (!outcome.events.empty()) {
      if (const auto* body = std::get_if<settlement::BreakResolved>(&outcome.events.front().body)) {
        w.id("fileId", body->file).number("lineNo", body->line_no);
        if (body->line_no == 0) w.text("lineId", settlement::text_of(body->line));
        w.text("state", "RESOLVED").text("resolution", body->resolution);
      }
    }
    w.end_object();
    return reply;
  }
};

}  // namespace

void put_calendar_head(JsonWriter& w, const Calendar& calendar) {
  w.text("code", calendar.code).number_if("version", calendar.version).text_if("source", calendar.source);
  w.date("from", calendar.from).date("until", calendar.until);
  w.number("days", static_cast<std::int64_t>(calendar.closed.size()));
}

void put_change(JsonWriter& w, const money::ChangeNow& change) {
  const auto& decided = change.decided;
  w.begin_object().id("changeId", change.proposed.change);
  w.text("kind", settlement::kind_of(decided ? decided->reference : change.proposed.reference));
  w.text("status", !decided ? "PROPOSED" : decided->approved ? "APPROVED" : "REJECTED");
  w.text_if("proposedBy", change.proposed_by.id).instant_if("proposedAt", change.proposed_at);
  w.text_if("note", change.proposed.note);
  if (decided) {
    w.text("decidedBy", change.decided_by.id).instant("decidedAt", change.decided_at);
    w.text_if("decisionNote", decided->note);
  }
  std::visit(PutReference{w}, decided ? decided->reference : change.proposed.reference);
  w.end_object();
}

Reply DecisionRenderer::render(const Outcome& outcome) const {
  if (outcome.refusal != nullptr) return refusal_reply(*outcome.refusal);
  auto change = change_of(outcome.events);
  change.proposed = known_.proposed;
  change.proposed_by = known_.proposed_by;
  change.proposed_at = known_.proposed_at;
  Reply reply{200, {}};
  JsonWriter w(reply.body);
  put_change(w, change);
  return reply;
}

const Renderer& resolution_renderer() {
  static const ResolutionRenderer renderer;
  return renderer;
}

const Renderer& change_renderer() {
  static const ChangeRenderer renderer;
  return renderer;
}

}  // namespace wonjang
