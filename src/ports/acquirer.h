// Acquirer: the outside provider that moves the money (card network, PG, bank). Three results of any call:
// done, not done, in doubt. Our reference (the approval's or cancel's id as text) names the transaction on
// both sides, also after a time-out when the provider's own id is missing.
//
// Errors of every call: unavailable (it was never sent: did not happen), in_doubt (sent, no usable answer in
// time: it may have happened). Calls block, at most until `deadline`. Retries are the caller's, never the
// adapter's. Threads: any.
#pragma once

#include <string>

#include "base/result.h"
#include "domain/event.h"

namespace wonjang {

struct ApproveRequest {
  std::string reference;  // ApprovalId as text: the provider's duplicate key
  std::string merchant;   // merchant id as text
  std::string order_id;
  Money amount;
  MethodDetail method;
  Instant deadline;
};
struct ApproveAnswer {
  bool approved = false;
  std::string approve_no;
  std::string network_txn_id;
  Instant approved_at;
  std::string failure_code;  // when declined
  std::string failure_message;
  std::string evidence;  // the raw answer, masked
};

struct CancelRequest {
  std::string reference;           // CancelId as text
  std::string approval_reference;  // ApprovalId as text
  Money amount;
  std::string reason;
  Instant deadline;
};
struct CancelAnswer {
  bool canceled = false;
  std::string transaction_key;
  Instant canceled_at;
  std::string failure_code;
  std::string failure_message;
  std::string evidence;
};

// What the provider knows under a reference (of an approval or a cancel).
struct InquiryAnswer {
  ProviderAnswer answer = ProviderAnswer::unknown;  // approved, declined, canceled, not_found, pending
  std::string approve_no;
  std::string network_txn_id;  // transaction_key of a cancel
  Instant at;
  std::string failure_code;
  std::string failure_message;
  std::string evidence;
};

struct NetworkCancelAnswer {
  NetworkCancelResult result = NetworkCancelResult::unknown;  // canceled or never_existed
  std::string evidence;
};

class Acquirer {
 public:
  virtual ~Acquirer() = default;
  virtual Result<ApproveAnswer> approve(const ApproveRequest& request) = 0;
  virtual Result<CancelAnswer> cancel(const CancelRequest& request) = 0;
  virtual Result<InquiryAnswer> inquire(const std::string& reference, Instant deadline) = 0;
  // 망취소: after it is confirmed, `reference` will never be approved, also not by a request still on its
  // way.
  virtual Result<NetworkCancelAnswer> network_cancel(const std::string& reference, Instant deadline) = 0;
};

}  // namespace wonjang
