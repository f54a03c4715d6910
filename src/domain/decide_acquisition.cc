#include "domain/decide_parts.h"

namespace wonjang {
namespace {

bool is_repeat(const Approval& approval, const RecordAcquisition& command) {
  return approval.acquisition == command.state &&
         (command.slip_no.empty() || command.slip_no == approval.slip_no) &&
         (command.batch_id.empty() || command.batch_id == approval.acquire_batch_id);
}

}  // namespace

Decision decide_one(const Payment& payment, const RecordAcquisition& command, DecideContext context) {
  if (auto refusal = check_not_future(command.at, context, "/at")) return std::move(*refusal);
  const Approval* approval = payment.find(command.approval);
  if (approval == nullptr) return refuse_unknown_approval(command.approval);
  if (!has_acquisition(approval->terms.method)) {
    return refuse(RefusalCode::acquisition_not_allowed,
                  "Only cards have acquisition; approval " + command.approval.text() + " is a " +
                      std::string(code_of(method_of(approval->terms.method))) + ".",
                  "/approvalId");
  }
  if (is_repeat(*approval, command)) return nothing_to_do();
  if (approval->is_live() && !acquisition_allowed(approval->acquisition, command.state)) {
    return refuse(RefusalCode::acquisition_not_allowed,
                  "The slip of approval " + command.approval.text() + " is " +
                      std::string(code_of(approval->acquisition)) + " and can't become " +
                      std::string(code_of(command.state)) + ".",
                  "/state");
  }
  const bool all_canceled = approval->terms.parts == approval->canceled;
  if (!approval->is_live() || (all_canceled && command.state == AcquisitionState::requested)) {
    return refuse(RefusalCode::approval_not_live,
                  "Approval " + command.approval.text() + " isn't live, so there is nothing to acquire.",
                  "/approvalId");
  }
  const Instant at = or_now(command.at, context);
  return just(at, AcquisitionUpdated{command.approval, command.state, command.batch_id, command.slip_no, at});
}

}  // namespace wonjang
