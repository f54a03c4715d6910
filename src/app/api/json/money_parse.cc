#include <algorithm>
#include <utility>

#include "app/api/json/money_commands.h"
#include "app/api/json/money_parse_terms.h"
#include "app/api/json/money_shapes.h"
#include "app/api/json/settlement_json.h"
#include "domain/settlement/calendar.h"
#include "domain/settlement/line.h"
#include "domain/settlement/shipped_calendars.h"

namespace wonjang {

using settlement::Calendar;
using settlement::Canary;
using settlement::FundsHeld;
using settlement::FundsRatio;
using settlement::Hold;
using settlement::Reference;

namespace {

constexpr TextRule kNoteRule{.size_max = 500};
constexpr std::size_t kCanaryMerchantsMax = 1'000;
constexpr std::string_view kChangeKinds[] = {"CONTRACT",    "CALENDAR",   "HOLD",
                                             "FUNDS_RATIO", "FUNDS_HELD", "CANARY"};
using ChangeReader = ObjectReader<kChangeShape>;

Currency currency_of(const std::string& code, bool& known) {
  const auto currency = Currency::parse(code);
  known = code.empty() || currency.has_value();
  return currency.value_or(Currency());
}

Calendar read_calendar(const JsonNode& node, Violations& violations) {
  ObjectReader<kCalendarTextShape> r(node, violations);
  if (r.has("text") == r.has("shipped")) {
    r.add("text", "CONFLICTING_FIELDS",
          "send either text, or shipped with the code of a calendar that comes along");
    return {};
  }
  auto text = r.word("text");
  if (r.has("shipped")) {
    text = settlement::shipped_calendar(r.text("shipped", {.size_max = 16, .charset = Charset::id}));
    if (text.empty())
      r.add("shipped", "UNKNOWN_CODE", "no calendar of that code comes with the program: send text");
  }
  if (text.empty()) return {};
  auto parsed = settlement::parse_calendar(text);
  if (parsed.calendar) return *std::move(parsed.calendar);
  r.add(r.has("text") ? ObjectReader<kCalendarTextShape>::Field("text")
                      : ObjectReader<kCalendarTextShape>::Field("shipped"),
        "BAD_FORMAT", parsed.error);
  return {};
}

Hold read_hold(const JsonNode& node, Violations& violations) {
  ObjectReader<kHoldShape> r(node, violations);
  Hold out;
  r.require("merchantId");
  out.merchant = r.id<MerchantId>("merchantId");
  r.require("placed");
  out.placed = r.flag("placed", true);
  r.require("from");
  out.from = r.date("from");
  out.reason = r.text("reason", kReasonRule);
  return out;
}

FundsRatio read_funds_ratio(const JsonNode& node, Violations& violations) {
  ObjectReader<kFundsRatioShape> r(node, violations);
  FundsRatio out;
  r.require("validFrom");
  out.valid_from = r.date("validFrom");
  r.require("ratioPpm");
  out.ratio_ppm = r.integer("ratioPpm", 0, kMillion).value_or(0);
  out.source = r.text("source", kReasonRule);
  return out;
}

FundsHeld read_funds_held(const JsonNode& node, Violations& violations) {
  constexpr std::string_view kHeldKinds[] = {"DEPOSIT", "TRUST", "GUARANTEE_INSURANCE"};
  ObjectReader<kFundsHeldShape> r(node, violations);
  FundsHeld out;
  r.require("date");
  out.date = r.date("date");
  r.require("kind");
  out.kind = r.text("kind", kCodeRule);
  if (!out.kind.empty() && std::ranges::find(kHeldKinds, out.kind) == std::end(kHeldKinds))
    r.add("kind", "UNKNOWN_CODE", "must be one of DEPOSIT, TRUST, GUARANTEE_INSURANCE");
  r.require("institution");
  out.institution = r.text("institution", kNameRule);
  bool known = true;
  out.currency = currency_of(r.text("currency", {.size_max = 3, .charset = Charset::id}), known);
  if (!known) r.add("currency", "UNKNOWN_CODE", "is no ISO 4217 code that is known here");
  r.require("amount");
  out.amount = r.integer("amount", 0).value_or(0);
  out.merchant = r.id<MerchantId>("merchantId");
  return out;
}

std::vector<MerchantId> read_merchants(const JsonNode* list, Violations& violations) {
  std::vector<MerchantId> out;
  if (list == nullptr) return out;
  if (list->count > kCanaryMerchantsMax) {
    violations.add(*list, "TOO_MANY_ITEMS", "at most 1000 merchants");
    return out;
  }
  const auto& document = violations.document();
  for (const auto* item = document.first(*list); item != document.end(*list); item = document.next(item)) {
    const auto id = item->type == JsonType::string ? MerchantId::parse(item->text) : std::nullopt;
    if (id) {
      out.push_back(*id);
    } else {
      violations.add(*item, "BAD_FORMAT", "must be an id as we gave it out: mch_ and 26 characters");
    }
  }
  return out;
}

Canary read_canary(const JsonNode& node, Violations& violations) {
  ObjectReader<kCanaryShape> r(node, violations);
  Canary out;
  r.require("name");
  out.name = r.text("name", {.size_max = 32, .charset = Charset::id});
  out.merchants = read_merchants(r.array("merchantIds"), violations);
  out.method = read_method(r);
  out.business_number = r.text("businessNumber", {.size_max = 20, .charset = Charset::digits});
  bool known = true;
  out.currency = currency_of(r.text("currency", {.size_max = 3, .charset = Charset::id}), known);
  if (!known) r.add("currency", "UNKNOWN_CODE", "is no ISO 4217 code that is known here");
  r.require("candidate");
  if (const auto* terms = r.object("candidate")) out.candidate = read_fee_terms(*terms, violations);
  out.clean_days = static_cast<std::uint32_t>(r.integer("cleanDays", 0, 1'000).value_or(0));
  out.stopped = r.flag("stopped");
  out.promote_all = r.flag("promoteAll");
  return out;
}

struct Member {
  ChangeReader::Field field;
  Reference (*read)(const JsonNode&, Violations&);
};
// In the order of kKinds.
constexpr Member kMembers[] = {
    {"contract", [](const JsonNode& n, Violations& v) -> Reference { return read_contract(n, v); }},
    {"calendar", [](const JsonNode& n, Violations& v) -> Reference { return read_calendar(n, v); }},
    {"hold", [](const JsonNode& n, Violations& v) -> Reference { return read_hold(n, v); }},
    {"fundsRatio", [](const JsonNode& n, Violations& v) -> Reference { return read_funds_ratio(n, v); }},
    {"fundsHeld", [](const JsonNode& n, Violations& v) -> Reference { return read_funds_held(n, v); }},
    {"canary", [](const JsonNode& n, Violations& v) -> Reference { return read_canary(n, v); }},
};

// The member that `kind` says, and no other.
Reference read_reference(ChangeReader& r, Violations& violations) {
  r.require("kind");
  const auto kind = r.word("kind");
  const auto* found = std::ranges::find(kChangeKinds, kind);
  if (found == std::end(kChangeKinds)) {
    if (!kind.empty())
      r.add("kind", "UNKNOWN_CODE",
            "must be one of CONTRACT, CALENDAR, HOLD, FUNDS_RATIO, FUNDS_HELD, CANARY");
    return {};
  }
  const auto& wanted = kMembers[found - std::begin(kChangeKinds)];
  for (const auto& member : kMembers) {
    if (member.field.index != wanted.field.index && r.has(member.field))
      r.add(member.field, "CONFLICTING_FIELDS", "goes with another kind: a change is about one thing");
  }
  r.require(wanted.field);
  const auto* node = r.object(wanted.field);
  return node == nullptr ? Reference() : wanted.read(*node, violations);
}

}  // namespace

std::variant<ParsedChange, FieldErrors> parse_change(std::string_view body) {
  auto parsed = read_body<ParsedChange>(body, [](const auto& root, auto& violations) {
    ChangeReader r(root, violations);
    ParsedChange out;
    out.reference = read_reference(r, violations);
    out.note = r.text("note", kNoteRule);
    return out;
  });
  auto* change = std::get_if<ParsedChange>(&parsed);
  if (change == nullptr) return parsed;
  std::optional<FieldError> fault;
  if (const auto* contract = std::get_if<settlement::Contract>(&change->reference)) {
    if (const auto why = settlement::fault_of(*contract)) fault = fault_at("/contract", *why);
  } else if (const auto* canary = std::get_if<Canary>(&change->reference)) {
    if (const auto why = settlement::fault_of(canary->candidate)) fault = fault_at("/canary/candidate", *why);
  }
  if (fault) return FieldErrors{*std::move(fault)};
  std::string as_json;
  JsonWriter w(as_json);
  w.begin_object();
  put_reference(w, change->reference);
  w.end_object();
  change->canonical.text(as_json);
  add_text(change->canonical, change->note);
  return parsed;
}

namespace {

template <typename Id>
std::variant<ParsedDecision, FieldErrors> parse_decision_of(std::string_view body, const Id& id,
                                                            std::string_view operation) {
  return read_body<ParsedDecision>(body, [&](const auto& root, auto& violations) {
    ObjectReader<kDecisionShape> r(root, violations);
    ParsedDecision out;
    out.canonical = CanonicalRequest(operation);
    r.require("decision");
    const auto decision = r.word("decision");
    out.approved = decision == "APPROVE";
    if (!decision.empty() && !out.approved && decision != "REJECT")
      r.add("decision", "UNKNOWN_CODE", "must be APPROVE or REJECT");
    out.note = r.text("note", kNoteRule);
    add_id(out.canonical, id);
    out.canonical.flag(out.approved);
    add_text(out.canonical, out.note);
    return out;
  });
}

}  // namespace

std::variant<ParsedDecision, FieldErrors> parse_decision(std::string_view body, settlement::ChangeId change) {
  return parse_decision_of(body, change, "decide_change");
}
std::variant<ParsedDecision, FieldErrors> parse_payout_decision(std::string_view body,
                                                                settlement::PayoutId payout) {
  return parse_decision_of(body, payout, "decide_payout");
}

std::variant<ParsedDate, FieldErrors> parse_date_body(std::string_view body, std::string_view operation) {
  return read_body<ParsedDate>(body, [&](const auto& root, auto& violations) {
    ObjectReader<kSettlementDateShape> r(root, violations);
    ParsedDate out;
    r.require("date");
    out.date = r.date("date");
    out.canonical = CanonicalRequest(operation);
    out.canonical.number(out.date.days);
    return out;
  });
}

std::variant<ParsedPayoutDate, FieldErrors> parse_payout_date(std::string_view body) {
  return read_body<ParsedPayoutDate>(body, [](const auto& root, auto& violations) {
    ObjectReader<kPayoutDateShape> r(root, violations);
    ParsedPayoutDate out;
    r.require("date");
    out.date = r.date("date");
    out.calendar = r.text("calendar", {.size_max = 16, .charset = Charset::id});
    out.also_on_closed_day = r.flag("alsoOnClosedDay");
    out.also_far_ahead = r.flag("alsoFarAhead");
    out.manual_of = r.template id<MerchantId>("manualMerchantId");
    out.canonical.number(out.date.days)
        .text(out.calendar)
        .flag(out.also_on_closed_day)
        .flag(out.also_far_ahead);
    add_id(out.canonical, out.manual_of);
    return out;
  });
}

std::variant<ParsedAdjustment, FieldErrors> parse_adjustment(std::string_view body) {
  return read_body<ParsedAdjustment>(body, [](const auto& root, auto& violations) {
    ObjectReader<kAdjustmentShape> r(root, violations);
    ParsedAdjustment out;
    r.require("contractChangeId");
    out.change = r.template id<settlement::ChangeId>("contractChangeId");
    r.require("date");
    out.date = r.date("date");
    out.also_far_ahead = r.flag("alsoFarAhead");
    add_id(out.canonical, out.change);
    out.canonical.number(out.date.days).flag(out.also_far_ahead);
    return out;
  });
}

std::variant<ParsedBreakResolution, FieldErrors> parse_break_resolution(std::string_view body) {
  return read_body<ParsedBreakResolution>(body, [](const auto& root, auto& violations) {
    ObjectReader<kBreakResolutionShape> r(root, violations);
    ParsedBreakResolution out;
    r.require("fileId");
    out.resolved.file = r.template id<settlement::FileId>("fileId");
    if (r.has("lineNo") == r.has("lineId"))
      r.add("lineNo", "CONFLICTING_FIELDS", "name one of lineNo (a row of the file) and lineId (only ours)");
    out.resolved.line_no = static_cast<std::uint32_t>(r.integer("lineNo", 1, 10'000'000).value_or(0));
    const auto line = r.word("lineId");
    if (const auto key = settlement::parse_line_key(line)) {
      out.resolved.line = *key;
    } else if (!line.empty()) {
      r.add("lineId", "BAD_FORMAT", "must be a line's id as we gave it out: stl_...");
    }
    r.require("resolution");
    out.resolved.resolution = r.text("resolution", kNoteRule);
    add_id(out.canonical, out.resolved.file);
    out.canonical.number(out.resolved.line_no);
    add_text(out.canonical, line);
    add_text(out.canonical, out.resolved.resolution);
    return out;
  });
}

}  // namespace wonjang
