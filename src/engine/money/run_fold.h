// RunFold: the runs of a day, one after the other. What a run says it came to is compared with the lines that
// were folded.
//
// Threads: one at a time.
#pragma once

#include "engine/money/fold_context.h"

namespace wonjang::money {

class RunFold {
 public:
  explicit RunFold(FoldContext& context) : context_(context) {}

  // Errors: corrupt (the event contradicts what was folded), unavailable.
  Result<void> take(const Event& event, const settlement::RunStarted& body);
  Result<void> take(const Event& event, const settlement::RunEnded& body);

 private:
  Result<RunStored> run_of(const std::string& key, BusinessDate date, std::uint32_t version);
  Result<void> compare_totals(const settlement::RunEnded& body) const;
  Result<void> note_promoted(const Event& event, const settlement::RunEnded& body);

  FoldContext& context_;
};

}  // namespace wonjang::money
