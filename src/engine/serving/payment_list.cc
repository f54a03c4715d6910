#include "engine/serving/payment_list.h"

#include <algorithm>

namespace wonjang::serving {
namespace {

constexpr std::size_t kTieBytes = 16;

Result<PaymentItem> item_of(const MerchantDirectory& merchants, const Locator& at, std::string_view bytes) {
  WJ_TRY(const auto merchant, merchants.of(at.merchant));
  WJ_TRY(Row row, decode_row(at, merchant.id, bytes));
  return PaymentItem{at, std::move(row.payment)};
}

Narrow too_many_to_sort(std::uint64_t rows_max) {
  return {"the payments of every merchant by amount are sorted for the question, and here are more than " +
              std::to_string(rows_max) +
              " (`serving.list_rows_max`): name a merchant (`merchantId`), shorten the period (`from`, "
              "`until`) or "
              "`sort` by time",
          rows_max};
}

}  // namespace

Result<Paged<PaymentItem>> PaymentList::page(const KvSnapshot& snapshot, const PaymentFilter& filter,
                                             const Page& page) const {
  WJ_CHECK(check_page(page));
  const std::uint64_t digest = digest_of(filter, page.sort);
  WJ_TRY(const std::string position, read_cursor(digest, page.sort, kTieBytes, page.after));
  WJ_TRY(PaymentTest test, PaymentTest::of(filter, sources_.forms));

  Paged<PaymentItem> out;
  WJ_TRY(const auto walk, plan_payments(sources_, snapshot, filter, page.sort, position, test, out.reading));
  if (!walk) {
    out.refused = too_many_to_sort(sources_.rows_max);
    return out;
  }
  // Of those that a hint names most pass.
  const std::size_t chunk = test.looks_at_rows() ? page.limit + page.limit / 2 + 1 : page.limit;
  const auto take = [&](const Locator& at, std::string_view row) -> Result<bool> {
    WJ_TRY(auto item, item_of(sources_.merchants, at, row));
    out.items.push_back(std::move(item));
    return out.items.size() < page.limit;
  };
  WJ_TRY(const Scanned scanned,
         scan_payments(snapshot, *walk, test, sources_.rows_max, chunk, out.reading, take));
  if (!scanned.at_end) out.next = make_cursor(digest, scanned.position);
  return out;
}

Result<std::optional<Locator>> find_locator(const KvSnapshot& snapshot, PaymentId id) {
  WJ_TRY(const auto stored, snapshot.get(kLocators, locator_key(id)));
  if (!stored) return std::optional<Locator>();
  const auto at = read_locator(id, *stored);
  if (!at) return corrupt("the locator of " + id.text() + " can't be read: rebuild the views");
  return at;
}

Result<std::optional<PaymentItem>> find_payment(const KvSnapshot& snapshot,
                                                const MerchantDirectory& merchants, PaymentId id) {
  WJ_TRY(const auto at, find_locator(snapshot, id));
  if (!at) return std::optional<PaymentItem>();
  WJ_TRY(const auto row, snapshot.get(kRows, row_key(*at)));
  if (!row) return corrupt("the row of " + id.text() + " is missing: rebuild the views");
  WJ_TRY(auto item, item_of(merchants, *at, *row));
  return std::optional(std::move(item));
}

}  // namespace wonjang::serving
