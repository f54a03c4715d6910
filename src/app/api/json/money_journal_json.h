// The journal as the API shows it: amounts are exact whole numbers of the currency's smallest unit, however
// large. Threads: any.
#pragma once

#include <string_view>

#include "app/api/json/json_writer.h"
#include "engine/money/journal_reader.h"

namespace wonjang {

// An object; `position` is the token behind the entry.
void put_journal_entry(JsonWriter& w, const money::JournalEntry& entry, std::string_view position);

// Members isBalanced and currencies[{currency, debit, credit, accounts[]}].
void put_trial_balance(JsonWriter& w, const money::TrialBalance& balance);

}  // namespace wonjang
