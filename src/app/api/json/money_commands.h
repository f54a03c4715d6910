// Bodies of the money side's routes as values: parsed once, strictly, as in commands.h.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "app/api/json/commands.h"
#include "domain/settlement/events.h"

namespace wonjang {

// A contract's and a calendar's version is 0 where the sender left it to the ledger.
struct ParsedChange {
  settlement::Reference reference;
  std::string note;
  CanonicalRequest canonical{"propose_change"};
};
std::variant<ParsedChange, FieldErrors> parse_change(std::string_view body);

struct ParsedDecision {
  bool approved = false;
  std::string note;
  CanonicalRequest canonical{"decide_change"};
};
std::variant<ParsedDecision, FieldErrors> parse_decision(std::string_view body, settlement::ChangeId change);

// As parse_decision, of a payout that the bank says something else of.
std::variant<ParsedDecision, FieldErrors> parse_payout_decision(std::string_view body,
                                                                settlement::PayoutId payout);

// {"date":"2026-11-22"}; `operation` names what is done with it, for the fingerprint.
struct ParsedDate {
  BusinessDate date;
  CanonicalRequest canonical{"date"};
};
std::variant<ParsedDate, FieldErrors> parse_date_body(std::string_view body, std::string_view operation);

struct ParsedPayoutDate {
  BusinessDate date;
  std::string calendar;  // empty: the usual one
  bool also_on_closed_day = false;
  bool also_far_ahead = false;
  MerchantId manual_of;  // zero: nobody's lines of a manual cycle
  CanonicalRequest canonical{"run_payouts"};
};
std::variant<ParsedPayoutDate, FieldErrors> parse_payout_date(std::string_view body);

struct ParsedAdjustment {
  settlement::ChangeId change;
  BusinessDate date;
  bool also_far_ahead = false;
  CanonicalRequest canonical{"adjust_settlement"};
};
std::variant<ParsedAdjustment, FieldErrors> parse_adjustment(std::string_view body);

struct ParsedBreakResolution {
  settlement::BreakResolved resolved;
  CanonicalRequest canonical{"resolve_break"};
};
std::variant<ParsedBreakResolution, FieldErrors> parse_break_resolution(std::string_view body);

// What is wrong with a contract or with fee terms (a sentence that begins with the field's name) as an error
// with its pointer below `at`.
FieldError fault_at(std::string_view at, const std::string& fault);

}  // namespace wonjang
