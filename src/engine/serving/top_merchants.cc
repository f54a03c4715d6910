#include "engine/serving/top_merchants.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "engine/serving/cell_walk.h"
#include "engine/serving/packed_cell.h"
#include "engine/serving/spaces.h"
#include "engine/serving/totals_reader.h"

namespace wonjang::serving {
namespace {

int128 measure_of(const Measures& sums, TopBy by) {
  switch (by) {
    case TopBy::net:
      return sums.net();
    case TopBy::gross:
      return sums.gross;
    case TopBy::count:
      return sums.amount.count;
    case TopBy::canceled:
      return sums.canceled;
  }
  WJ_ASSERT(false);
}

struct TopCubes {
  const CubeSpec* years;  // may be null
  const CubeSpec* months;
  const CubeSpec* days;
};

Result<void> check_side_by_side(const CubeSpec& cube, Grain grain) {
  if (cube.key == CubeKey::merchant && cube.order == CubeOrder::bucket_first && cube.grain == grain)
    return {};
  const std::string name(code_of(grain));
  return invalid("cube `" + cube.name + "` doesn't have all merchants of a " + name +
                 " side by side: declare one by merchant and " + name + ", bucket_first");
}

Result<TopCubes> find_top_cubes(std::span<const CubeSpec> cubes, const TopQuery& query) {
  TopCubes out{};
  if (!query.year_cube.empty()) {
    WJ_TRY(out.years, find_cube(cubes, query.year_cube));
    WJ_CHECK(check_side_by_side(*out.years, Grain::year));
  }
  WJ_TRY(out.months, find_cube(cubes, query.month_cube));
  WJ_TRY(out.days, find_cube(cubes, query.day_cube));
  const auto& [years, months, days] = out;
  WJ_CHECK(check_side_by_side(*months, Grain::month));
  if (years != nullptr && years->source != months->source) {
    return invalid("cubes `" + years->name + "` and `" + months->name + "` don't count the same: declare " +
                   "both of payments, or both of transactions");
  }
  if (days->key != CubeKey::merchant || days->order != CubeOrder::key_first || days->grain != Grain::day ||
      days->source != months->source) {
    return invalid("cube `" + days->name + "` doesn't have a merchant's days of the " +
                   std::string(code_of(months->source)) + " in `" + months->name +
                   "`: declare one by merchant and day");
  }
  return out;
}

std::optional<std::string> nowhere(const CellKey&) { return std::nullopt; }

// Whole months, as whole years where that is less to read.
struct WholeParts {
  std::vector<Buckets> years;
  std::vector<Buckets> months;
  std::vector<Buckets> without;  // months of the years that aren't asked for
};

WholeParts whole_parts(Buckets months, bool has_years) {
  WholeParts out;
  if (!has_years) {
    out.months = {months};
    return out;
  }
  for (auto from = months.from; from < months.until;) {
    const auto year = coarser(Grain::month, from, Grain::year);
    const auto first = bucket_of(Grain::month, first_day_of(Grain::year, year));
    const auto next = bucket_of(Grain::month, first_day_of(Grain::year, year + 1));
    const auto until = std::min(months.until, next);
    if (until - from > (next - first) / 2) {
      out.years.push_back({year, year + 1});
      if (first < from) out.without.push_back({first, from});
      if (until < next) out.without.push_back({until, next});
    } else {
      out.months.push_back({from, until});
    }
    from = until;
  }
  return out;
}

class Merchants {
 public:
  Merchants(TopCubes cubes, const KvSnapshot& stored, const TopQuery& query, Reading& reading)
      : cubes_(cubes), stored_(stored), query_(query), reading_(reading) {}

  // What is taken back comes last: until then a merchant's sums are those of more than was asked for.
  Result<Stop> add_whole(const WholeParts& parts) {
    for (const auto& years : parts.years) {
      WJ_TRY(auto stop, add(*cubes_.years, {}, years));
      if (stop) return stop;
    }
    for (const auto& months : parts.months) {
      WJ_TRY(auto stop, add(*cubes_.months, {}, months));
      if (stop) return stop;
    }
    for (const auto& months : parts.without) {
      WJ_TRY(auto stop, add(*cubes_.months, {}, months, -1));
      if (stop) return stop;
    }
    return Stop();
  }

  // A few days of one month: of the merchants that have a cell in that month, each one's days.
  Result<Stop> add_days(Buckets days) {
    if (days.is_empty()) return Stop();
    const auto month = bucket_of(Grain::month, BusinessDate{days.from});
    std::vector<CellKey> merchants;
    const auto visit = [&](const CellKey& key, std::string_view, std::string_view) -> Result<Seen> {
      merchants.push_back({key.merchant, {}, 0});
      return Seen::used;
    };
    CellWalk walk(*cubes_.months, stored_, most(), reading_);
    WJ_TRY(auto stop, walk.over(kTotalsNow, {}, {month, month + 1}, visit, nowhere));
    if (stop || merchants.empty()) return stop;
    return add(*cubes_.days, merchants, days);
  }

  // Errors: corrupt (a year's cell with less in it than its months').
  Result<std::vector<TopRow>> take() {
    for (const auto& row : rows_) {
      if (row.sums.is_below_zero())
        return corrupt("totals: merchant " + std::to_string(row.merchant) + " has more in months of `" +
                       cubes_.months->name + "` than in their year: run `wonjang verify views`");
    }
    std::erase_if(rows_, [](const TopRow& row) { return row.sums.is_zero(); });
    const auto count = std::min<std::size_t>(query_.limit, rows_.size());
    std::partial_sort(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(count), rows_.end(),
                      [&](const TopRow& a, const TopRow& b) {
                        const auto x = measure_of(a.sums, query_.by), y = measure_of(b.sums, query_.by);
                        return x != y ? x > y : a.merchant < b.merchant;
                      });
    rows_.resize(count);
    return std::move(rows_);
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  // Its rows are merchants, of whom the greatest are shown.
  Ceilings most() const { return {.cells = query_.cells_max, .asker = Asker::top}; }

  Result<Stop> add(const CubeSpec& cube, std::span<const CellKey> merchants, Buckets buckets, int sign = +1) {
    const auto visit = [&](const CellKey& key, std::string_view, std::string_view bytes) -> Result<Seen> {
      if (!cell_.open(bytes)) {
        return corrupt("totals: a cell's bytes are cut, or no cell's: " +
                       describe_cell(cube, cell_key(cube, key)));
      }
      for (const auto& front : cell_.fronts()) {
        if (front.code() != query_.currency) continue;
        auto& sums = row_of(key.merchant).sums;
        if (!(sign > 0 ? sums.add(front.sums) : sums.subtract(front.sums))) return out_of_bounds(cube.name);
      }
      return Seen::used;
    };
    return CellWalk(cube, stored_, most(), reading_).over(kTotalsNow, merchants, buckets, visit, nowhere);
  }

  // Merchants are numbered densely: a list is their map.
  TopRow& row_of(MerchantNo merchant) {
    if (merchant >= places_.size()) places_.resize(std::size_t{merchant} + merchant / 2 + 1, kNone);
    auto& place = places_[merchant];
    if (place == kNone) {
      place = static_cast<std::uint32_t>(rows_.size());
      rows_.push_back({merchant, {}});
    }
    return rows_[place];
  }

  const TopCubes cubes_;
  const KvSnapshot& stored_;
  const TopQuery& query_;
  Reading& reading_;
  PackedCell cell_;
  std::vector<std::uint32_t> places_;
  std::vector<TopRow> rows_;
};

// Days up to the first whole month, whole months, days behind the last one. Each edge lies in one month.
struct Stretches {
  Buckets before{};
  Buckets months{};
  Buckets after{};
};

Stretches stretches_of(const TopQuery& query) {
  const auto month_of_first = bucket_of(Grain::month, query.from);
  const bool begins = first_day_of(Grain::month, month_of_first) == query.from;
  const auto first = begins ? month_of_first : month_of_first + 1;
  const auto last = bucket_of(Grain::month, query.until);
  if (first > last) return {.before = {query.from.days, query.until.days}};
  return {.before = {query.from.days, first_day_of(Grain::month, first).days},
          .months = {first, last},
          .after = {first_day_of(Grain::month, last).days, query.until.days}};
}

// "totals merchant_sales_year + merchant_sales_month + merchant_day", of those that are read.
std::string index_of(const TopCubes& cubes, const WholeParts& whole, bool has_days) {
  std::vector<std::string> names;
  const bool has_months = !whole.months.empty() || !whole.without.empty();
  if (!whole.years.empty()) names.push_back(cubes.years->name);
  if (names.empty() || has_months || has_days) names.push_back(cubes.months->name);
  if (has_days) names.push_back(cubes.days->name);
  std::string out = "totals";
  for (const auto& name : names) out.append(&name == &names.front() ? " " : " + ").append(name);
  return out;
}

}  // namespace

Result<std::variant<TopRows, Narrow>> read_top(std::span<const CubeSpec> cubes, const KvSnapshot& stored,
                                               const TopQuery& query) {
  using Out = std::variant<TopRows, Narrow>;
  if (query.limit == 0 || query.limit > TopQuery::kLimitMax) {
    return invalid("top merchants: a limit is 1 to " + std::to_string(TopQuery::kLimitMax));
  }
  if (query.from > query.until) return invalid("top merchants: the period ends before it begins");
  WJ_TRY(const TopCubes found, find_top_cubes(cubes, query));
  TopRows out;
  const auto [before, months, after] = stretches_of(query);
  const auto whole = whole_parts(months, found.years != nullptr);
  out.reading.index = index_of(found, whole, !before.is_empty() || !after.is_empty());
  Merchants merchants(found, stored, query, out.reading);
  WJ_TRY(auto stop, merchants.add_whole(whole));
  if (!stop) {
    WJ_TRY(stop, merchants.add_days(before));
  }
  if (!stop) {
    WJ_TRY(stop, merchants.add_days(after));
  }
  if (stop) return Out(*std::move(stop));
  WJ_TRY(out.rows, merchants.take());
  return Out(std::move(out));
}

}  // namespace wonjang::serving
