#include "engine/serving/bucket_fold.h"

#include "base/assert.h"
#include "base/hash64.h"
#include "domain/event.h"

namespace wonjang::serving {
namespace {

void fold_one(FoldedPayment& to, const Event& event) {
  evolve(to.row.payment, event);
  if (event.version == 0) to.at = {to.merchant.no, time_of(to.row.payment), to.row.payment.id};
}

}  // namespace

Result<FoldedPayment> folded(const History& history, const MerchantDirectory& merchants) {
  WJ_ASSERT(!history.events.empty());
  FoldedPayment out;
  WJ_TRY(out.merchant, merchants.of(history.events.front().merchant));
  for (const auto& event : history.events) fold_one(out, event);
  out.row.event_hashes = history.hashes;
  return out;
}

RowOfLog row_of(const FoldedPayment& payment) {
  const auto& [at, merchant, row] = payment;
  RowOfLog out{at, facts_of(row.payment, merchant.no, merchant.organisation), row_key(at), {}};
  encode_row(row, out.value);
  return out;
}

Result<void> BucketFold::take(const LogUnit& unit) {
  const RawId stream = unit.unit.stream;
  if (!aside_.empty() && aside_.contains(stream)) return {};
  const auto found = open_.find(stream);
  if (found == open_.end()) return unit.unit.first_version == 0 ? begin(unit) : go_on(unit);
  if (found->second.row.payment.version == unit.unit.first_version) return fold(found->second, unit);
  open_.erase(found);
  return put_aside(stream);
}

Result<void> BucketFold::begin(const LogUnit& unit) { return fold(open(unit.unit.stream), unit); }

// One that is not in memory: what was counted of it is all that stands before the unit.
Result<void> BucketFold::go_on(const LogUnit& unit) {
  const RawId stream = unit.unit.stream;
  WJ_TRY(const auto history, log_.history(PaymentId(stream), unit.unit.first));
  if (history.events.empty()) return put_aside(stream);
  WJ_TRY(auto so_far, folded(history, log_.merchants()));
  count_(row_of(so_far), -1);
  if (so_far.row.payment.version != unit.unit.first_version) return put_aside(stream);
  auto& payment = open(stream);
  payment = std::move(so_far);
  return fold(payment, unit);
}

Result<void> BucketFold::fold(FoldedPayment& payment, const LogUnit& unit) {
  std::uint32_t version = unit.unit.first_version;
  for (const auto& bytes : unit.unit.events) {
    WJ_TRY(const Event event, log_.codec().decode(bytes));
    const bool begins = std::holds_alternative<PaymentCreated>(event.body);
    if (event.stream != unit.unit.stream || event.version != version || begins != (version == 0)) {
      return corrupt("event " + std::to_string(version) + " of " + PaymentId(unit.unit.stream).text() +
                     " isn't what its history goes on with: run `wonjang check` on the ledger");
    }
    if (begins) {
      WJ_TRY(payment.merchant, log_.merchants().of(event.merchant));
    }
    fold_one(payment, event);
    payment.row.event_hashes.push_back(hash64(bytes));
    ++version;
  }
  return {};
}

FoldedPayment& BucketFold::open(RawId stream) {
  while (open_.size() >= open_max_ && !order_.empty()) forget_oldest();
  order_.push_back(stream);
  return open_[stream];
}

void BucketFold::forget_oldest() {
  const auto found = open_.find(order_.front());
  order_.pop_front();
  if (found == open_.end()) return;  // it was put aside
  count_(row_of(found->second), +1);
  open_.erase(found);
}

Result<void> BucketFold::put_aside(RawId stream) {
  aside_.insert(stream);
  if (aside_.size() <= kSetAsideMax) return {};
  return unavailable("more than " + std::to_string(kSetAsideMax) +
                     " payments have events out of order: look at the log before the views");
}

Result<void> BucketFold::finish() {
  while (!order_.empty()) forget_oldest();
  for (const RawId stream : aside_) {
    WJ_TRY(const auto history, log_.history(PaymentId(stream)));
    if (history.events.empty()) continue;
    WJ_TRY(const auto payment, folded(history, log_.merchants()));
    count_(row_of(payment), +1);
  }
  aside_.clear();
  return {};
}

}  // namespace wonjang::serving
