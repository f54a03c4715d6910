#include "engine/serving/verify_buckets.h"

#include <algorithm>
#include <bitset>
#include <map>
#include <utility>

#include "base/bytes.h"
#include "engine/serving/bucket_fold.h"
#include "engine/serving/cube.h"
#include "engine/serving/verify_parts.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kBucketKeySize = 6;

// Of the rows of a bucket.
KeyRange rows_of(std::string_view bucket) {
  ByteReader in(bucket);
  const auto merchant = in.be32();
  const auto month = static_cast<std::int32_t>(static_cast<std::uint32_t>(in.u8()) << 8U | in.u8());
  const Instant from = start_of(first_day_of(Grain::month, month));
  const Instant until = start_of(first_day_of(Grain::month, month + 1));
  return newest_first(merchant_prefix(merchant), from.us > 0 ? from : Instant(), until);
}

class BucketVerification {
 public:
  BucketVerification(const ViewsToVerify& views, const VerifyOptions& options)
      : views_(views),
        options_(options),
        log_(views, options),
        differences_(options.differences_max, report_.differences) {
    report_.quick = true;
    report_.records.resize(kSpaceCount);
  }

  Result<ViewsReport> run() {
    WJ_CHECK(read_stored());
    WJ_CHECK(read_log());
    WJ_CHECK(split(stored_.differing(derived_)));
    for (const auto& [currency, sums] : sums_) {
      if (sums.count != 0) report_.sums.push_back(sums);
    }
    return std::move(report_);
  }

 private:
  using Groups = std::bitset<GroupSums::kGroups>;

  // --- First: both sides in groups.

  template <typename Each>
  Result<void> scan(KvSpace space, const KeyRange& range, Each&& each) {
    const auto cursor = views_.snapshot.scan(space, range.from, range.until);
    for (; cursor->valid() && !differences_.is_full(); cursor->next())
      WJ_CHECK(each(cursor->key(), cursor->value()));
    auto status = cursor->status();
    if (status || status.error().kind != ErrorKind::corrupt) return status;
    differences_.add(space, {}, "can't be read to its end: " + status.error().message);
    is_unreadable_ = true;
    return {};
  }

  Result<void> read_stored() {
    WJ_CHECK(log_.go_on(VerifyPhase::reading_views, 0, 0));
    return scan(kBuckets, {}, [&](std::string_view key, std::string_view value) -> Result<void> {
      ++report_.records[kBuckets];
      const auto bucket = decode_bucket(value);
      if (key.size() != kBucketKeySize) {
        differences_.add(kBuckets, key, "a key of another size than a bucket's");
      } else if (!bucket) {
        differences_.add(kBuckets, key, bucket_place(key) + ": " + bucket.error().message);
      } else {
        add_bucket(stored_, key, *bucket);
      }
      return {};
    });
  }

  Result<void> read_log() {
    BucketFold fold(log_, options_.open_payments_max,
                    [this](const RowOfLog& row, int sign) { count(row, sign); });
    WJ_CHECK(walk(VerifyPhase::reading_log, [&](const LogUnit& unit) {
      report_.events += unit.unit.events.size();
      return fold.take(unit);
    }));
    return fold.finish();
  }

  template <typename Each>
  Result<void> walk(VerifyPhase phase, Each&& each) const {
    return log_.walk(phase, each, [] { return false; });
  }

  void count(const RowOfLog& row, int sign) {
    Bucket one;
    if (sign > 0) {
      one.add(row.key, row.value, row.facts);
    } else {
      one.remove(row.key, row.value, row.facts);
    }
    add_bucket(derived_, bucket_key(row.at), one);
    report_.payments += sign > 0 ? 1 : std::uint64_t{0} - 1;
    Sums& sums = sums_[row.facts.currency];
    sums.currency = row.facts.currency;
    sums.count += sign;
    sums.gross += sign * int128{row.facts.gross};
    sums.canceled += sign * int128{row.facts.canceled};
  }

  // --- Then: the buckets of the groups that differ, and the rows of the buckets that do.

  Result<void> split(std::vector<std::uint32_t> groups) {
    if (groups.empty() || is_unreadable_ || differences_.is_full()) return {};
    if (groups.size() > kGroupsSplit) {
      report_.groups_not_split = groups.size() - kGroupsSplit;
      groups.resize(kGroupsSplit);
    }
    Groups unequal;
    for (const auto group : groups) unequal.set(group);
    std::map<std::string, Both> buckets;
    WJ_CHECK(collect_payments(unequal, buckets));
    WJ_CHECK(scan(kBuckets, {}, [&](std::string_view key, std::string_view value) -> Result<void> {
      if (key.size() != kBucketKeySize || !unequal.test(GroupSums::group_of(key))) return {};
      Both& both = buckets[std::string(key)];
      const auto stored = decode_bucket(value);
      both.is_stored = true;
      both.is_told = !stored;  // by read_stored()
      if (stored) both.stored = *stored;
      return {};
    }));
    for (auto& [key, both] : buckets) {
      if (differences_.is_full()) break;
      if (!both.is_told) WJ_CHECK(compare(key, both));
    }
    return {};
  }

  struct Both {
    bool is_stored = false;
    bool is_told = false;
    Bucket stored;
    std::vector<PaymentId> payments;  // of the log
  };

  // By what begins them. Of a disordered log an id may come twice, or by a beginning that doesn't count.
  Result<void> collect_payments(const Groups& unequal, std::map<std::string, Both>& out) const {
    return walk(VerifyPhase::splitting, [&](const LogUnit& unit) -> Result<void> {
      if (unit.unit.first_version != 0) return {};
      History first;
      WJ_TRY(auto event, log_.codec().decode(unit.unit.events.front()));
      first.events.push_back(std::move(event));
      WJ_TRY(const auto payment, folded(first, log_.merchants()));
      const std::string key = bucket_key(payment.at);
      if (unequal.test(GroupSums::group_of(key))) out[key].payments.push_back(payment.at.payment);
      return {};
    });
  }

  Result<std::optional<RowOfLog>> payment_of(PaymentId id) const {
    WJ_TRY(const auto history, log_.history(id));
    if (history.events.empty()) return std::optional<RowOfLog>();
    WJ_TRY(const auto payment, folded(history, log_.merchants()));
    return std::optional<RowOfLog>(row_of(payment));
  }

  // From histories, so that a log that repeats its units raises no alarm here.
  Result<void> compare(const std::string& key, Both& both) {
    auto& payments = both.payments;
    std::sort(payments.begin(), payments.end());
    payments.erase(std::unique(payments.begin(), payments.end()), payments.end());
    Bucket derived;
    std::vector<PaymentId> here;
    for (const auto id : payments) {
      WJ_TRY(const auto row, payment_of(id));
      if (!row || bucket_key(row->at) != key) continue;
      derived.add(row->key, row->value, row->facts);
      here.push_back(id);
    }
    payments = std::move(here);
    if (derived == both.stored && both.is_stored == !payments.empty()) return {};
    std::vector<ViewsDifference> rows;
    WJ_CHECK(compare_rows(key, payments, rows));
    differences_.add(kBuckets, key,
                     bucket_place(key) + ": " +
                         (both.is_stored ? "the views have " + bucket_in_words(both.stored) : "missing") +
                         "; the log gives " + bucket_in_words(derived) +
                         (rows.empty() ? "; its rows are as the log says" : ""));
    for (auto& row : rows) {
      if (!differences_.is_full()) report_.differences.push_back(std::move(row));
    }
    return {};
  }

  Result<void> compare_rows(const std::string& bucket, const std::vector<PaymentId>& payments,
                            std::vector<ViewsDifference>& out) {
    Differences found(options_.differences_max, out);
    std::vector<bool> is_there(payments.size());
    WJ_CHECK(scan(kRows, rows_of(bucket), [&](std::string_view key, std::string_view value) -> Result<void> {
      ++report_.rows_read;
      const auto id = payment_in(kRows, key);
      if (!id) return {};
      const auto at = std::lower_bound(payments.begin(), payments.end(), *id);
      WJ_TRY(const auto row, payment_of(*id));
      if (!row || row->key != key) {
        found.add(kRows, key, row ? "the log has this payment elsewhere" : "not in the log");
        return {};
      }
      if (at != payments.end() && *at == *id)
        is_there[static_cast<std::size_t>(at - payments.begin())] = true;
      if (row->value == value) return {};
      found.add(kRows, key,
                "different: the views have " + row_in_words(key, value) + "; the log gives " +
                    row_in_words(key, row->value));
      return {};
    }));
    for (std::size_t i = 0; i < payments.size() && !found.is_full(); ++i) {
      if (is_there[i]) continue;
      WJ_TRY(const auto row, payment_of(payments[i]));
      found.add(kRows, row->key, "missing in the views");
    }
    return {};
  }

  const ViewsToVerify views_;
  const VerifyOptions& options_;
  const VerifiedLog log_;
  ViewsReport report_;
  Differences differences_;
  GroupSums stored_;
  GroupSums derived_;
  std::map<std::string, Sums> sums_;
  bool is_unreadable_ = false;
};

}  // namespace

Result<ViewsReport> verify_buckets(const ViewsToVerify& views, const VerifyOptions& options) {
  return BucketVerification(views, options).run();
}

}  // namespace wonjang::serving
