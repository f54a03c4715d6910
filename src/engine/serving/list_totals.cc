#include "engine/serving/list_totals.h"

#include <algorithm>
#include <limits>
#include <map>

#include "engine/serving/totals_reader.h"
#include "engine/serving/transaction_list.h"
#include "engine/serving/transaction_scan.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kFetch = 256;
// Days that business can have: what an open period begins and ends with.
constexpr std::int32_t kFirstDay = -1'000'000;
constexpr std::int32_t kLastDay = 4'000'000;

class SumsBy {
 public:
  void add(std::string_view currency, std::int64_t count, int128 gross, int128 canceled, int sign) {
    auto found = sums_.find(currency);
    if (found == sums_.end()) {
      found = sums_.try_emplace(std::string(currency)).first;
      found->second.currency = currency;
    }
    found->second.count += sign * count;
    found->second.gross += sign * gross;
    found->second.canceled += sign * canceled;
  }
  std::vector<Sums> take() const {
    std::vector<Sums> out;
    for (const auto& [currency, sums] : sums_) {
      if (sums.count != 0) out.push_back(sums);
    }
    return out;
  }

 private:
  std::map<std::string, Sums, std::less<>> sums_;
};

// What rows a part of the period is summed from: added, or taken back from a whole day.
struct Edge {
  Instant from;
  Instant until;
  int sign = +1;
};

// A period as whole days [first, last) and what rows have to add or take back.
struct Cut {
  std::int32_t first = kFirstDay;
  std::int32_t last = kLastDay;
  std::vector<Edge> edges;
};

std::int64_t length_of(const Edge& edge) { return edge.until.us - edge.from.us; }

// The part of one day that is asked for, or the rest of it with the day as a whole: what is shorter.
Edge shorter_edge(const Edge& asked, const Edge& rest, bool& takes_whole_day) {
  takes_whole_day = length_of(rest) < length_of(asked);
  return takes_whole_day ? rest : asked;
}

Cut cut(Instant from, Instant until) {
  Cut out;
  const BusinessDate first = business_date_of(from), last = business_date_of(until);
  bool whole = false;
  const bool has_both = !from.is_zero() && !until.is_zero();
  if (has_both && (first == last || until < from)) {
    out.first = out.last = first.days;
    if (from < until) out.edges.push_back({from, until, +1});
    return out;
  }
  if (!from.is_zero()) {
    const Instant begin = start_of(first), end = start_of({first.days + 1});
    out.first = first.days;
    if (from != begin) {
      out.edges.push_back(shorter_edge({from, end, +1}, {begin, from, -1}, whole));
      if (!whole) ++out.first;
    }
  }
  if (!until.is_zero()) {
    const Instant begin = start_of(last), end = start_of({last.days + 1});
    out.last = last.days;
    if (until != begin) {
      out.edges.push_back(shorter_edge({begin, until, +1}, {until, end, -1}, whole));
      if (whole) ++out.last;
    }
  }
  return out;
}

// Whole months within [first, last) days; an empty range when there is none.
struct Months {
  std::int32_t first = 0;
  std::int32_t last = 0;
};
Months months_within(std::int32_t first, std::int32_t last) {
  Months out;
  out.first = bucket_of(Grain::month, BusinessDate{first});
  if (first_day_of(Grain::month, out.first).days < first) ++out.first;
  out.last = bucket_of(Grain::month, BusinessDate{last});
  return out;
}

template <typename Filter>
TotalsQuery query_of(const Filter& filter) {
  TotalsQuery query;
  if (filter.merchant) query.merchants = {*filter.merchant};
  query.methods = filter.methods;
  query.issuers = filter.issuers;
  query.asker = Asker::list;
  return query;
}

// Answers one filter; `Filter` knows its cubes, its rows and their facts by the functions below.
class Summing {
 public:
  Summing(const ListSources& sources, const KvSnapshot& snapshot) : sources_(sources), snapshot_(snapshot) {}

 protected:
  // A cube that can answer `query`, of one grain; null: none.
  const CubeSpec* cube_for(CubeSource source, Grain grain, const TotalsQuery& query) const {
    Dimensions needed;
    if (!query.methods.empty()) needed.insert(Dimension::method);
    if (!query.statuses.empty()) needed.insert(Dimension::status);
    if (!query.kinds.empty()) needed.insert(Dimension::kind);
    if (!query.issuers.empty()) needed.insert(Dimension::issuer);
    const CubeSpec* side_by_side = nullptr;
    for (const auto& cube : sources_.cubes) {
      if (cube.source != source || cube.grain != grain || !needed.within(cube.inner)) continue;
      const bool by_merchant = cube.key == CubeKey::merchant;
      if (!query.merchants.empty()) {
        if (by_merchant && cube.order == CubeOrder::key_first) return &cube;
      } else if (cube.key == CubeKey::none) {
        return &cube;
      } else if (by_merchant && cube.order == CubeOrder::bucket_first) {
        side_by_side = &cube;  // some cells more, the same sums
      }
    }
    return side_by_side;
  }

  // A cube of months to spare the cells of `days`; null: none. Beside days of every merchant together the
  // months of each merchant would be many more cells, not fewer.
  const CubeSpec* months_for(const CubeSpec& days, const TotalsQuery& query) const {
    const CubeSpec* months = cube_for(days.source, Grain::month, query);
    const bool is_wider = months != nullptr && days.key == CubeKey::none && months->key != CubeKey::none;
    return is_wider ? nullptr : months;
  }

  Result<std::optional<Narrow>> add_cells(const CubeSpec& cube, TotalsQuery query, std::int32_t from,
                                          std::int32_t until) {
    if (from >= until) return std::optional<Narrow>();
    query.cube = cube.name;
    query.from = from;
    query.until = until;
    query.cells_max = sources_.cells_max;
    query.cells_before = cells_;
    WJ_TRY(auto answer, read_totals(sources_.cubes, snapshot_, query));
    if (auto* narrow = std::get_if<Narrow>(&answer)) return std::optional(std::move(*narrow));
    auto& rows = std::get<TotalsRows>(answer);
    cells_ += rows.reading.rows_read;
    reading_.rows_read += rows.reading.rows_read;
    reading_.seeks += rows.reading.seeks;
    for (const auto& row : rows.rows) {
      sums_.add(row.dims.currency, row.sums.amount.count, row.sums.gross, row.sums.canceled, +1);
    }
    reading_.index += (reading_.index.empty() ? "" : " + ") + cube.name;
    return std::optional<Narrow>();
  }

  // The whole days [first, last), months first where there is a cube of them.
  Result<std::optional<Narrow>> add_days(const CubeSpec& days, const CubeSpec* months,
                                         const TotalsQuery& query, std::int32_t first, std::int32_t last) {
    if (months == nullptr || last - first < 32) return add_cells(days, query, first, last);
    const Months whole = months_within(first, last);
    if (whole.first >= whole.last) return add_cells(days, query, first, last);
    WJ_TRY(auto narrow, add_cells(*months, query, whole.first, whole.last));
    if (narrow) return narrow;
    WJ_TRY(narrow, add_cells(days, query, first, first_day_of(Grain::month, whole.first).days));
    if (narrow) return narrow;
    return add_cells(days, query, first_day_of(Grain::month, whole.last).days, last);
  }

  ListSums done() { return {sums_.take(), std::move(reading_)}; }
  ListSums refused(std::string what) { return refused(Narrow{std::move(what), sources_.rows_max}); }
  ListSums refused(Narrow narrow) { return {std::move(narrow), std::move(reading_)}; }
  std::string more_than(std::string_view rows) const {
    return "more than " + std::to_string(sources_.rows_max) + " " + std::string(rows) +
           " (`serving.list_rows_max`)";
  }

  const ListSources& sources_;
  const KvSnapshot& snapshot_;
  SumsBy sums_;
  Reading reading_;
  std::uint64_t cells_ = 0;  // so far
};

class PaymentSums : Summing {
 public:
  PaymentSums(const ListSources& sources, const KvSnapshot& snapshot, const PaymentFilter& filter)
      : Summing(sources, snapshot), filter_(filter) {}

  Result<ListSums> run() {
    TotalsQuery query = query_of(filter_);
    for (const auto status : filter_.statuses) query.statuses.push_back(static_cast<std::uint8_t>(status));
    const bool by_cube =
        filter_.contains.empty() && filter_.metadata.empty() && !filter_.amount_min && !filter_.amount_max;
    const CubeSpec* days = by_cube ? cube_for(CubeSource::payments, Grain::day, query) : nullptr;
    if (days == nullptr) return by_rows();

    const Cut period = cut(filter_.from, filter_.until);
    const CubeSpec* months = months_for(*days, query);
    WJ_TRY(auto narrow, add_days(*days, months, query, period.first, period.last));
    if (narrow) return refused(*std::move(narrow));
    for (const auto& edge : period.edges) {
      PaymentFilter part = filter_;
      part.from = edge.from;
      part.until = edge.until;
      WJ_TRY(const bool all, add_rows(part, edge.sign));
      if (!all) {
        return refused(
            more_than("payments") +
            " lie in the part of a day that the period begins or ends with: begin and end it (`from`, "
            "`until`) at midnight in Seoul (+09:00)");
      }
    }
    return done();
  }

 private:
  Result<ListSums> by_rows() {
    WJ_TRY(const bool all, add_rows(filter_, +1));
    if (all) return done();
    std::string what = more_than("payments") +
                       " would be added up one by one for this filter: shorten the period (`from`, `until`)";
    if (!filter_.merchant) what += ", name a merchant (`merchantId`)";
    if (!filter_.contains.empty()) what += ", look for a longer text (`contains`)";
    if (filter_.amount_min || filter_.amount_max) what += ", narrow the amount (`amountMin`, `amountMax`)";
    return refused(what + " or ask for the list without totals (`totals`)");
  }

  // False: there are more than may be read.
  Result<bool> add_rows(const PaymentFilter& part, int sign) {
    WJ_TRY(PaymentTest test, PaymentTest::of(part, sources_.forms));
    Reading here;
    // An amount of one merchant leads by its own keys to the few that have it.
    const bool by_amount = part.merchant && part.contains.empty() && part.metadata.empty() &&
                           (part.amount_min || part.amount_max);
    WJ_TRY(const auto walk, plan_payments(sources_, snapshot_, part, by_amount ? Sort::largest : Sort::newest,
                                          {}, test, here));
    const auto add = [&](const Locator&, std::string_view row) -> Result<bool> {
      WJ_TRY(const auto seen, glance_row(row, Glance::head));
      sums_.add(seen.currency, 1, seen.gross, seen.canceled, sign);
      return true;
    };
    WJ_TRY(const auto scanned,
           scan_payments(snapshot_, *walk, test, sources_.rows_max - std::min(read_, sources_.rows_max),
                         kFetch, here, add));
    read_ += here.rows_read;
    reading_.rows_read += here.rows_read;
    reading_.seeks += here.seeks;
    reading_.index += (reading_.index.empty() ? "" : " + ") + here.index;
    return scanned.at_end;
  }

  const PaymentFilter& filter_;
  std::uint64_t read_ = 0;  // rows so far
};

class TransactionSums : Summing {
 public:
  TransactionSums(const ListSources& sources, const KvSnapshot& snapshot, const TransactionFilter& filter)
      : Summing(sources, snapshot), filter_(filter) {}

  Result<ListSums> run() {
    TotalsQuery query = query_of(filter_);
    for (const auto kind : filter_.kinds) query.kinds.push_back(static_cast<std::uint8_t>(kind));
    const bool by_cube =
        filter_.contains.empty() && filter_.statuses.empty() && !filter_.amount_min && !filter_.amount_max;
    const CubeSpec* days = by_cube ? cube_for(CubeSource::transactions, Grain::day, query) : nullptr;
    Reading here;
    WJ_TRY(TransactionScan rows, TransactionScan::of(sources_, snapshot_, filter_, here));
    if (days == nullptr) {
      WJ_TRY(const bool all, add_rows(rows, {filter_.from, filter_.until, +1}));
      note(here);
      if (all) return done();
      return refused(
          more_than("transactions") +
          " would be looked at one by one for this filter: shorten the period (`from`, `until`), leave "
          "out the amount (`amountMin`, `amountMax`), the text (`contains`) and the `status`, or ask "
          "for the list without totals (`totals`)");
    }
    const Cut period = cut(filter_.from, filter_.until);
    const CubeSpec* months = months_for(*days, query);
    WJ_TRY(auto narrow, add_days(*days, months, query, period.first, period.last));
    if (narrow) return refused(*std::move(narrow));
    for (const auto& edge : period.edges) {
      WJ_TRY(const bool all, add_rows(rows, edge));
      if (!all) {
        note(here);
        return refused(more_than("transactions") +
                       " lie in the part of a day that the period begins or ends with: begin and "
                       "end it (`from`, `until`) at midnight in Seoul (+09:00)");
      }
    }
    note(here);
    return done();
  }

 private:
  // False: there are more than may be read.
  Result<bool> add_rows(TransactionScan& rows, const Edge& edge) {
    ++reading_.seeks;
    const auto cursor = scan_period(snapshot_, kTransactions, merchant_prefix(*filter_.merchant), edge.from,
                                    edge.until, /*up=*/true, {});
    const auto add = [&](std::string_view, const Transaction& transaction) -> Result<bool> {
      const bool brings_in = transaction.kind == TransactionKind::approval;
      sums_.add(transaction.currency, 1, brings_in ? transaction.amount : 0,
                brings_in ? 0 : transaction.amount, edge.sign);
      return true;
    };
    WJ_TRY(const Scanned scanned, rows.run(*cursor, kFetch, add));
    return scanned.at_end;
  }

  void note(const Reading& rows) {
    reading_.rows_read += rows.rows_read;
    reading_.seeks += rows.seeks;
    if (rows.index.empty()) return;
    reading_.index += (reading_.index.empty() ? "" : " + ") + rows.index;
  }

  const TransactionFilter& filter_;
};

}  // namespace

Result<ListSums> ListTotals::payments(const KvSnapshot& snapshot, const PaymentFilter& filter) const {
  return PaymentSums(sources_, snapshot, filter).run();
}

Result<ListSums> ListTotals::transactions(const KvSnapshot& snapshot, const TransactionFilter& filter) const {
  WJ_CHECK(check_merchant(filter));
  return TransactionSums(sources_, snapshot, filter).run();
}

}  // namespace wonjang::serving
