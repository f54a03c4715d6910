// House events with every field set, for golden files.
#pragma once

#include <type_traits>
#include <vector>

#include "domain/settlement/events.h"

namespace wonjang::testing {

settlement::ChangeProposed full_body(std::type_identity<settlement::ChangeProposed>);
settlement::ChangeDecided full_body(std::type_identity<settlement::ChangeDecided>);
settlement::RunStarted full_body(std::type_identity<settlement::RunStarted>);
settlement::RunEnded full_body(std::type_identity<settlement::RunEnded>);
settlement::LinesRecorded full_body(std::type_identity<settlement::LinesRecorded>);
settlement::LinesRedated full_body(std::type_identity<settlement::LinesRedated>);
settlement::PayoutRequested full_body(std::type_identity<settlement::PayoutRequested>);
settlement::PayoutUpdated full_body(std::type_identity<settlement::PayoutUpdated>);
settlement::FileImported full_body(std::type_identity<settlement::FileImported>);
settlement::FileMatched full_body(std::type_identity<settlement::FileMatched>);
settlement::BreakResolved full_body(std::type_identity<settlement::BreakResolved>);

// One of each kind, in the order of the variant.
std::vector<settlement::Reference> full_references();

}  // namespace wonjang::testing
