#include "engine/serving/plan.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash64.h"
#include "engine/serving/bucket.h"

namespace wonjang::serving {
namespace {

constexpr char kCursorVersion = 1;
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kAmountBytes = 8;
constexpr std::size_t kAmountPrefix = 6;  // merchant, month
constexpr std::size_t kPostingPrefix = 7;
constexpr std::size_t kFetchMax = 256;

// Up to so many values the postings of all are opened: each costs a seek.
constexpr std::size_t kValuesMerged = 2'000;
constexpr std::size_t kValuesMergedOfMerchant = 256;
// A merchant with so few payments in the period is walked, where the ceiling of rows allows it: its rows lie
// together, and what other merchants have costs nothing.
constexpr std::uint64_t kFewRowsMax = 20'000;
// Shorter than that, a month's amounts mostly lie outside the period.
constexpr std::int64_t kShortPeriodUs = 86'400'000'000;

template <typename T>
bool allows(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

template <typename T>
void put_list(std::string& out, std::vector<T> values) {
  std::sort(values.begin(), values.end());
  put_varint(out, values.size());
  for (const auto& value : values) {
    if constexpr (std::is_same_v<T, std::string>) {
      put_sized(out, value);
    } else {
      out.push_back(static_cast<char>(value));
    }
  }
}
void put_bound(std::string& out, const std::optional<std::int64_t>& bound) {
  out.push_back(bound ? '\1' : '\0');
  put_be64(out, static_cast<std::uint64_t>(bound.value_or(0)));
}
template <typename Filter>
void put_common(std::string& out, const Filter& filter) {
  out.push_back(filter.merchant ? '\1' : '\0');
  put_be32(out, filter.merchant.value_or(0));
  put_be64(out, static_cast<std::uint64_t>(filter.from.us));
  put_be64(out, static_cast<std::uint64_t>(filter.until.us));
  put_list(out, filter.methods);
  put_list(out, filter.issuers);
  put_bound(out, filter.amount_min);
  put_bound(out, filter.amount_max);
}

bool is_within(Instant at, Instant from, Instant until) {
  return (from.is_zero() || at >= from) && (until.is_zero() || at < until);
}

Locator locator_in(MerchantNo merchant, std::string_view place) {
  return *read_row_key(merchant_prefix(merchant).append(place));
}

Error unreadable_key(const char* space) {
  return corrupt(std::string("a key of the space ") + space +
                 " can't be read: rebuild the views (`wonjang views rebuild`)");
}

// [from, until) without what lies up to `position`, seen in the direction of the walk.
std::unique_ptr<KvCursor> scan_behind(const KvSnapshot& snapshot, KvSpace space, KeyRange range,
                                      std::string_view prefix, bool up, std::string_view position) {
  if (!position.empty()) {
    std::string at(prefix);
    at.append(position);
    if (up) {
      range.from = std::max(range.from, at.append(1, '\0'));
    } else if (range.until.empty() || at < range.until) {
      range.until = std::move(at);
    }
  }
  return up ? snapshot.scan(space, range.from, range.until)
            : snapshot.scan_back(space, range.from, range.until);
}

// rows: merchant | place; the bytes are there.
class RowsWalk final : public Walk {
 public:
  explicit RowsWalk(std::unique_ptr<KvCursor> cursor) : cursor_(std::move(cursor)) { settle(); }
  bool valid() const override { return at_.has_value(); }
  void next() override {
    cursor_->next();
    settle();
  }
  Locator at() const override { return *at_; }
  std::string position() const override { return std::string(cursor_->key().substr(4)); }
  std::optional<std::string_view> row() const override { return cursor_->value(); }
  Result<void> status() const override {
    if (cursor_->valid() && !at_) return unreadable_key("rows");
    return cursor_->status();
  }

 private:
  void settle() {
    at_.reset();
    if (cursor_->valid()) at_ = read_row_key(cursor_->key());
  }
  std::unique_ptr<KvCursor> cursor_;
  std::optional<Locator> at_;
};

class TimelineWalk final : public Walk {
 public:
  explicit TimelineWalk(std::unique_ptr<KvCursor> cursor) : cursor_(std::move(cursor)) { settle(); }
  bool valid() const override { return at_.has_value(); }
  void next() override {
    cursor_->next();
    settle();
  }
  Locator at() const override { return *at_; }
  std::string position() const override { return std::string(cursor_->key()); }
  Result<void> status() const override {
    if (cursor_->valid() && !at_) return unreadable_key("timeline");
    return cursor_->status();
  }

 private:
  void settle() {
    at_.reset();
    if (cursor_->valid()) at_ = read_timeline_key(cursor_->key(), cursor_->value());
  }
  std::unique_ptr<KvCursor> cursor_;
  std::optional<Locator> at_;
};

// Several sorted runs as one. What follows `prefix` bytes of a key decides; the same from two runs comes
// once.
class Merge {
 public:
  Merge(std::vector<std::unique_ptr<KvCursor>> runs, std::size_t prefix, bool up)
      : runs_(std::move(runs)), prefix_(prefix), up_(up) {
    for (std::size_t i = 0; i < runs_.size(); ++i) push(i);
  }
  bool valid() const { return !heap_.empty() && error_.has_value(); }
  std::string_view suffix() const { return runs_[heap_.front()]->key().substr(prefix_); }
  std::string_view value() const { return runs_[heap_.front()]->value(); }
  void next() {
    const std::string passed(suffix());
    while (!heap_.empty() && suffix() == passed) {
      std::pop_heap(heap_.begin(), heap_.end(), after());
      const std::size_t run = heap_.back();
      heap_.pop_back();
      runs_[run]->next();
      push(run);
    }
  }
  Result<void> status() const { return error_; }

 private:
  void push(std::size_t run) {
    if (runs_[run]->valid()) {
      heap_.push_back(run);
      std::push_heap(heap_.begin(), heap_.end(), after());
    } else if (const auto status = runs_[run]->status(); !status && error_) {
      error_ = status;
    }
  }
  std::function<bool(std::size_t, std::size_t)> after() const {
    return [this](std::size_t a, std::size_t b) {
      const auto left = runs_[a]->key().substr(prefix_), right = runs_[b]->key().substr(prefix_);
      return up_ ? left > right : left < right;
    };
  }

  std::vector<std::unique_ptr<KvCursor>> runs_;
  const std::size_t prefix_;
  const bool up_;
  std::vector<std::size_t> heap_;
  Result<void> error_;
};

class AmountsWalk final : public Walk {
 public:
  AmountsWalk(MerchantNo merchant, std::vector<std::unique_ptr<KvCursor>> months, bool up)
      : merchant_(merchant), merge_(std::move(months), kAmountPrefix, up) {}
  bool valid() const override { return merge_.valid(); }
  void next() override { merge_.next(); }
  Locator at() const override { return locator_in(merchant_, merge_.suffix().substr(kAmountBytes)); }
  std::string position() const override { return std::string(merge_.suffix()); }
  Result<void> status() const override { return merge_.status(); }

 private:
  const MerchantNo merchant_;
  Merge merge_;
};

class PostingsWalk final : public Walk {
 public:
  PostingsWalk(std::vector<std::unique_ptr<KvCursor>> values, bool up)
      : merge_(std::move(values), kPostingPrefix, up) {
    settle();
  }
  bool valid() const override { return at_.has_value(); }
  void next() override {
    merge_.next();
    settle();
  }
  Locator at() const override { return *at_; }
  std::string position() const override { return std::string(merge_.suffix()); }
  Result<void> status() const override {
    if (merge_.valid() && !at_) return unreadable_key("postings");
    return merge_.status();
  }

 private:
  void settle() {
    at_.reset();
    if (merge_.valid()) at_ = read_hint(merge_.suffix(), merge_.value());
  }
  Merge merge_;
  std::optional<Locator> at_;
};

class SortedWalk final : public Walk {
 public:
  struct Item {
    std::string position;
    Locator at;
    std::string row;
  };
  SortedWalk(std::vector<Item> items, bool up, std::string_view position) : items_(std::move(items)) {
    const auto order = [up](const std::string& a, const std::string& b) { return up ? a < b : a > b; };
    if (!position.empty()) {
      std::erase_if(items_, [&](const Item& item) { return !order(std::string(position), item.position); });
    }
    std::sort(items_.begin(), items_.end(),
              [&](const Item& a, const Item& b) { return order(a.position, b.position); });
  }
  bool valid() const override { return next_ < items_.size(); }
  void next() override { ++next_; }
  Locator at() const override { return items_[next_].at; }
  std::string position() const override { return items_[next_].position; }
  std::optional<std::string_view> row() const override { return items_[next_].row; }
  Result<void> status() const override { return {}; }

 private:
  std::vector<Item> items_;
  std::size_t next_ = 0;
};

std::string amount_position(const Locator& at, std::int64_t amount) {
  return amount_key(at, amount).substr(kAmountPrefix);
}
std::string amount_bytes(std::int64_t amount) { return amount_position({}, amount).substr(0, kAmountBytes); }

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
    if (by_time_) {
      WJ_TRY(auto walk, by_time(up_, position_));
      return walk;
    }
    if (is_worth_sorting()) {
      const std::uint64_t read_before = reading_.rows_read;
      WJ_TRY(auto walk, sorted());
      if (walk) return walk;
      if (!filter_.merchant) return too_many_to_sort();
      reading_.rows_read = read_before;  // the ceiling is for what comes; the wasted seeks stay counted
    }
    return amounts();
  }

 private:
  bool is_worth_sorting() const {
    if (!filter_.merchant || !filter_.contains.empty()) return true;
    return !filter_.from.is_zero() && !filter_.until.is_zero() &&
           filter_.until.us - filter_.from.us <= kShortPeriodUs;
  }

  Error too_many_to_sort() const {
    return invalid(
        "the payments of every merchant by amount are sorted for the question, and here are more than " +
        std::to_string(sources_.rows_max) + ": name a merchant, shorten the period or sort by time");
  }

  Result<std::unique_ptr<Walk>> by_time(bool up, std::string_view position) {
    if (test_.pattern() && sources_.dictionary != nullptr) {
      WJ_TRY(auto walk, postings(up, position));
      if (walk) return walk;
    }
    ++reading_.seeks;
    if (filter_.merchant) {
      reading_.index = "rows";
      return std::unique_ptr<Walk>(new RowsWalk(scan_period(
          snapshot_, kRows, merchant_prefix(*filter_.merchant), filter_.from, filter_.until, up, position)));
    }
    reading_.index = "timeline";
    return std::unique_ptr<Walk>(
        new TimelineWalk(scan_period(snapshot_, kTimeline, {}, filter_.from, filter_.until, up, position)));
  }

  // Null: another plan reads less, or the dictionary doesn't know all.
  Result<std::unique_ptr<Walk>> postings(bool up, std::string_view position) {
    std::vector<std::pair<TextField, ValueId>> values;
    for (const auto field : {TextField::buyer, TextField::product}) {
      const Matches found = sources_.dictionary->find(field, *test_.pattern(), {filter_.from});
      if (!found.complete) return std::unique_ptr<Walk>();
      for (const auto& match : found.values) values.emplace_back(field, match.value);
    }
    if (values.size() > (filter_.merchant ? kValuesMergedOfMerchant : kValuesMerged)) {
      return std::unique_ptr<Walk>();
    }
    if (!values.empty() && filter_.merchant) {
      WJ_TRY(const bool few, has_few_rows());
      if (few) return std::unique_ptr<Walk>();
    }
    std::vector<std::unique_ptr<KvCursor>> runs;
    for (const auto& [field, value] : values) {
      runs.push_back(scan_period(snapshot_, kPostings, posting_prefix(field, value), filter_.from,
                                 filter_.until, up, position));
    }
    reading_.seeks += values.size();
    reading_.index = "postings, " + std::to_string(values.size()) + " values";
    return std::unique_ptr<Walk>(new PostingsWalk(std::move(runs), up));
  }

  // Whether all the merchant's rows of the period may be read: then the answer comes to its end whatever
  // other merchants have, whose payments the postings of a text hold as well. By the counts of its months.
  // Nobody relies on it: another plan is another way to the same answer.
  Result<bool> has_few_rows() {
    const auto few = static_cast<std::int64_t>(std::min<std::uint64_t>(sources_.rows_max, kFewRowsMax));
    const std::string prefix = merchant_prefix(*filter_.merchant);
    KeyRange months{prefix, after_prefix(prefix)};
    if (!filter_.from.is_zero()) months.from = bucket_key({*filter_.merchant, filter_.from, {}});
    if (!filter_.until.is_zero()) {
      months.until = after_prefix(bucket_key({*filter_.merchant, filter_.until.plus_us(-1), {}}));
    }
    ++reading_.seeks;
    std::int64_t count = 0;
    const auto cursor = snapshot_.scan(kBuckets, months.from, months.until);
    for (; cursor->valid() && count <= few; cursor->next()) {
      ++reading_.rows_read;
      WJ_TRY(const Bucket bucket, decode_bucket(cursor->value()));
      count += bucket.count;
    }
    WJ_CHECK(cursor->status());
    if (count > 0) return count <= few;
    ++reading_.seeks;
    const auto rows = scan_period(snapshot_, kRows, prefix, filter_.from, filter_.until, /*up=*/true, {});
    WJ_CHECK(rows->status());
    return !rows->valid();
  }

  // Null: too many.
  Result<std::unique_ptr<Walk>> sorted() {
    WJ_TRY(const auto walk, by_time(/*up=*/true, {}));
    reading_.index += ", sorted";
    std::vector<SortedWalk::Item> items;
    const auto keep = [&](const Locator& at, std::string_view row) -> Result<bool> {
      WJ_TRY(const auto head, glance_row(row, Glance::head));
      items.push_back({amount_position(at, head.total), at, std::string(row)});
      return true;
    };
    WJ_TRY(const auto scanned,
           scan_payments(snapshot_, *walk, test_, sources_.rows_max, kFetchMax, reading_, keep));
    if (!scanned.at_end) return std::unique_ptr<Walk>();
    return std::unique_ptr<Walk>(new SortedWalk(std::move(items), up_, position_));
  }

  Result<std::unique_ptr<Walk>> amounts() {
    const MerchantNo merchant = *filter_.merchant;
    std::vector<std::unique_ptr<KvCursor>> months;
    // Where the merchant's payments of the period really begin and end.
    const std::string prefix = merchant_prefix(merchant);
    RowsWalk newest(scan_period(snapshot_, kRows, prefix, filter_.from, filter_.until, /*up=*/true, {}));
    RowsWalk oldest(scan_period(snapshot_, kRows, prefix, filter_.from, filter_.until, /*up=*/false, {}));
    WJ_CHECK(newest.status());
    WJ_CHECK(oldest.status());
    reading_.seeks += 2;
    if (newest.valid() && oldest.valid()) {
      for (std::uint32_t month = month_of(oldest.at().at); month <= month_of(newest.at().at); ++month) {
        months.push_back(month_run(amounts_prefix(merchant, static_cast<std::uint16_t>(month))));
      }
    }
    reading_.seeks += months.size();
    reading_.index = "amounts, " + std::to_string(months.size()) + " months";
    return std::unique_ptr<Walk>(new AmountsWalk(merchant, std::move(months), up_));
  }

  std::unique_ptr<KvCursor> month_run(const std::string& prefix) {
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

bool is_by_time(Sort sort) { return sort == Sort::newest || sort == Sort::oldest; }
bool goes_up(Sort sort) { return sort == Sort::newest || sort == Sort::largest; }

std::string_view code_of(Sort sort) {
  switch (sort) {
    case Sort::newest:
      return "newest";
    case Sort::oldest:
      return "oldest";
    case Sort::largest:
      return "largest";
    case Sort::smallest:
      return "smallest";
  }
  return "unknown";
}

std::uint64_t digest_of(const PaymentFilter& filter, Sort sort) {
  std::string text = "payments";
  text.push_back(static_cast<char>(sort));
  put_common(text, filter);
  put_list(text, filter.statuses);
  put_sized(text, filter.contains);
  return hash64(text);
}

std::uint64_t digest_of(const TransactionFilter& filter, Sort sort) {
  std::string text = "transactions";
  text.push_back(static_cast<char>(sort));
  put_common(text, filter);
  put_list(text, filter.kinds);
  return hash64(text);
}

std::string make_cursor(std::uint64_t digest, std::string_view position) {
  std::string out(1, kCursorVersion);
  put_be64(out, digest);
  return out.append(position);
}

Result<std::string> read_cursor(std::uint64_t digest, Sort sort, std::size_t tie_bytes,
                                std::string_view cursor) {
  if (cursor.empty()) return std::string();
  const Error not_ours = invalid(
      "the cursor belongs to another question: go on with the filter and the sort that gave it, or begin "
      "without a cursor");
  const std::size_t size = kTimeBytes + tie_bytes + (is_by_time(sort) ? 0 : kAmountBytes);
  ByteReader in(cursor);
  if (in.u8() != kCursorVersion || in.be64() != digest || in.remaining() != size) return not_ours;
  return std::string(in.take(size));
}

Result<void> check_page(const Page& page) {
  if (page.limit >= 1 && page.limit <= kPageMax) return {};
  return invalid("a page has 1 to " + std::to_string(kPageMax) + " items, not " + std::to_string(page.limit));
}

Result<PaymentTest> PaymentTest::of(const PaymentFilter& filter, const TextForms& forms) {
  PaymentTest out(filter, forms);
  if (!filter.contains.empty()) {
    WJ_TRY(out.pattern_, Pattern::parse(forms, filter.contains));
  }
  const bool needs_all = !filter.methods.empty() || !filter.issuers.empty();
  if (needs_all) {
    out.depth_ = Glance::all;
  } else if (out.pattern_) {
    out.depth_ = Glance::texts;
  }
  out.looks_ =
      needs_all || out.pattern_ || !filter.statuses.empty() || filter.amount_min || filter.amount_max;
  return out;
}

bool PaymentTest::may_pass(const Locator& at) const {
  return (!filter_.merchant || *filter_.merchant == at.merchant) &&
         is_within(at.at, filter_.from, filter_.until);
}

Result<bool> PaymentTest::passes(std::string_view row) {
  if (!looks_) return true;
  WJ_TRY(const RowGlance seen, glance_row(row, depth_));
  if (!allows(filter_.statuses, seen.status)) return false;
  if (filter_.amount_min && seen.total < *filter_.amount_min) return false;
  if (filter_.amount_max && seen.total > *filter_.amount_max) return false;
  if (!allows(filter_.methods, seen.method)) return false;
  if (!filter_.issuers.empty() && !allows(filter_.issuers, std::string(seen.issuer))) return false;
  return !pattern_ || contains(seen.buyer) || contains(seen.order_name);
}

bool PaymentTest::contains(std::string_view text) {
  if (text.empty()) return false;
  const auto [known, is_new] = texts_.try_emplace(std::string(text));
  if (is_new) known->second = matches(*pattern_, normal_form(forms_, text));
  return known->second;
}

namespace {

// Candidates whose rows the walk doesn't have: they are fetched together.
struct ToFetch {
  std::vector<std::string> keys;
  std::vector<Locator> places;
  std::vector<std::string> positions;
  void clear() {
    keys.clear();
    places.clear();
    positions.clear();
  }
};

}  // namespace

Result<Scanned> scan_payments(const KvSnapshot& snapshot, Walk& walk, PaymentTest& test,
                              std::uint64_t rows_max, std::size_t chunk, Reading& reading,
                              const VisitRow& visit) {
  Scanned out;
  ToFetch batch;
  const auto offer = [&](const Locator& at, std::string_view row) -> Result<bool> {
    WJ_TRY(const bool passes, test.passes(row));
    if (!passes) return true;
    return visit(at, row);
  };
  for (std::uint64_t left = rows_max; walk.valid() && left > 0;) {
    batch.clear();
    bool go_on = true;
    for (; go_on && walk.valid() && left > 0 && batch.keys.size() < std::min(chunk, kFetchMax); walk.next()) {
      --left;
      ++reading.rows_read;
      out.position = walk.position();
      const Locator at = walk.at();
      if (!test.may_pass(at)) continue;
      if (const auto row = walk.row()) {
        WJ_TRY(go_on, offer(at, *row));
      } else {
        batch.keys.push_back(row_key(at));
        batch.places.push_back(at);
        batch.positions.push_back(out.position);
      }
    }
    WJ_CHECK(walk.status());
    reading.seeks += batch.keys.size();
    WJ_TRY(const auto rows, snapshot.get_many(kRows, batch.keys));
    for (std::size_t i = 0; go_on && i < rows.size(); ++i) {
      if (!rows[i]) {
        return corrupt("the row of " + batch.places[i].payment.text() + " is missing: rebuild the views");
      }
      WJ_TRY(go_on, offer(batch.places[i], *rows[i]));
      if (go_on) continue;
      out.at_end = !walk.valid() && out.position == batch.positions[i];
      out.position = std::move(batch.positions[i]);
      return out;
    }
    if (!go_on) break;
  }
  WJ_CHECK(walk.status());
  out.at_end = !walk.valid();
  return out;
}

Result<std::unique_ptr<Walk>> plan_payments(const ListSources& sources, const KvSnapshot& snapshot,
                                            const PaymentFilter& filter, Sort sort, std::string_view position,
                                            PaymentTest& test, Reading& reading) {
  return Planner(sources, snapshot, filter, sort, position, test, reading).plan();
}

std::unique_ptr<KvCursor> scan_period(const KvSnapshot& snapshot, KvSpace space, std::string_view prefix,
                                      Instant from, Instant until, bool up, std::string_view position) {
  return scan_behind(snapshot, space, newest_first(prefix, from, until), prefix, up, position);
}

}  // namespace wonjang::serving
