// The part of `wonjang check` that is about the money side: its store against a fold of the whole log, record
// by record, and the journal (engine/money/money_check.h).
//
// Threads: blocks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/book.h"

namespace wonjang {

// Compares and prints. True: as the books say. Nothing: there is no store to compare, and it was said why.
// Folds into a store of its own beside the one that is checked, and removes it. Errors: unavailable (somebody
// has the store open, no space), corrupt (the books).
Result<std::optional<bool>> check_money_of(const std::string& data_dir, const std::vector<const Book*>& books,
                                           bool json);

}  // namespace wonjang
