#include "engine/serving/transaction_list.h"

#include <algorithm>

namespace wonjang::serving {
namespace {

constexpr std::size_t kTieBytes = 20;  // payment, version
constexpr std::size_t kMerchantBytes = 4;

template <typename T>
bool allows(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

class Pager {
 public:
  Pager(const KvSnapshot& snapshot, const TransactionFilter& filter, const Page& page, std::uint64_t rows_max)
      : snapshot_(snapshot),
        filter_(filter),
        page_(page),
        rows_max_(rows_max),
        digest_(digest_of(filter, page.sort)) {}

  Result<Paged<TransactionItem>> run() {
    WJ_TRY(position_, read_cursor(digest_, page_.sort, kTieBytes, page_.after));
    WJ_CHECK(is_by_time(page_.sort) ? by_time() : by_amount());
    return std::move(out_);
  }

 private:
  std::unique_ptr<KvCursor> scan(bool up, std::string_view position) {
    ++out_.reading.seeks;
    return scan_period(snapshot_, kTransactions, merchant_prefix(*filter_.merchant), filter_.from,
                       filter_.until, up, position);
  }

  Result<void> by_time() {
    out_.reading.index = "transactions";
    const auto cursor = scan(goes_up(page_.sort), position_);
    std::string last;
    for (std::uint64_t read = 0; cursor->valid() && read < rows_max_ && out_.items.size() < page_.limit;
         cursor->next()) {
      ++read;
      ++out_.reading.rows_read;
      last = cursor->key().substr(kMerchantBytes);
      WJ_TRY(auto transaction, decode_transaction(cursor->key(), cursor->value()));
      if (passes(filter_, transaction)) out_.items.push_back({std::move(transaction)});
    }
    WJ_CHECK(cursor->status());
    if (cursor->valid()) out_.next = make_cursor(digest_, last);
    return {};
  }

  struct Found {
    std::string position;
    Transaction transaction;
  };

  Result<void> by_amount() {
    out_.reading.index = "transactions, sorted";
    const bool up = goes_up(page_.sort);
    const auto goes_first = [up](const std::string& a, const std::string& b) { return up ? a < b : a > b; };
    std::vector<Found> found;
    const auto cursor = scan(/*up=*/true, {});
    for (; cursor->valid(); cursor->next()) {
      if (++out_.reading.rows_read > rows_max_) return too_many();
      WJ_TRY(auto transaction, decode_transaction(cursor->key(), cursor->value()));
      if (!passes(filter_, transaction)) continue;
      // The amount as keys of amounts have it, then the rest of this key.
      std::string position = amount_key({}, transaction.amount).substr(6, 8);
      position.append(cursor->key().substr(kMerchantBytes));
      if (position_.empty() || goes_first(position_, position)) {
        found.push_back({std::move(position), std::move(transaction)});
      }
    }
    WJ_CHECK(cursor->status());
    const std::size_t shown = std::min<std::size_t>(page_.limit, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown), found.end(),
                      [&](const Found& a, const Found& b) { return goes_first(a.position, b.position); });
    if (shown < found.size()) out_.next = make_cursor(digest_, found[shown - 1].position);
    for (std::size_t i = 0; i < shown; ++i) out_.items.push_back({std::move(found[i].transaction)});
    return {};
  }

  Result<void> too_many() const {
    return invalid("transactions by amount are sorted for the question, and the period holds more than " +
                   std::to_string(rows_max_) + ": shorten it or sort by time");
  }

  const KvSnapshot& snapshot_;
  const TransactionFilter& filter_;
  const Page& page_;
  const std::uint64_t rows_max_;
  const std::uint64_t digest_;
  std::string position_;
  Paged<TransactionItem> out_;
};

}  // namespace

Result<void> check_merchant(const TransactionFilter& filter) {
  if (filter.merchant) return {};
  return invalid("transactions are listed by merchant: name one (`merchantId`), or list payments instead");
}

bool passes(const TransactionFilter& filter, const Transaction& transaction) {
  return allows(filter.kinds, transaction.kind) &&
         allows(filter.methods, static_cast<std::uint8_t>(transaction.method)) &&
         allows(filter.issuers, transaction.issuer) &&
         (!filter.amount_min || transaction.amount >= *filter.amount_min) &&
         (!filter.amount_max || transaction.amount <= *filter.amount_max);
}

Result<Paged<TransactionItem>> TransactionList::page(const KvSnapshot& snapshot,
                                                     const TransactionFilter& filter, const Page& page,
                                                     std::uint64_t rows_max) {
  WJ_CHECK(check_merchant(filter));
  WJ_CHECK(check_page(page));
  return Pager(snapshot, filter, page, rows_max).run();
}

}  // namespace wonjang::serving
