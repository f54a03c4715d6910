// What must hold of a line before it is folded: the sentences of what doesn't.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>

#include "engine/money/stored.h"

namespace wonjang::money {

// Of a return, an adjustment: the line of the approval that it goes back to. Of an approval: its own.
LineKey approval_line_of(const Item& item);

// What is wrong with the line by itself. `contracts`: how many stand beside it.
std::optional<std::string> fault_of(const settlement::SettlementLine& line, std::size_t contracts);
// The line's item isn't the movement that stands open.
std::optional<std::string> disagreement(const Item& item, Currency currency, const OpenStored& open);
// A return doesn't begin where the approval's line stands, or takes more than is left.
std::optional<std::string> excess_of(const settlement::SettlementLine& line,
                                     const settlement::LineBalance& stored);

Error wrong_line(const LineKey& key, const std::string& where, const std::string& how);

}  // namespace wonjang::money
