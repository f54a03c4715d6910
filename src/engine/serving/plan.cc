#include "engine/serving/plan.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash64.h"
#include "engine/serving/bucket.h"
#include "engine/serving/list_walks.h"

namespace wonjang::serving {
namespace {

constexpr char kCursorVersion = 1;
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kFetchMax = 256;

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
  put_varint(text, filter.metadata.size());
  for (const auto& [name, values] : filter.metadata) {
    put_sized(text, name);
    put_list(text, values);
  }
  return hash64(text);
}

std::uint64_t digest_of(const TransactionFilter& filter, Sort sort) {
  std::string text = "transactions";
  text.push_back(static_cast<char>(sort));
  put_common(text, filter);
  put_list(text, filter.kinds);
  put_list(text, filter.statuses);
  put_sized(text, filter.contains);
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
  if (!filter.metadata.empty()) {
    out.depth_ = Glance::metadata;
  } else if (out.pattern_) {
    out.depth_ = Glance::texts;
  }
  out.looks_ = out.depth_ != Glance::head || !filter.methods.empty() || !filter.issuers.empty() ||
               !filter.statuses.empty() || filter.amount_min || filter.amount_max;
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
  if (filter_.amount_min && seen.amount < *filter_.amount_min) return false;
  if (filter_.amount_max && seen.amount > *filter_.amount_max) return false;
  if (!allows(filter_.methods, seen.method)) return false;
  if (!filter_.issuers.empty() && !allows(filter_.issuers, std::string(seen.issuer))) return false;
  if (!filter_.metadata.empty() && !has_metadata(seen)) return false;
  return !pattern_ || contains(seen.buyer) || contains(seen.order_name);
}

bool PaymentTest::has_metadata(const RowGlance& seen) const {
  return std::all_of(filter_.metadata.begin(), filter_.metadata.end(), [&](const MetadataFilter& wanted) {
    return std::any_of(seen.metadata.begin(), seen.metadata.end(), [&](const auto& pair) {
      return pair.first == wanted.name && allows(wanted.values, std::string(pair.second));
    });
  });
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
  std::size_t fetched = 0;  // so often
  for (std::uint64_t left = rows_max; walk.valid() && left > 0;) {
    batch.clear();
    bool go_on = true;
    // A page needs one or two; who is still looking then, looks for long.
    chunk = std::min(fetched++ < 2 ? chunk : chunk * 2, kFetchMax);
    for (; go_on && walk.valid() && left > 0 && batch.keys.size() < chunk; walk.next()) {
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

}  // namespace wonjang::serving
