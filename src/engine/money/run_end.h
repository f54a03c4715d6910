// What a settlement run shows for itself at its end: control totals before, added and after, a hash over the
// lines that it must not have touched, and the merchants that a canary moves over.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/money/control_totals.h"
#include "engine/money/run_ports.h"
#include "engine/money/settler.h"

namespace wonjang::money {

class RunProof {
 public:
  // `before`: the run as it stood when the lease was taken.
  RunProof(const MoneyPorts& ports, BusinessDate date, const std::optional<RunNow>& before);

  // Hashes what stands before. Errors: those of the reader.
  Result<void> remember(const KvSnapshot& snapshot);
  // Fills in before, added, after and untouched_hash, from a snapshot that has seen what the run recorded.
  // Errors: corrupt (the sums don't add up, or a line that stood before changed), those of the ports.
  Result<void> prove(const ControlTotals& added, settlement::RunEnded& ended);

  // How long prove() waited for the projection.
  std::int64_t waited_us() const { return waited_us_; }
  const KvSnapshot& after() const { return *after_; }  // REQUIRES: prove() went well

 private:
  const MoneyPorts& ports_;
  const BusinessDate date_;
  std::vector<settlement::RunTotals> totals_before_;
  LogPositions tails_;
  std::string hash_;
  std::int64_t waited_us_ = 0;
  std::shared_ptr<const KvSnapshot> after_;
};

// "canary mch_..." for every merchant that had items tried out in this run, none of them different, and with
// that has been clean for as many runs in a row as the canary asks for. `after` has seen the run. Sorted by
// canary and merchant number. Errors: those of the reader.
Result<std::vector<std::string>> promoted_by(const ContractBook& book, const Settled& settled,
                                             const KvSnapshot& after);

}  // namespace wonjang::money
