// Lifecycle: everything that happened to one payment, step by step as the book has it, and how it stands: cut
// at the snapshot, so that row, list and totals of the same answer agree with it. How many events the row has
// folded says where to cut; the hashes it keeps say that they are these.
//
// Threads: any; the snapshot is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/queries.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

struct LifeStep {
  std::string type;                    // "approval.approved"
  Position position = 0;               // in its book
  Event event;                         // times, actor, reason, ids and amounts; status and balance after it
  std::optional<std::int64_t> amount;  // of money that the step is about
  std::optional<ApprovalId> approval;
  std::optional<CancelId> cancel;
};

// Of a line of settlement, and of the payout that it went out with: places for later work.
struct SettlementStep {};
struct PayoutStep {};

struct Lifecycle {
  Locator at;
  Payment payment;
  std::vector<LifeStep> steps;  // by version
  std::vector<SettlementStep> settlement;
  std::vector<PayoutStep> payouts;
  Reading reading;
};

// Nothing when the views don't know the payment. Errors: corrupt (the book and the row disagree), those of
// the log.
Result<std::optional<Lifecycle>> lifecycle(const KvSnapshot& snapshot, const MerchantDirectory& merchants,
                                           const EventLog& log, const EventCodec& codec, PaymentId payment);

}  // namespace wonjang::serving
