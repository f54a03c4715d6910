// SimulatedAcquirer: the simulated provider as an Acquirer, in the process. It waits through a hook, so that
// on a fake clock it runs without threads and without sleeping: a lost answer costs the caller its time up to
// the deadline there too. Threads: any, if the hook is.
#pragma once

#include <atomic>
#include <functional>

#include "adapters/acquirer/simulated_provider.h"
#include "ports/acquirer.h"
#include "ports/clock.h"

namespace wonjang {

class SimulatedAcquirer final : public Acquirer {
 public:
  using SleepUntil = std::function<void(Instant)>;

  SimulatedAcquirer(SimulatedProvider& provider, const Clock& clock, SleepUntil sleep_until)
      : provider_(provider), clock_(clock), sleep_until_(std::move(sleep_until)) {}

  Result<ApproveAnswer> approve(const ApproveRequest& request) override;
  Result<CancelAnswer> cancel(const CancelRequest& request) override;
  Result<InquiryAnswer> inquire(const std::string& reference, Instant deadline) override;
  Result<NetworkCancelAnswer> network_cancel(const std::string& reference, Instant deadline) override;

  // False: nobody listens, every call is unavailable and leaves no trace.
  void set_reachable(bool is_reachable) { is_reachable_ = is_reachable; }

 private:
  template <typename Submit, typename Read>
  auto call(Instant deadline, Submit submit, Read read)
      -> Result<typename decltype(read(Instant()))::value_type>;

  SimulatedProvider& provider_;
  const Clock& clock_;
  const SleepUntil sleep_until_;
  std::atomic<bool> is_reachable_ = true;
};

}  // namespace wonjang
