// Payouts, funds, what-if and acquirers' files as the API shows them. Threads: any.
#pragma once

#include <functional>
#include <string>

#include "app/api/json/json_writer.h"
#include "domain/registry.h"
#include "engine/money/funds.h"
#include "engine/money/money_reader.h"
#include "engine/money/payout_results.h"
#include "engine/money/payout_run.h"
#include "engine/money/what_if.h"

namespace wonjang {

// Each an object, but for those that say members.
void put_payout(JsonWriter& w, const money::PayoutNow& payout, const Merchant* merchant);
void put_payout_report(JsonWriter& w, BusinessDate date, bool dry_run, const money::PayoutReport& report);
void put_results_applied(JsonWriter& w, const money::ResultsApplied& applied,
                         const std::vector<money::RefusedRow>& unreadable);

// Members; `position`: the position's own, as a token.
void put_funds(JsonWriter& w, const money::FundsPosition& funds, const RegistryState& registry,
               std::string_view position);
void put_funds_lines(JsonWriter& w, const money::FundsLines& lines, const Merchant& merchant,
                     Currency currency, BusinessDate as_of);

// `seal`: the cursor of a place.
void put_what_if(JsonWriter& w, const money::WhatIf& what_if,
                 const std::function<std::string(const money::MovedPlace&)>& seal);

void put_file(JsonWriter& w, const money::MoneyReader::FileNow& file);  // members
// `row`: of the file; null where only we know of it.
void put_break(JsonWriter& w, const money::MoneyReader::Break& one, const settlement::FileRow* row,
               BusinessDate today);

}  // namespace wonjang
