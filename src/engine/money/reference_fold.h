// ReferenceFold: changes of reference data, from proposal to decision. What was approved is known from the
// time at which the decision was recorded.
//
// Threads: one at a time.
#pragma once

#include "engine/money/fold_context.h"

namespace wonjang::money {

class ReferenceFold {
 public:
  explicit ReferenceFold(FoldContext& context) : context_(context) {}

  // Errors: corrupt (not the change's next event), unavailable.
  Result<void> take(const Event& event, const settlement::ChangeProposed& body);
  Result<void> take(const Event& event, const settlement::ChangeDecided& body);

 private:
  Result<ChangeStored> change_of(const Event& event, const std::string& key);
  FoldContext& context_;
};

// Of the merchant that it is about; zero: it is about none.
RawId subject_of(const settlement::Reference& reference);

}  // namespace wonjang::money
