#include "engine/serving/transaction_list.h"

#include <algorithm>

#include "engine/serving/transaction_scan.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kTieBytes = 20;  // payment, version

template <typename T>
bool allows(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

class Pager {
 public:
  Pager(const ListSources& sources, const KvSnapshot& snapshot, const TransactionFilter& filter,
        const Page& page)
      : sources_(sources),
        snapshot_(snapshot),
        filter_(filter),
        page_(page),
        digest_(digest_of(filter, page.sort)) {}

  Result<Paged<TransactionItem>> run() {
    WJ_TRY(position_, read_cursor(digest_, page_.sort, kTieBytes, page_.after));
    WJ_TRY(TransactionScan scan, TransactionScan::of(sources_, snapshot_, filter_, out_.reading));
    WJ_CHECK(is_by_time(page_.sort) ? by_time(scan) : by_amount(scan));
    return std::move(out_);
  }

 private:
  std::unique_ptr<KvCursor> cursor(bool up, std::string_view position) {
    ++out_.reading.seeks;
    return scan_period(snapshot_, kTransactions, merchant_prefix(*filter_.merchant), filter_.from,
                       filter_.until, up, position);
  }

  Result<void> by_time(TransactionScan& scan) {
    out_.reading.index = "transactions";
    const auto walked = cursor(goes_up(page_.sort), position_);
    const auto take = [&](std::string_view, Transaction transaction) -> Result<bool> {
      out_.items.push_back({std::move(transaction)});
      return out_.items.size() < page_.limit;
    };
    WJ_TRY(const Scanned scanned, scan.run(*walked, page_.limit + page_.limit / 2 + 1, take));
    if (!scanned.at_end) out_.next = make_cursor(digest_, scanned.position);
    return {};
  }

  struct Found {
    std::string position;
    Transaction transaction;
  };

  Result<void> by_amount(TransactionScan& scan) {
    constexpr std::size_t kFetch = 256;
    const bool up = goes_up(page_.sort);
    const auto goes_first = [up](const std::string& a, const std::string& b) { return up ? a < b : a > b; };
    std::vector<Found> found;
    const auto keep = [&](std::string_view place, Transaction transaction) -> Result<bool> {
      // The amount as keys of amounts have it, then the rest of this key.
      std::string position = amount_key({}, transaction.amount).substr(6, 8);
      position.append(place);
      if (position_.empty() || goes_first(position_, position)) {
        found.push_back({std::move(position), std::move(transaction)});
      }
      return true;
    };
    WJ_TRY(const Scanned scanned, scan.run(*cursor(/*up=*/true, {}), kFetch, keep));
    if (!scanned.at_end) {
      out_.refused = too_many();
      return {};
    }
    out_.reading.index += ", sorted";
    const std::size_t shown = std::min<std::size_t>(page_.limit, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown), found.end(),
                      [&](const Found& a, const Found& b) { return goes_first(a.position, b.position); });
    if (shown < found.size()) out_.next = make_cursor(digest_, found[shown - 1].position);
    for (std::size_t i = 0; i < shown; ++i) out_.items.push_back({std::move(found[i].transaction)});
    return {};
  }

  Narrow too_many() const {
    return {"transactions by amount are sorted for the question, and the period holds more than " +
                std::to_string(sources_.rows_max) +
                " (`serving.list_rows_max`): shorten it (`from`, `until`) or `sort` by time",
            sources_.rows_max};
  }

  const ListSources& sources_;
  const KvSnapshot& snapshot_;
  const TransactionFilter& filter_;
  const Page& page_;
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
                                                     const TransactionFilter& filter,
                                                     const Page& page) const {
  WJ_CHECK(check_merchant(filter));
  WJ_CHECK(check_page(page));
  return Pager(sources_, snapshot, filter, page).run();
}

}  // namespace wonjang::serving
