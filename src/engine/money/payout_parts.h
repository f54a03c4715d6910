// What the bank's file and its answer share: amounts as both write them, updates of a payout as facts, and
// where the money of a payout went that came to nothing.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/money/job_gate.h"
#include "engine/money/money_reader.h"
#include "engine/money/payout_states.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

// 12345 in KRW, 123.45 in USD.
std::string in_major_units(std::int64_t minor, Currency currency);
// 97, 97.00 (KRW), 97.3, 97.30 (USD) read back. Nothing: a sign, a separator, a fraction that the currency
// doesn't have, more than 18 digits.
std::optional<std::int64_t> minor_units_of(std::string_view major, Currency currency);

settlement::PayoutUpdated update_of(const PayoutNow& payout, settlement::PayoutState state,
                                    const std::string& file);
Facts facts_of(const PayoutNow& payout, settlement::PayoutUpdated update, const JobOwner& owner);

// Of one that failed, came back or was carried over: the payout that took over what it left; nothing: none
// has yet, it waits for the merchant's next one. Errors: of the reader.
Result<std::optional<settlement::PayoutId>> taken_over_by(const MoneyReader& reader, const PayoutNow& payout);

}  // namespace wonjang::money
