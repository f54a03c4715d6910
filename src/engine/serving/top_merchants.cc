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
  const CubeSpec* months;
  const CubeSpec* days;
};

Result<TopCubes> find_top_cubes(std::span<const CubeSpec> cubes, const TopQuery& query) {
  TopCubes out{};
  WJ_TRY(out.months, find_cube(cubes, query.month_cube));
  WJ_TRY(out.days, find_cube(cubes, query.day_cube));
  const auto& [months, days] = out;
  if (months->key != CubeKey::merchant || months->order != CubeOrder::bucket_first ||
      months->grain != Grain::month) {
    return invalid("cube `" + months->name +
                   "` doesn't have all merchants of a month side by side: declare one by merchant and month, "
                   "bucket_first");
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

class Merchants {
 public:
  Merchants(TopCubes cubes, const KvSnapshot& stored, const TopQuery& query, Reading& reading)
      : cubes_(cubes), stored_(stored), query_(query), reading_(reading) {}

  Result<Stop> add_months(Buckets months) { return add(*cubes_.months, {}, months); }

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

  std::vector<TopRow> take() {
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
  Ceilings most() const { return {.cells = query_.cells_max}; }

  Result<Stop> add(const CubeSpec& cube, std::span<const CellKey> merchants, Buckets buckets) {
    const auto visit = [&](const CellKey& key, std::string_view, std::string_view bytes) -> Result<Seen> {
      if (!cell_.open(bytes)) {
        return corrupt("totals: a cell's bytes are cut, or no cell's: " +
                       describe_cell(cube, cell_key(cube, key)));
      }
      for (const auto& front : cell_.fronts()) {
        if (front.code() == query_.currency && !row_of(key.merchant).sums.add(front.sums))
          return out_of_bounds(cube.name);
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
  out.reading.index = "totals " + found.months->name;
  if (!before.is_empty() || !after.is_empty()) out.reading.index += " + " + found.days->name;
  Merchants merchants(found, stored, query, out.reading);
  WJ_TRY(auto stop, merchants.add_months(months));
  if (!stop) {
    WJ_TRY(stop, merchants.add_days(before));
  }
  if (!stop) {
    WJ_TRY(stop, merchants.add_days(after));
  }
  if (stop) return Out(*std::move(stop));
  out.rows = merchants.take();
  return Out(std::move(out));
}

}  // namespace wonjang::serving
