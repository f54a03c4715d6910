// Pursuit of unknown outcomes, as plain steps without threads: what to ask the provider about a payment in
// doubt, and which commands its answers mean. gateway.h runs the first call of an intent, resolver.h
// everything after it; the simulator runs both by hand.
//
// An approval:  requested --no outcome in time--> unknown --inquire--> approved | declined
//                                                    |  not found, no answer, often enough
//                                                    v
//                                                reversing --network cancel (망취소)--> reversed
// A cancel:     requested --no outcome in time--> unknown --inquire--> succeeded | failed; not found: sent
// again under the
//                                                                       same reference
//
// Not found today is not "never happened": a request may still be on its way, so it is followed by a network
// cancel, after which the provider will never approve the reference. Attempts are bounded; then a person's
// queue (incident.opened). reference: ledger.md 6.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/rng.h"
#include "domain/command.h"
#include "domain/payment.h"
#include "ports/acquirer.h"
#include "ports/clock.h"

namespace wonjang {

struct PursuitPolicy {
  std::int64_t call_timeout_ms = 3000;  // of one question to the provider
  std::int64_t delay_ms_first = 1000;   // between attempts, doubled each time, plus up to a quarter of jitter
  std::int64_t delay_ms_max = 3'600'000;
  std::uint32_t inquiries_before_cancel = 3;
  std::uint32_t attempts_max = 20;      // then a person's queue
  bool confirm_late_success = true;     // an approval found later counts; false: it is network-cancelled
  std::int64_t first_call_ms = 60'000;  // a first call and writing its outcome down take at most this

  // No attempt is put off by more. One that lies further ahead was put there by a clock that has been set
  // back since, and is due.
  std::int64_t wait_ms_max() const { return std::max(delay_ms_max + delay_ms_max / 4, first_call_ms); }
};

using Acquirers = std::map<std::string, Acquirer*, std::less<>>;  // by provider name

// The outcome of the first call of an intent. REQUIRES: state is `requested`
SettleApproval ask_approval(const Payment& payment, const Approval& approval, Acquirer& acquirer);
SettleCancel ask_cancel(const Payment& payment, const Cancel& cancel, Acquirer& acquirer, Instant deadline);

// One round for a payment in doubt: of the items that are due, the one that has waited longest is asked
// about, with all of the policy's time-out for each question; the others stay due, so the next round is
// theirs. What needs no question is done in the same round. An item whose provider isn't configured is put
// off by delay_ms_max, which counts as no attempt. The commands are to be submitted in order; one that is
// refused means that somebody else was faster, which is fine.
std::vector<PaymentCommand> pursue(const Payment& payment, const Clock& clock, const Acquirers& acquirers,
                                   const PursuitPolicy& policy, Rng& rng);

// When the attempt after `attempts` should come.
Instant next_attempt(Instant now, std::uint32_t attempts, const PursuitPolicy& policy, Rng& rng);

}  // namespace wonjang
