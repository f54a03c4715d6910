// Which walk answers a list (plan.h): of the keys that lead to its payments those that are fewest, by what is
// known beforehand.
#include <algorithm>

#include "engine/serving/bucket.h"
#include "engine/serving/hints.h"
#include "engine/serving/list_hints.h"
#include "engine/serving/list_walks.h"

namespace wonjang::serving {
namespace {

// Up to so many values the hints of all are opened: each costs a seek.
constexpr std::size_t kValuesMerged = 2'000;
constexpr std::size_t kValuesMergedOfMerchant = 256;
// A merchant with so few payments in the period is walked, where the ceiling of rows allows it: its rows lie
// together, and what other merchants have costs nothing.
constexpr std::uint64_t kFewRowsMax = 20'000;
// First the hints are tried, with so many keys for each row that they may spare: a key costs a fifth of a
// row.
constexpr std::uint64_t kRowsPerHint = 4;
// Shorter than that, a month's amounts mostly lie outside the period.
constexpr std::int64_t kShortPeriodUs = 86'400'000'000;
// Of a merchant's payments of all time by amount so many are passed for one of the period, at most.
constexpr std::int64_t kPassedPerPayment = 4;

std::string amount_bytes(std::int64_t amount) { return amount_position({}, amount).substr(0, kAmountBytes); }

// What a merchant's buckets count. Nobody relies on it: another plan is another way to the same answer.
struct MonthCounts {
  std::int64_t all = 0;
  std::int64_t within = 0;  // in the months of the period
};

// The plans of one question.
class Planner {
 public:
  Planner(const ListSources& sources, const KvSnapshot& snapshot, const PaymentFilter& filter, Sort sort,
          std::string_view position, PaymentTest& test, Reading& reading)
      : sources_(sources),
        snapshot_(snapshot),
        filter_(filter),
        up_(goes_up(sort)),
        by_time_(is_by_time(sort)),
        position_(position),
        test_(test),
        reading_(reading) {}

  Result<std::unique_ptr<Walk>> plan() {
    if (by_time_) return by_time(up_, position_);
    if (is_worth_sorting()) {
      const std::uint64_t read_before = reading_.rows_read;
      WJ_TRY(auto walk, sorted());
      if (walk) return walk;
      if (!filter_.merchant) return std::unique_ptr<Walk>();
      reading_.rows_given_up += reading_.rows_read - read_before;
      reading_.rows_read = read_before;  // the ceiling is for what comes
    }
    return amounts();
  }

 private:
  bool is_worth_sorting() const {
    if (!filter_.merchant || !filter_.contains.empty() || !filter_.metadata.empty()) return true;
    return !filter_.from.is_zero() && !filter_.until.is_zero() &&
           filter_.until.us - filter_.from.us <= kShortPeriodUs;
  }

  Result<std::unique_ptr<Walk>> by_time(bool up, std::string_view position) {
    for (const auto hints_for : {&Planner::of_metadata, &Planner::of_texts, &Planner::of_statuses}) {
      const auto hinted = (this->*hints_for)();
      if (!hinted) continue;
      WJ_TRY(auto walk, by_hints(*hinted, up, position));
      if (walk) return walk;
    }
    ++reading_.seeks;
    if (filter_.merchant) {
      reading_.index = "rows";
      return walk_rows(scan_period(snapshot_, kRows, merchant_prefix(*filter_.merchant), filter_.from,
                                   filter_.until, up, position));
    }
    reading_.index = "timeline";
    return walk_timeline(scan_period(snapshot_, kTimeline, {}, filter_.from, filter_.until, up, position));
  }

  // --- What hints there are. Nothing: none for this filter, or they don't lead to all payments.

  // Of the first name; the row has the others.
  std::optional<Hinted> of_metadata() const {
    if (filter_.metadata.empty()) return std::nullopt;
    const MetadataFilter& lead = filter_.metadata.front();
    Hinted out{.space = kIds, .what = "metadata"};
    for (const auto& value : lead.values) {
      out.prefixes.push_back(id_prefix(IdKind::metadata_pair, metadata_pair_id(lead.name, value)));
    }
    return out;
  }

  std::optional<Hinted> of_texts() const {
    if (!test_.pattern() || sources_.dictionary == nullptr) return std::nullopt;
    return hinted_by_texts(*sources_.dictionary, *test_.pattern(), filter_.from);
  }

  std::optional<Hinted> of_statuses() const {
    if (!filter_.merchant) return std::nullopt;
    return hinted_by_statuses(*filter_.merchant, filter_.statuses);
  }

  // --- How they are walked. Null: another plan reads less.

  Result<std::unique_ptr<Walk>> by_hints(const Hinted& hinted, bool up, std::string_view position) {
    const std::size_t count = hinted.prefixes.size();
    if (count > (filter_.merchant ? kValuesMergedOfMerchant : kValuesMerged)) return std::unique_ptr<Walk>();
    if (count > 0 && filter_.merchant && !hinted.of_merchant) {
      WJ_TRY(const auto few, few_rows());
      if (few) return by_few_hints(hinted, *few, up, position);
    }
    std::vector<std::unique_ptr<KvCursor>> runs;
    for (const auto& prefix : hinted.prefixes) runs.push_back(run_of(hinted, prefix, up, position));
    reading_.seeks += count;
    reading_.index = hinted.what;
    return walk_hints(std::move(runs), count > 0 ? hinted.prefixes.front().size() : 0, up);
  }

  std::unique_ptr<KvCursor> run_of(const Hinted& hinted, const std::string& prefix, bool up,
                                   std::string_view position) const {
    return scan_period(snapshot_, hinted.space, prefix, filter_.from, filter_.until, up, position);
  }

  // The merchant has `rows` in the period, which may all be read. Whether the hints, which are every
  // merchant's, are fewer is found out by reading some of them: all, and the payments are known; or no more
  // than what leaves the answer within its ceiling, and a part of what the rows cost.
  Result<std::unique_ptr<Walk>> by_few_hints(const Hinted& hinted, std::uint64_t rows, bool up,
                                             std::string_view position) {
    const std::uint64_t few = std::min(sources_.rows_max, kFewRowsMax);
    const std::uint64_t keys_max = std::min(rows / kRowsPerHint, few - rows);
    if (hinted.prefixes.size() * kRowsPerHint > rows) return std::unique_ptr<Walk>();
    std::vector<Locator> places;
    std::uint64_t keys = 0;
    for (const auto& prefix : hinted.prefixes) {
      ++reading_.seeks;
      const auto cursor = run_of(hinted, prefix, up, position);
      for (; cursor->valid(); cursor->next()) {
        if (keys == keys_max) return std::unique_ptr<Walk>();
        ++keys;
        ++reading_.rows_read;
        const auto at = read_hint(cursor->key(), cursor->value());
        if (!at) return corrupt("the views hold a hint that can't be read: rebuild them");
        if (at->merchant == *filter_.merchant) places.push_back(*at);
      }
      WJ_CHECK(cursor->status());
    }
    reading_.index = hinted.what + ", " + std::to_string(keys) + " keys";
    return walk_places(std::move(places), up);
  }

  // How many rows the merchant has in the months of the period, when all of them may be read: then the answer
  // comes to its end whatever other merchants have, whose payments the hints hold as well.
  Result<std::optional<std::uint64_t>> few_rows() {
    const std::uint64_t few = std::min(sources_.rows_max, kFewRowsMax);
    const std::string prefix = merchant_prefix(*filter_.merchant);
    KeyRange months{prefix, after_prefix(prefix)};
    if (!filter_.from.is_zero()) months.from = bucket_key({*filter_.merchant, filter_.from, {}});
    if (!filter_.until.is_zero()) {
      months.until = after_prefix(bucket_key({*filter_.merchant, filter_.until.plus_us(-1), {}}));
    }
    ++reading_.seeks;
    std::uint64_t count = 0;
    const auto cursor = snapshot_.scan(kBuckets, months.from, months.until);
    for (; cursor->valid() && count <= few; cursor->next()) {
      ++reading_.rows_read;
      WJ_TRY(const Bucket bucket, decode_bucket(cursor->value()));
      count += static_cast<std::uint64_t>(std::max<std::int64_t>(bucket.count, 0));
    }
    WJ_CHECK(cursor->status());
    if (count > 0) return count <= few ? std::optional(count) : std::nullopt;
    ++reading_.seeks;
    const auto rows = scan_period(snapshot_, kRows, prefix, filter_.from, filter_.until, /*up=*/true, {});
    WJ_CHECK(rows->status());
    return rows->valid() ? std::nullopt : std::optional(count);
  }

  // Null: too many.
  Result<std::unique_ptr<Walk>> sorted() {
    constexpr std::size_t kFetch = 256;
    WJ_TRY(const auto walk, by_time(/*up=*/true, {}));
    reading_.index += ", sorted";
    std::vector<SortedItem> items;
    const auto keep = [&](const Locator& at, std::string_view row) -> Result<bool> {
      WJ_TRY(const auto head, glance_row(row, Glance::head));
      items.push_back({amount_position(at, head.amount), at, std::string(row)});
      return true;
    };
    WJ_TRY(const auto scanned,
           scan_payments(snapshot_, *walk, test_, sources_.rows_max, kFetch, reading_, keep));
    if (!scanned.at_end) return std::unique_ptr<Walk>();
    return walk_sorted(std::move(items), up_, position_);
  }

  // --- By amount.

  Result<std::unique_ptr<Walk>> amounts() {
    const MerchantNo merchant = *filter_.merchant;
    WJ_TRY(const MonthCounts counts, month_counts(merchant));
    std::vector<std::unique_ptr<KvCursor>> runs;
    if (counts.within > 0 && counts.all / kPassedPerPayment <= counts.within) {
      runs.push_back(amounts_run(amounts_prefix(merchant, kAllMonths)));
      reading_.index = "amounts of all months";
    } else {
      WJ_TRY(runs, runs_of_months(merchant));
      reading_.index = "amounts, " + std::to_string(runs.size()) + " months";
    }
    reading_.seeks += runs.size();
    return walk_amounts(merchant, std::move(runs), up_);
  }

  Result<MonthCounts> month_counts(MerchantNo merchant) {
    const std::string prefix = merchant_prefix(merchant);
    const std::string from = filter_.from.is_zero() ? prefix : bucket_key({merchant, filter_.from, {}});
    const std::string last =
        filter_.until.is_zero() ? prefix + "\xFF\xFF" : bucket_key({merchant, filter_.until.plus_us(-1), {}});
    MonthCounts out;
    ++reading_.seeks;
    const auto cursor = snapshot_.scan(kBuckets, prefix, after_prefix(prefix));
    for (; cursor->valid(); cursor->next()) {
      ++reading_.rows_read;
      WJ_TRY(const Bucket bucket, decode_bucket(cursor->value()));
      out.all += bucket.count;
      if (cursor->key() >= from && cursor->key() <= last) out.within += bucket.count;
    }
    WJ_CHECK(cursor->status());
    return out;
  }

  // Of the months in which the merchant's payments of the period really begin and end.
  Result<std::vector<std::unique_ptr<KvCursor>>> runs_of_months(MerchantNo merchant) {
    std::vector<std::unique_ptr<KvCursor>> runs;
    const std::string prefix = merchant_prefix(merchant);
    const auto end_at = [&](bool up) {
      return walk_rows(scan_period(snapshot_, kRows, prefix, filter_.from, filter_.until, up, {}));
    };
    const auto newest = end_at(/*up=*/true);
    const auto oldest = end_at(/*up=*/false);
    WJ_CHECK(newest->status());
    WJ_CHECK(oldest->status());
    reading_.seeks += 2;
    if (!newest->valid() || !oldest->valid()) return runs;
    for (std::uint32_t month = month_of(oldest->at().at); month <= month_of(newest->at().at); ++month) {
      runs.push_back(amounts_run(amounts_prefix(merchant, static_cast<std::uint16_t>(month))));
    }
    return runs;
  }

  std::unique_ptr<KvCursor> amounts_run(const std::string& prefix) const {
    KeyRange range{prefix, after_prefix(prefix)};
    if (filter_.amount_max) range.from = prefix + amount_bytes(*filter_.amount_max);
    if (filter_.amount_min) range.until = after_prefix(prefix + amount_bytes(*filter_.amount_min));
    return scan_behind(snapshot_, kAmounts, std::move(range), prefix, up_, position_);
  }

  const ListSources& sources_;
  const KvSnapshot& snapshot_;
  const PaymentFilter& filter_;
  const bool up_;
  const bool by_time_;
  const std::string_view position_;
  PaymentTest& test_;
  Reading& reading_;
};

}  // namespace

Result<std::unique_ptr<Walk>> plan_payments(const ListSources& sources, const KvSnapshot& snapshot,
                                            const PaymentFilter& filter, Sort sort, std::string_view position,
                                            PaymentTest& test, Reading& reading) {
  return Planner(sources, snapshot, filter, sort, position, test, reading).plan();
}

}  // namespace wonjang::serving
