#include <algorithm>
#include <iterator>

#include "engine/money/reader_parts.h"
#include "engine/money/run_totals.h"

namespace wonjang::money {
namespace {

using settlement::CanaryDifference;
using settlement::FailedItem;

// Sums in the keys [from, until) of the table `run_totals`; a currency's may be several rows (run_totals.h).
template <typename Each>
Result<void> each_total(const KvSnapshot& snapshot, std::string_view from, std::string_view until,
                        Each&& each) {
  return scan(snapshot, kHouse, from, until,
              [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                KeyReader key(key_bytes);
                const auto day = key.day();
                const auto currency = key.currency();
                if (!key.ok()) return bad_key(kHouse, key_bytes);
                WJ_TRY(const auto sum, decoded<RunSum>(value, "a run"));
                std::vector<settlement::RunTotals> rows;
                append_rows(rows, currency, sum);
                for (const auto& row : rows) {
                  WJ_TRY(const bool goes_on, each(day, row));
                  if (!goes_on) return false;
                }
                return true;
              });
}

// Adds what the lines of the date come to.
Result<RunNow> now_of(const KvSnapshot& snapshot, BusinessDate date, RunStored stored) {
  RunNow out{
      date, stored.version, std::move(stored.started), std::move(stored.ended), stored.ever_completed, {}, 0};
  const auto of_day = Key(Table::run_totals).day(date).bytes();
  WJ_CHECK(each_total(snapshot, of_day, after_prefix(of_day),
                      [&](BusinessDate, const settlement::RunTotals& totals) -> Result<bool> {
                        out.totals.push_back(totals);
                        out.failed += totals.failed;
                        return true;
                      }));
  return out;
}

// Days in [from, until) that have lines and aren't among `runs`, which are sorted: of adjustments.
Result<std::vector<RunNow>> days_without_run(const KvSnapshot& snapshot, const std::vector<RunNow>& runs,
                                             BusinessDate from, BusinessDate until) {
  std::vector<RunNow> out;
  WJ_CHECK(each_total(snapshot, Key(Table::run_totals).day(from).bytes(),
                      Key(Table::run_totals).day(until).bytes(),
                      [&](BusinessDate day, const settlement::RunTotals& totals) -> Result<bool> {
                        const auto run = std::ranges::lower_bound(runs, day, {}, &RunNow::date);
                        if (run != runs.end() && run->date == day) return true;
                        if (out.empty() || out.back().date != day) {
                          out.push_back({day, 0, {}, {}, false, {}, 0});
                        }
                        out.back().totals.push_back(totals);
                        out.back().failed += totals.failed;
                        return true;
                      }));
  return out;
}

// Values of `table` of one run, with their merchant and their place.
template <typename T, typename Each>
Result<void> each_of_run(const KvSnapshot& snapshot, Table table, BusinessDate run, std::string_view after,
                         const char* what, const Each& each) {
  const auto of_run = Key(table).day(run);
  return scan_after(snapshot, kRunItems, of_run, after,
                    [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                      KeyReader key(key_bytes);
                      key.day();
                      const auto merchant = key.number();
                      WJ_TRY(const auto one, decoded<T>(value, what));
                      return each(merchant, one, place_in(of_run, key_bytes));
                    });
}

}  // namespace

Result<std::optional<RunNow>> MoneyReader::run(BusinessDate date) const {
  WJ_TRY(auto stored, find<RunStored>(snapshot_, kHouse, Key(Table::run).day(date), "a run"));
  const bool is_noted = stored.has_value();
  WJ_TRY(auto now, now_of(snapshot_, date, is_noted ? *std::move(stored) : RunStored()));
  if (!is_noted && now.totals.empty()) return std::optional<RunNow>();
  return std::optional<RunNow>(std::move(now));
}

Result<std::vector<RunNow>> MoneyReader::runs(BusinessDate from, BusinessDate until) const {
  std::vector<RunNow> out;
  WJ_CHECK(scan(snapshot_, kHouse, Key(Table::run).day(from).bytes(), Key(Table::run).day(until).bytes(),
                [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                  KeyReader key(key_bytes);
                  const auto day = key.day();
                  if (!key.ok()) return bad_key(kHouse, key_bytes);
                  WJ_TRY(auto stored, decoded<RunStored>(value, "a run"));
                  WJ_TRY(out.emplace_back(), now_of(snapshot_, day, std::move(stored)));
                  return true;
                }));
  WJ_TRY(auto others, days_without_run(snapshot_, out, from, until));
  std::ranges::move(others, std::back_inserter(out));
  std::ranges::sort(out, {}, &RunNow::date);
  return out;
}

Result<std::vector<BusinessDate>> MoneyReader::completed_days(BusinessDate until) const {
  std::vector<BusinessDate> out;
  WJ_CHECK(scan(snapshot_, kHouse, Key(Table::run).bytes(), Key(Table::run).day(until).bytes(),
                [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                  KeyReader key(key_bytes);
                  const auto day = key.day();
                  if (!key.ok()) return bad_key(kHouse, key_bytes);
                  WJ_TRY(const auto stored, decoded<RunStored>(value, "a run"));
                  if (stored.ever_completed) out.push_back(day);
                  return true;
                }));
  return out;
}

Result<void> MoneyReader::line_totals(
    BusinessDate from, BusinessDate until,
    const std::function<Result<bool>(BusinessDate, const settlement::RunTotals&)>& each) const {
  return each_total(snapshot_, Key(Table::run_totals).day(from).bytes(),
                    Key(Table::run_totals).day(until).bytes(), each);
}

Result<void> MoneyReader::failed_items(
    BusinessDate run, std::string_view after,
    const std::function<Result<bool>(MerchantNo, const FailedItem&, std::string_view)>& each) const {
  return each_of_run<FailedItem>(snapshot_, Table::failed_item, run, after, "a failed item", each);
}

Result<void> MoneyReader::differences(
    BusinessDate run, std::string_view after,
    const std::function<Result<bool>(MerchantNo, const CanaryDifference&, std::string_view)>& each) const {
  return each_of_run<CanaryDifference>(snapshot_, Table::difference, run, after, "a canary's difference",
                                       each);
}

Result<std::optional<Currency>> MoneyReader::currency_of(PaymentId payment) const {
  WJ_TRY(const auto stored, find<PaymentState>(snapshot_, kPayments, Key().id(payment.raw()), "a payment"));
  return stored ? std::optional(stored->money.currency) : std::nullopt;
}

Result<std::uint32_t> MoneyReader::next_chunk(MerchantNo merchant, BusinessDate date) const {
  WJ_TRY(const auto stored,
         find<std::uint32_t>(snapshot_, kHouse, Key(Table::chunk).number(merchant).day(date), "a chunk"));
  return stored.value_or(0);
}

}  // namespace wonjang::money
