#include "engine/serving/changes.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash64.h"
#include "domain/payment.h"
#include "engine/serving/history.h"
#include "engine/serving/row.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kPaymentBytes = 16;

template <typename T>
bool is_wanted(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool is_asked(const TotalsQuery& query, const PaymentFacts& facts) {
  return is_wanted(query.organisations, facts.organisation) && is_wanted(query.methods, facts.method) &&
         is_wanted(query.statuses, static_cast<std::uint8_t>(facts.status)) &&
         is_wanted(query.channels, static_cast<std::uint8_t>(facts.channel)) &&
         is_wanted(query.issuers, facts.issuer) && is_wanted(query.currencies, facts.currency);
}

// How a payment counts in a cube: in which group, with what.
struct Counted {
  std::string group;
  Measures sums;
  friend bool operator==(const Counted&, const Counted&) = default;
};

std::optional<Counted> counted(const CubeSpec& cube, const TotalsQuery& query,
                               const std::optional<PaymentFacts>& facts) {
  if (!facts || !is_asked(query, *facts)) return std::nullopt;
  Counted out;
  const Fact fact = fact_of(*facts);
  append_dims(out.group, cube, fact);
  const bool fits = out.sums.amount.add_value(fact.amount);
  WJ_ASSERT(fits);  // one value always does
  out.sums.gross = fact.gross;
  out.sums.canceled = fact.canceled;
  return out;
}

std::uint64_t digest_of_changes(const PaymentFilter& filter, const TotalsQuery& query) {
  std::string text = query.cube;
  put_be64(text, digest_of(filter, Sort::newest));
  put_be32(text, static_cast<std::uint32_t>(query.close.days));
  return hash64(text);
}

Result<const CubeSpec*> cube_of(std::span<const CubeSpec> cubes, const TotalsQuery& query) {
  WJ_TRY(const CubeSpec* cube, find_cube(cubes, query.cube));
  if (cube->source != CubeSource::payments) {
    return invalid("cube `" + cube->name + "` counts transactions, which never change: ask one of payments");
  }
  WJ_CHECK(check_query(*cube, query));
  if (query.merchants.size() > 1) return invalid("changes are of one merchant or of all: name one");
  return cube;
}

// Of one answer.
class Changes {
 public:
  Changes(const CubeSpec& cube, const ListSources& sources, const EventLog& log, const EventCodec& codec,
          const ChangesQuery& query, Paged<ChangedPayment>& out)
      : cube_(cube), sources_(sources), log_(log), codec_(codec), query_(query), out_(out) {}

  // False: the page ends here.
  Result<bool> take(const Locator& at, std::string_view bytes) {
    WJ_TRY(const auto merchant, sources_.merchants.of(at.merchant));
    WJ_TRY(Row row, decode_row(at, merchant.id, bytes));
    if (!is_after(row.payment.updated_at)) return true;
    ChangedPayment found{at, {}, 0, {}, {}};
    WJ_CHECK(look_back(row, merchant.organisation, found));
    const auto then = counted(cube_, query_.totals, found.then);
    const auto now = counted(cube_, query_.totals, facts_of(row.payment, at.merchant, merchant.organisation));
    if (then != now) {
      if (now) found.difference = now->sums;
      const bool fits = !then || found.difference.subtract(then->sums);
      WJ_ASSERT(fits);  // two values of 64 bits
      found.payment = std::move(row.payment);
      out_.items.push_back(std::move(found));
    }
    return out_.items.size() < query_.limit && ++histories_ < kHistoriesMax;
  }

 private:
  bool is_after(Instant recorded) const { return business_date_of(recorded) > query_.totals.close; }

  Result<void> look_back(const Row& row, const std::string& organisation, ChangedPayment& found) {
    WJ_TRY(const auto events, history_of(log_, codec_, row.payment.id, row));
    out_.reading.rows_read += events.size();
    ++out_.reading.seeks;
    Payment then;
    std::uint32_t known = 0;
    for (; known < events.size() && !is_after(events[known].event.recorded_at); ++known)
      evolve(then, events[known].event);
    found.events_after = static_cast<std::uint32_t>(events.size()) - known;
    if (known > 0) found.then = facts_of(then, found.at.merchant, organisation);
    return {};
  }

  const CubeSpec& cube_;
  const ListSources& sources_;
  const EventLog& log_;
  const EventCodec& codec_;
  const ChangesQuery& query_;
  Paged<ChangedPayment>& out_;
  std::uint64_t histories_ = 0;
};

}  // namespace

Result<Paged<ChangedPayment>> read_changes(const ListSources& sources, const EventLog& log,
                                           const EventCodec& codec, const KvSnapshot& snapshot,
                                           const ChangesQuery& query) {
  WJ_TRY(const CubeSpec* cube, cube_of(sources.cubes, query.totals));
  WJ_CHECK(check_page({.limit = query.limit}));
  PaymentFilter filter;
  if (!query.totals.merchants.empty()) filter.merchant = query.totals.merchants.front();
  filter.from = begin_of(cube->grain, query.totals.from);
  filter.until = begin_of(cube->grain, query.totals.until);
  const auto digest = digest_of_changes(filter, query.totals);
  WJ_TRY(const std::string position, read_cursor(digest, Sort::newest, kPaymentBytes, query.after));
  WJ_TRY(PaymentTest test, PaymentTest::of(filter, sources.forms));

  Paged<ChangedPayment> out;
  WJ_TRY(const auto walk,
         plan_payments(sources, snapshot, filter, Sort::newest, position, test, out.reading));
  WJ_ASSERT(walk != nullptr);  // an order by time needs no sorting
  out.reading.index += ", the book";
  Changes changes(*cube, sources, log, codec, query, out);
  const auto take = [&](const Locator& at, std::string_view row) { return changes.take(at, row); };
  WJ_TRY(const Scanned scanned,
         scan_payments(snapshot, *walk, test, sources.rows_max, query.limit, out.reading, take));
  if (!scanned.at_end) out.next = make_cursor(digest, scanned.position);
  return out;
}

}  // namespace wonjang::serving
