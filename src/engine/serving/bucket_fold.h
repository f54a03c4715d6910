// BucketFold: what the log adds to the buckets, without the views. Payments are folded in the log's order and
// no more of each than its row; one whose events seem to be over is counted and forgotten, and taken back and
// folded again from its history when a further event comes. So nearly all of it is one reading of the log
// from end to end, where verify_views() looks each payment's events up.
//
// A log that delivers a unit twice or out of order (the embedded ledger's never does) is noticed where the
// payment is still in memory or the unit goes on with it; such payments are folded from their histories in
// the end. A first unit that comes again after its payment was forgotten is not noticed: it counts twice.
//
// Threads: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/result.h"
#include "engine/serving/row.h"
#include "engine/serving/verify_parts.h"

namespace wonjang::serving {

// A payment as far as its events were folded.
struct FoldedPayment {
  Locator at;
  MerchantEntry merchant;
  Row row;
};
// REQUIRES: there are events. Errors: as derive().
Result<FoldedPayment> folded(const History& history, const MerchantDirectory& merchants);

// Its row as the views must hold it.
struct RowOfLog {
  Locator at;
  PaymentFacts facts;
  std::string key;
  std::string value;
};
RowOfLog row_of(const FoldedPayment& payment);

class BucketFold {
 public:
  // +1: this row belongs to its bucket; -1: it did, and no longer does.
  using Count = std::function<void(const RowOfLog& row, int sign)>;
  BucketFold(const VerifiedLog& log, std::size_t open_max, Count count)
      : log_(log), open_max_(open_max), count_(std::move(count)) {}

  // Errors: corrupt, those of the log; unavailable (more than kSetAsideMax payments out of order).
  Result<void> take(const LogUnit& unit);
  // Counts all that is left.
  Result<void> finish();

 private:
  Result<void> begin(const LogUnit& unit);
  Result<void> go_on(const LogUnit& unit);
  Result<void> fold(FoldedPayment& payment, const LogUnit& unit);
  FoldedPayment& open(RawId stream);
  Result<void> put_aside(RawId stream);
  void forget_oldest();

  const VerifiedLog& log_;
  const std::size_t open_max_;
  const Count count_;
  std::unordered_map<RawId, FoldedPayment> open_;
  std::deque<RawId> order_;  // of open_, the oldest first; may name some that are gone
  std::unordered_set<RawId> aside_;
};

}  // namespace wonjang::serving
