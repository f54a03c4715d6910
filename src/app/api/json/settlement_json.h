// Contracts, calendars, settlement lines and what else house events carry, as members of an object that is
// open already: the same names in events, answers and requests. Dates are 2026-11-22, rates parts per
// million, amounts minor units. What is empty or zero and says nothing is left out.
//
// Threads: any.
#pragma once

#include <string_view>
#include <vector>

#include "app/api/json/json_writer.h"
#include "domain/settlement/events.h"

namespace wonjang {

void put_fields(JsonWriter& w, const settlement::RateStep& v);
void put_fields(JsonWriter& w, const settlement::TierRate& v);
void put_fields(JsonWriter& w, const settlement::CancelRule& v);
void put_fields(JsonWriter& w, const settlement::MethodFees& v);
void put_fields(JsonWriter& w, const settlement::FeeTerms& v);
void put_fields(JsonWriter& w, const settlement::Cycle& v);
void put_fields(JsonWriter& w, const settlement::MethodCycle& v);
void put_fields(JsonWriter& w, const settlement::Contract& v);
void put_fields(JsonWriter& w, const settlement::Calendar& v);
void put_fields(JsonWriter& w, const settlement::Hold& v);
void put_fields(JsonWriter& w, const settlement::FundsRatio& v);
void put_fields(JsonWriter& w, const settlement::FundsHeld& v);
void put_fields(JsonWriter& w, const settlement::Canary& v);
// "reference": its kind, and an object named after that: contract, calendar, hold, fundsRatio, fundsHeld,
// canary.
void put_reference(JsonWriter& w, const settlement::Reference& reference);

void put_fields(JsonWriter& w, const settlement::RunTotals& v);
void put_fields(JsonWriter& w, const settlement::Item& v);
void put_fields(JsonWriter& w, const settlement::FeeLine& v);
void put_fields(JsonWriter& w, const settlement::LineBalance& v);
void put_fields(JsonWriter& w, const settlement::SettlementLine& v);
void put_fields(JsonWriter& w, const settlement::FailedItem& v);
void put_fields(JsonWriter& w, const settlement::CanaryDifference& v);
void put_fields(JsonWriter& w, const settlement::Redated& v);
void put_fields(JsonWriter& w, const settlement::CarriedOver& v);
void put_fields(JsonWriter& w, const settlement::FileRow& v);
void put_fields(JsonWriter& w, const settlement::Deposited& v);
void put_fields(JsonWriter& w, const settlement::Match& v);

// "stl_...": left out where there is none.
void put_line_key(JsonWriter& w, std::string_view name, const settlement::LineKey& key);

template <typename Value>
void put_object(JsonWriter& w, std::string_view name, const Value& value) {
  w.begin_object(name);
  put_fields(w, value);
  w.end_object();
}

template <typename Value>
void put_array(JsonWriter& w, std::string_view name, const std::vector<Value>& list) {
  w.begin_array(name);
  for (const auto& value : list) {
    w.begin_object();
    put_fields(w, value);
    w.end_object();
  }
  w.end_array();
}

template <typename Value>
void put_array_if(JsonWriter& w, std::string_view name, const std::vector<Value>& list) {
  if (!list.empty()) put_array(w, name, list);
}

}  // namespace wonjang
