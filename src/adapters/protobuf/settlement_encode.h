// Bodies of the house's events on the wire: field_of() gives the number in Event, fields() the content. For
// the codec of this folder.
#pragma once

#include "adapters/protobuf/wire_writer.h"
#include "domain/settlement/events.h"

namespace wonjang {

int field_of(const settlement::ChangeProposed& body);
int field_of(const settlement::ChangeDecided& body);
int field_of(const settlement::RunStarted& body);
int field_of(const settlement::RunEnded& body);
int field_of(const settlement::LinesRecorded& body);
int field_of(const settlement::LinesRedated& body);
int field_of(const settlement::PayoutRequested& body);
int field_of(const settlement::PayoutUpdated& body);
int field_of(const settlement::FileImported& body);
int field_of(const settlement::FileMatched& body);
int field_of(const settlement::BreakResolved& body);

void fields(WireWriter& w, const settlement::ChangeProposed& v);
void fields(WireWriter& w, const settlement::ChangeDecided& v);
void fields(WireWriter& w, const settlement::RunStarted& v);
void fields(WireWriter& w, const settlement::RunEnded& v);
void fields(WireWriter& w, const settlement::LinesRecorded& v);
void fields(WireWriter& w, const settlement::LinesRedated& v);
void fields(WireWriter& w, const settlement::PayoutRequested& v);
void fields(WireWriter& w, const settlement::PayoutUpdated& v);
void fields(WireWriter& w, const settlement::FileImported& v);
void fields(WireWriter& w, const settlement::FileMatched& v);
void fields(WireWriter& w, const settlement::BreakResolved& v);

// Also what lines were computed by.
void fields(WireWriter& w, const settlement::Contract& v);

}  // namespace wonjang
