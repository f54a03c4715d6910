#include "engine/serving/totals_reader.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/serving/cell_walk.h"
#include "engine/serving/row_maker.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {
namespace {

std::string dimensions_of(const CubeSpec& cube) {
  std::string text;
  for (const auto d : {Dimension::method, Dimension::status, Dimension::kind, Dimension::channel,
                       Dimension::issuer, Dimension::organisation, Dimension::currency}) {
    if (cube.inner.has(d)) text += (text.empty() ? "" : ", ") + std::string(code_of(d));
  }
  return text;
}

// The keys asked for; empty: all of them. One without a name for a cube that has none.
std::vector<CellKey> keys_of(const CubeSpec& cube, const TotalsQuery& query) {
  std::vector<CellKey> keys;
  switch (cube.key) {
    case CubeKey::none:
      keys.push_back({});
      break;
    case CubeKey::merchant:
      for (const auto merchant : query.merchants) keys.push_back({merchant, {}, 0});
      break;
    case CubeKey::organisation:
      for (const auto& organisation : query.organisations) keys.push_back({0, organisation, 0});
      break;
  }
  const auto order = [](const CellKey& a, const CellKey& b) {
    return std::tie(a.merchant, a.organisation) < std::tie(b.merchant, b.organisation);
  };
  std::sort(keys.begin(), keys.end(), order);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

// The first bucket that wasn't over at the close of `day`.
std::int32_t open_at(const CubeSpec& cube, BusinessDate day) {
  return bucket_of(cube.grain, BusinessDate{day.days + 1});
}

// totals_now's part: everything for now, the buckets that were over for then, the open ones for the
// difference.
Buckets now_buckets(const CubeSpec& cube, const TotalsQuery& query) {
  Buckets buckets{query.from, query.until};
  if (query.face == TotalsFace::then) buckets.until = std::min(query.until, open_at(cube, query.close));
  if (query.face == TotalsFace::difference) buckets.from = std::max(query.from, open_at(cube, query.close));
  return buckets;
}

Result<Stop> add_now(CellWalk& walk, const CubeSpec& cube, const TotalsQuery& query, RowMaker& rows) {
  const auto visit = [&](const CellKey& key, std::string_view rest, std::string_view bytes) -> Result<Seen> {
    if (!rest.empty()) return corrupt("totals: a key of " + cube.name + " in totals_now is too long");
    return rows.add(key, bytes, +1);
  };
  const auto past = [](const CellKey&) { return std::optional<std::string>(); };
  return walk.over(kTotalsNow, keys_of(cube, query), now_buckets(cube, query), visit, past);
}

// The late cells that tell then from now: those after the close where the bucket was over by then, those up
// to the close where it was still open (totals_writer.h).
Result<Stop> add_late(CellWalk& walk, const CubeSpec& cube, const TotalsQuery& query, RowMaker& rows) {
  const auto open = open_at(cube, query.close);
  const int sign_over = query.face == TotalsFace::then ? -1 : +1;
  const auto visit = [&](const CellKey& key, std::string_view rest, std::string_view bytes) -> Result<Seen> {
    const auto recorded = read_ordered(rest);
    if (!recorded) return corrupt("totals: a key of " + cube.name + " in totals_late has no recorded day");
    const bool was_over = key.bucket < open;
    if (was_over != (*recorded > query.close.days)) return Seen::passed;
    return rows.add(key, bytes, was_over ? sign_over : -sign_over);
  };
  const auto past = [&](const CellKey& key) -> std::optional<std::string> {
    std::string after = cell_key(cube, key);
    if (key.bucket >= open) return after_prefix(after);
    append_ordered(after, query.close.days + 1);
    return after;
  };
  return walk.over(kTotalsLate, keys_of(cube, query), {query.from, query.until}, visit, past);
}

}  // namespace

Result<const CubeSpec*> find_cube(std::span<const CubeSpec> cubes, std::string_view name) {
  std::string known;
  for (const auto& cube : cubes) {
    if (cube.name == name) return &cube;
    known += (known.empty() ? "" : ", ") + cube.name;
  }
  return invalid("there is no cube `" + std::string(name) + "`; there are " + known);
}

Result<void> check_query(const CubeSpec& cube, const TotalsQuery& query) {
  const auto no = [&](const std::string& why) { return invalid("cube `" + cube.name + "` " + why); };
  if (!filtered_by(cube, query).within(cube.inner) || !query.group_by.within(cube.inner)) {
    return no("tells apart " + dimensions_of(cube) +
              " and nothing else: filter and group by those, or ask another");
  }
  if (!query.merchants.empty() && cube.key != CubeKey::merchant) return no("is not kept by merchant");
  if (query.by_key && cube.key == CubeKey::none) return no("has no key to make a row of");
  if (query.by && *query.by < cube.grain) {
    return no("is kept by " + std::string(code_of(cube.grain)) + ", which can be made coarser, not finer");
  }
  if (query.percentiles && !cube.percentiles) return no("keeps no percentiles");
  if (query.face != TotalsFace::now && !cube.history) {
    return no("keeps no history, so how it stood at a close is not known");
  }
  if (query.from > query.until) return no("is asked for a period that ends before it begins");
  return {};
}

Result<std::variant<TotalsRows, Narrow>> read_totals(std::span<const CubeSpec> cubes,
                                                     const KvSnapshot& stored, const TotalsQuery& query) {
  using Out = std::variant<TotalsRows, Narrow>;
  WJ_TRY(const CubeSpec* cube, find_cube(cubes, query.cube));
  WJ_CHECK(check_query(*cube, query));
  TotalsRows out;
  out.reading.index = "totals " + cube->name + (query.face == TotalsFace::now ? "" : ", by recorded day");
  CellWalk walk(*cube, stored, {query.cells_max, query.rows_max, query.cells_before, query.asker},
                out.reading);
  RowMaker rows(*cube, query);
  WJ_TRY(auto stop, add_now(walk, *cube, query, rows));
  if (!stop && query.face != TotalsFace::now) {
    WJ_TRY(stop, add_late(walk, *cube, query, rows));
  }
  if (stop) return Out(*std::move(stop));
  WJ_TRY(out.rows, rows.take());
  return Out(std::move(out));
}

}  // namespace wonjang::serving
