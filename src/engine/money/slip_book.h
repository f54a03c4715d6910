// SlipBook: whoever keeps the slips of card approvals (매입). Each step is the command that the API's
// acquisition route gives, and is decided by the payment's life cycle like it.
//
// Threads: one at a time; when none of the job's facts is on its way.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "domain/command.h"
#include "domain/payment.h"

namespace wonjang::money {

struct SlipStep {
  PaymentId payment;
  RecordAcquisition command;
};
struct SlipAnswer {
  bool is_refused = false;  // by the life cycle; nothing was written
  std::string why;          // for people
};

class SlipBook {
 public:
  virtual ~SlipBook() = default;
  // Those of one payment are decided in their order. What is so already, or has gone further (was_acquired),
  // is no refusal and writes nothing. Returns once all of it is durable: an answer for each step, in order.
  // Errors: unavailable, in_doubt, corrupt. Steps before and behind the one that failed may stand; asked
  // again they are so already.
  virtual Result<std::vector<SlipAnswer>> record(const std::vector<SlipStep>& steps, const Actor& actor,
                                                 const std::string& reason) = 0;
};

// A slip in `state` was acquired: COMPLETED says nothing new of it.
constexpr bool was_acquired(AcquisitionState state) {
  return state == AcquisitionState::completed || state == AcquisitionState::cancel_requested ||
         state == AcquisitionState::canceled;
}
// Is this refused step of a slip that is there, or further, already?
inline bool is_old_news(const Payment& payment, const RecordAcquisition& step) {
  const Approval* approval = payment.find(step.approval);
  return approval != nullptr && step.state == AcquisitionState::completed &&
         was_acquired(approval->acquisition);
}

}  // namespace wonjang::money
