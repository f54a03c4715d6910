// What verifying the views takes, whole (verify_views.cc) or by buckets (verify_buckets.cc): the log's side,
// and differences as they are told. Private to the two.
//
// Threads: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/serving/bucket.h"
#include "engine/serving/derived.h"
#include "engine/serving/group_sums.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/verify_views.h"

namespace wonjang::serving {

// --- In words.

std::string hex_of_key(std::string_view bytes);  // cut where it is long
std::string row_in_words(std::string_view key, std::string_view value);
std::string bucket_in_words(const Bucket& bucket);
std::string bucket_place(std::string_view key);  // REQUIRES: a bucket's key

// Where the payment stands in the keys of a space.
std::optional<PaymentId> payment_in(KvSpace space, std::string_view key);

// A bucket's numbers under the weights of its place.
void add_bucket(GroupSums& to, std::string_view key, const Bucket& bucket);

// The first differences, told with space, payment and key.
class Differences {
 public:
  Differences(std::size_t most, std::vector<ViewsDifference>& out) : most_(most), out_(out) {}
  bool is_full() const { return out_.size() >= most_; }
  void add(KvSpace space, std::string_view key, const std::string& what);

 private:
  const std::size_t most_;
  std::vector<ViewsDifference>& out_;
};

// The log up to the views' positions.
class VerifiedLog {
 public:
  VerifiedLog(const ViewsToVerify& views, const VerifyOptions& options);

  // Every unit of payments, book by book: each(LogUnit) returns Result<void>, is_enough() ends it.
  // Errors: those of `each` and the log; corrupt (it ends before the positions); unavailable (given up).
  template <typename Each, typename IsEnough>
  Result<void> walk(VerifyPhase phase, Each&& each, IsEnough&& is_enough) const {
    std::uint64_t done = 0;
    for (std::uint32_t book = 0; book < log_.books(); ++book) {
      for (Position at = 0; at < seen_[book];) {
        WJ_TRY(auto units, read(book, at));
        for (auto& unit : units) {
          if (unit.first >= seen_[book]) break;
          at = unit.next();
          if (!is_payment_stream(unit.stream)) continue;
          WJ_CHECK(each(LogUnit{book, std::move(unit)}));
          if (is_enough()) return {};
        }
        done += units.size();
        WJ_CHECK(go_on(phase, done < total_ ? done : total_, total_));
      }
    }
    return {};
  }

  // Of a payment, up to the views' positions; empty where the log has none.
  Result<History> history(PaymentId payment) const;
  // Of what stands before `until` in its book.
  Result<History> history(PaymentId payment, Position until) const;

  // Errors: unavailable (given up).
  Result<void> go_on(VerifyPhase phase, std::uint64_t done, std::uint64_t total) const;

  Position seen(std::uint32_t book) const { return seen_[book]; }
  const EventLog& log() const { return log_; }
  const EventCodec& codec() const { return codec_; }
  const MerchantDirectory& merchants() const { return merchants_; }

 private:
  // At least one unit. Errors: those of the log, corrupt (there is none).
  Result<std::vector<StoredUnit>> read(std::uint32_t book, Position at) const;

  const EventLog& log_;
  const EventCodec& codec_;
  const VerifyOptions& options_;
  const MerchantDirectory merchants_;
  LogPositions seen_;
  std::uint64_t total_ = 0;
};

}  // namespace wonjang::serving
