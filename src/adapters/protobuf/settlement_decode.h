// Bodies of the house's events from their generated messages. For the codec of this folder.
#pragma once

#include "adapters/protobuf/message_reader.h"
#include "domain/settlement/events.h"
#include "wonjang/v1/settlement.pb.h"

namespace wonjang {

settlement::ChangeProposed read(MessageReader& r, const v1::ReferenceProposed& m);
settlement::ChangeDecided read(MessageReader& r, const v1::ReferenceDecided& m);
settlement::RunStarted read(MessageReader& r, const v1::SettlementRunStarted& m);
settlement::RunEnded read(MessageReader& r, const v1::SettlementRunEnded& m);
settlement::LinesRecorded read(MessageReader& r, const v1::SettlementLinesRecorded& m);
settlement::LinesRedated read(MessageReader& r, const v1::SettlementLinesRedated& m);
settlement::PayoutRequested read(MessageReader& r, const v1::PayoutRequested& m);
settlement::PayoutUpdated read(MessageReader& r, const v1::PayoutUpdated& m);
settlement::FileImported read(MessageReader& r, const v1::FileImported& m);
settlement::FileMatched read(MessageReader& r, const v1::FileMatched& m);
settlement::BreakResolved read(MessageReader& r, const v1::BreakResolved& m);

// Also what lines were computed by.
settlement::Contract read(MessageReader& r, const v1::Contract& m);

}  // namespace wonjang
