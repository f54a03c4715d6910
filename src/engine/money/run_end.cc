#include "engine/money/run_end.h"

#include <algorithm>

namespace wonjang::money {

using settlement::RunEnded;
using settlement::RunTotals;

namespace {

bool has_lines(const std::vector<RunTotals>& totals) {
  return std::ranges::any_of(totals, [](const RunTotals& row) { return row.lines > 0; });
}

}  // namespace

RunProof::RunProof(const MoneyPorts& ports, BusinessDate date, const std::optional<RunNow>& before)
    : ports_(ports), date_(date) {
  if (before) totals_before_ = before->totals;
}

Result<void> RunProof::remember(const KvSnapshot& snapshot) {
  // Nobody else writes lines while the lease and the gate are held: what stands now stands before these
  // tails.
  tails_ = ports_.log.tails();
  WJ_TRY(hash_, lines_hash(MoneyReader(snapshot), date_, tails_, ports_.digest));
  return {};
}

Result<void> RunProof::prove(const ControlTotals& added, RunEnded& ended) {
  const Instant since = ports_.clock.now();
  WJ_TRY(after_, ports_.now.caught_up());
  waited_us_ = std::max<std::int64_t>(ports_.clock.now().us - since.us, 0);
  const MoneyReader reader(*after_);
  WJ_TRY(const auto now, reader.run(date_));
  ended.before = totals_before_;
  ended.added = added.rows();
  if (now) ended.after = now->totals;

  ControlTotals expected;
  expected.add(ended.before);
  expected.add(ended.added);
  if (!same_lines(expected.rows(), ended.after)) {
    return corrupt("the control totals of " + to_text(date_) +
                   " after the run aren't what stood before and what it added: don't pay out; run check");
  }
  ended.untouched_hash = hash_;
  // Where none stood before, none can have changed, and the sums have shown that all are new.
  if (!has_lines(totals_before_)) return {};
  WJ_TRY(ended.untouched_hash, lines_hash(reader, date_, tails_, ports_.digest));
  if (ended.untouched_hash != hash_) {
    return corrupt("lines of " + to_text(date_) +
                   " that stood before the run aren't what they were: don't pay out; run check");
  }
  return {};
}

Result<std::vector<std::string>> promoted_by(const ContractBook& book, const Settled& settled,
                                             const KvSnapshot& after) {
  std::vector<std::string> out;
  const MoneyReader reader(after);
  for (const auto* canary : book.canaries()) {
    if (canary->clean_days == 0 || canary->promote_all) continue;
    WJ_TRY(const auto counts, reader.canary_counts(canary->name));
    for (const auto& count : counts) {
      const auto trial = settled.trials.find({canary->name, count.merchant_no});
      if (trial == settled.trials.end() || trial->second.different > 0 || trial->second.alike == 0) continue;
      if (count.promoted || count.clean_runs < canary->clean_days) continue;
      out.push_back(canary->name + " " + trial->second.id.text());
    }
  }
  return out;
}

}  // namespace wonjang::money
