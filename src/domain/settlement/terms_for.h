// Which of a contract's terms an item is settled by: what is agreed for its method and issuer, else for its
// method, else the contract's own (contract.h).
//
// Threads: any.
#pragma once

#include "domain/settlement/contract.h"
#include "domain/settlement/line.h"

namespace wonjang::settlement {

// Null: the contract's own are. Of what gives back the method is its approval's, so both follow one cycle.
const MethodCycle* own_cycle_for(const Contract& contract, const Item& item);
const MethodFees* own_fees_for(const FeeTerms& terms, const Item& item);

// REQUIRES: `contract` outlives what it gives
const Cycle& cycle_for(const Contract& contract, const Item& item);

// How an exact fee becomes the one that is charged.
struct Charging {
  VatTreatment vat = VatTreatment::added;
  FeeOrder order = FeeOrder::supply_first;
  Rounding rounding = Rounding::half_up;
};
Charging charging_for(const FeeTerms& terms, const Item& item);

}  // namespace wonjang::settlement
