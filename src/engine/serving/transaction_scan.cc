#include "engine/serving/transaction_scan.h"

#include <algorithm>
#include <utility>

#include "engine/serving/transaction_list.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kMerchantBytes = 4;
constexpr std::size_t kFetchedTogetherMax = 256;
// Who has fetched so many payments and still looks for more asks the hints: a page of something common is
// full by then.
constexpr std::uint64_t kFetchedBeforeHints = 256;
// Of the ceiling the hints may take so much: they are every merchant's, and may turn out to be too many.
constexpr std::uint64_t kCeilingPerHints = 8;
constexpr std::size_t kHintRunsMax = 256;

PaymentFilter of_payment(const TransactionFilter& filter) {
  PaymentFilter out;
  out.statuses = filter.statuses;
  out.contains = filter.contains;
  return out;
}

}  // namespace

Result<TransactionScan> TransactionScan::of(const ListSources& sources, const KvSnapshot& snapshot,
                                            const TransactionFilter& filter, Reading& reading) {
  WJ_TRY(PaymentTest test, PaymentTest::of(of_payment(filter), sources.forms));
  return TransactionScan(sources, snapshot, filter, std::move(test), reading);
}

TransactionScan::TransactionScan(const ListSources& sources, const KvSnapshot& snapshot,
                                 const TransactionFilter& filter, PaymentTest test, Reading& reading)
    : sources_(sources), snapshot_(snapshot), filter_(filter), test_(std::move(test)), reading_(reading) {}

Result<Scanned> TransactionScan::run(KvCursor& cursor, std::size_t chunk, const Visit& visit) {
  const bool looks = test_.looks_at_rows();
  Scanned out;
  for (std::size_t rounds = 0; cursor.valid() && read_ < sources_.rows_max; ++rounds) {
    if (looks && !tried_hints_ && fetched_ >= kFetchedBeforeHints) WJ_CHECK(follow_hints());
    if (hinted_ && hinted_->empty()) {
      tell();
      out.at_end = true;
      return out;
    }
    // A page needs one round or two; who is still looking then, looks for long.
    if (rounds >= 2) chunk = std::min(chunk * 2, kFetchedTogetherMax);
    WJ_CHECK(gather(cursor, looks ? chunk : 1, out));
    if (looks) WJ_CHECK(keep_passing());
    for (auto& one : batch_) {
      WJ_TRY(const bool go_on, visit(one.place, std::move(one.transaction)));
      if (go_on) continue;
      out.at_end = !cursor.valid() && one.place == out.position;
      out.position = std::move(one.place);
      return out;
    }
  }
  WJ_CHECK(cursor.status());
  tell();
  out.at_end = !cursor.valid();
  return out;
}

// Up to `chunk` candidates, by what a transaction says of itself; out.position is the last one walked over.
Result<void> TransactionScan::gather(KvCursor& cursor, std::size_t chunk, Scanned& out) {
  batch_.clear();
  for (; cursor.valid() && batch_.size() < chunk && read_ < sources_.rows_max; cursor.next()) {
    ++read_;
    ++reading_.rows_read;
    out.position = cursor.key().substr(kMerchantBytes);
    WJ_TRY(auto transaction, decode_transaction(cursor.key(), cursor.value()));
    if (may_pass(transaction)) batch_.push_back({out.position, std::move(transaction)});
  }
  tell();
  return cursor.status();
}

bool TransactionScan::may_pass(const Transaction& transaction) const {
  return passes(filter_, transaction) && (!hinted_ || hinted_->contains(transaction.payment));
}

// Of the batch those whose payments pass.
Result<void> TransactionScan::keep_passing() {
  std::vector<std::string> keys;
  for (const auto& [place, t] : batch_) keys.push_back(row_key({*filter_.merchant, t.payment_at, t.payment}));
  fetched_ += keys.size();
  reading_.seeks += keys.size();
  WJ_TRY(const auto rows, snapshot_.get_many(kRows, keys));
  std::vector<Candidate> passing;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i]) {
      return corrupt("the row of " + batch_[i].transaction.payment.text() + " is missing: rebuild the views");
    }
    WJ_TRY(const bool passes, test_.passes(*rows[i]));
    if (passes) passing.push_back(std::move(batch_[i]));
  }
  batch_ = std::move(passing);
  return {};
}

Result<void> TransactionScan::follow_hints() {
  tried_hints_ = true;
  WJ_CHECK(narrow_to(hinted_by_statuses(*filter_.merchant, filter_.statuses)));
  if (test_.pattern() && sources_.dictionary != nullptr) {
    // A transaction may be much younger than its payment, or older: payments of all time count.
    WJ_CHECK(narrow_to(hinted_by_texts(*sources_.dictionary, *test_.pattern(), Instant())));
  }
  return {};
}

// To the merchant's payments that these hints name, unless they are too many to be read.
Result<void> TransactionScan::narrow_to(const std::optional<Hinted>& hinted) {
  if (!hinted || hinted->prefixes.size() > kHintRunsMax) return {};
  std::uint64_t left = std::min(sources_.rows_max / kCeilingPerHints, sources_.rows_max - read_);
  std::unordered_set<PaymentId> payments;
  for (const auto& prefix : hinted->prefixes) {
    ++reading_.seeks;
    const auto cursor = snapshot_.scan(hinted->space, prefix, after_prefix(prefix));
    for (; cursor->valid(); cursor->next()) {
      if (left == 0) return {};
      --left;
      ++read_;
      ++reading_.rows_read;
      const auto at = read_hint(cursor->key(), cursor->value());
      if (!at) return corrupt("the views hold a hint that can't be read: rebuild them");
      const bool stays = at->merchant == *filter_.merchant && (!hinted_ || hinted_->contains(at->payment));
      if (stays) payments.insert(at->payment);
    }
    WJ_CHECK(cursor->status());
  }
  hinted_ = std::move(payments);
  return {};
}

void TransactionScan::tell() {
  reading_.index = "transactions";
  if (test_.looks_at_rows()) reading_.index += ", their payments";
  if (hinted_) reading_.index += ", " + std::to_string(hinted_->size()) + " by hints";
}

}  // namespace wonjang::serving
