// Explanation of one line: its snapshot, rule by rule and day by day, and whether the calculator of today
// still gives the same from that snapshot, and the calendar version that dated it the same day.
//
// Threads: one at a time (the source's).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/settlement/fee.h"
#include "engine/money/line_source.h"
#include "engine/money/money_reader.h"

namespace wonjang::money {

struct LineExplained {
  LineSummary now;  // where it is paid, as of the newest re-dating
  WholeLine whole;
  std::vector<settlement::ExplainStep> steps;
  // Names of the contract's terms for its method by which it was dated, and charged; empty: the contract's
  // own. What gives back is charged by its approval's line alone.
  std::string dated_by;
  std::string charged_by;
  // Rows of acquirers' files that its movement is matched with: whether the money came, and all of it. The
  // house's own.
  std::vector<MoneyReader::MatchedRow> matched_in;
  bool recomputed = false;         // computed again from its snapshot it is the same
  std::string why_not_recomputed;  // when it isn't
};

// Nothing: there is no such line. Errors: those of the reader and the source.
Result<std::optional<LineExplained>> explain_line(const MoneyReader& reader, LineSource& source,
                                                  const LineKey& key);

}  // namespace wonjang::money
