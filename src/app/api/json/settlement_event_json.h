// The fields of house events, as members of an event's `data`, and what their streams are called.
//
// Threads: any.
#pragma once

#include <string>

#include "app/api/json/json_writer.h"
#include "domain/event.h"

namespace wonjang {

void put_house_body(JsonWriter& w, const settlement::ChangeProposed& b);
void put_house_body(JsonWriter& w, const settlement::ChangeDecided& b);
void put_house_body(JsonWriter& w, const settlement::RunStarted& b);
void put_house_body(JsonWriter& w, const settlement::RunEnded& b);
// What the run took, as fields of an object that is open.
void put_profile(JsonWriter& w, const settlement::RunEnded& ended);
void put_house_body(JsonWriter& w, const settlement::LinesRecorded& b);
void put_house_body(JsonWriter& w, const settlement::LinesRedated& b);
void put_house_body(JsonWriter& w, const settlement::PayoutRequested& b);
void put_house_body(JsonWriter& w, const settlement::PayoutUpdated& b);
void put_house_body(JsonWriter& w, const settlement::FileImported& b);
void put_house_body(JsonWriter& w, const settlement::FileMatched& b);
void put_house_body(JsonWriter& w, const settlement::BreakResolved& b);

// "pay_..." of a payment, "registry", "chg_...", "pyo_...", "fil_..." as their ids are; "run_...", "lns_...",
// "cnr_..." for the streams of runs, chunks of lines and canaries.
std::string subject_text(const RawId& stream);

}  // namespace wonjang
