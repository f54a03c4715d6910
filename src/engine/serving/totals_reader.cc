#include "engine/serving/totals_reader.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/assert.h"

namespace wonjang::serving {
namespace {

using Stop = std::optional<Narrow>;

template <typename T>
bool allows(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

Result<const CubeSpec*> find_cube(std::span<const CubeSpec> cubes, std::string_view name) {
  std::string known;
  for (const auto& cube : cubes) {
    if (cube.name == name) return &cube;
    known += (known.empty() ? "" : ", ") + cube.name;
  }
  return invalid("there is no cube `" + std::string(name) + "`; there are " + known);
}

std::string dimensions_of(const CubeSpec& cube) {
  std::string text;
  for (const auto d : {Dimension::method, Dimension::status, Dimension::kind, Dimension::channel,
                       Dimension::issuer, Dimension::organisation, Dimension::currency}) {
    if (cube.inner.has(d)) text += (text.empty() ? "" : ", ") + std::string(code_of(d));
  }
  return text;
}

Dimensions filtered_by(const CubeSpec& cube, const TotalsQuery& query) {
  Dimensions filters;
  const auto use = [&](bool used, Dimension d) {
    if (used) filters.insert(d);
  };
  use(!query.methods.empty(), Dimension::method);
  use(!query.statuses.empty(), Dimension::status);
  use(!query.kinds.empty(), Dimension::kind);
  use(!query.channels.empty(), Dimension::channel);
  use(!query.issuers.empty(), Dimension::issuer);
  use(!query.currencies.empty(), Dimension::currency);
  use(!query.organisations.empty() && cube.key != CubeKey::organisation, Dimension::organisation);
  return filters;
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

// The keys of one part of the answer, [from, until).
struct Part {
  std::string from;
  std::string until;
};

struct Buckets {
  std::int32_t from;
  std::int32_t until;
  bool is_empty() const { return from >= until; }
};

std::string cube_prefix(const CubeSpec& cube) {
  return {static_cast<char>(cube.id >> 8U), static_cast<char>(cube.id & 0xFFU)};
}

std::string cell_key(const CubeSpec& cube, const CellKey& key) {
  std::string out;
  append_cell_key(out, cube, key.merchant, key.organisation, key.bucket);
  return out;
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

// Smallest first key of a bucket, whatever the cube's key: for cubes with bucket_first.
std::string bucket_prefix(const CubeSpec& cube, std::int32_t bucket) {
  std::string out = cube_prefix(cube);
  append_ordered(out, bucket);
  return out;
}

std::vector<Part> parts_of(const CubeSpec& cube, std::span<const CellKey> keys, Buckets buckets) {
  std::vector<Part> parts;
  if (keys.empty() && cube.order == CubeOrder::key_first) {
    return {{cube_prefix(cube), after_prefix(cube_prefix(cube))}};
  }
  if (keys.empty()) return {{bucket_prefix(cube, buckets.from), bucket_prefix(cube, buckets.until)}};
  if (cube.order == CubeOrder::key_first) {
    for (const auto& [merchant, organisation, none] : keys) {
      parts.push_back({cell_key(cube, {merchant, organisation, buckets.from}),
                       cell_key(cube, {merchant, organisation, buckets.until})});
    }
    return parts;
  }
  for (auto bucket = buckets.from; bucket < buckets.until; ++bucket) {
    for (const auto& [merchant, organisation, none] : keys) {
      std::string key = cell_key(cube, {merchant, organisation, bucket});
      std::string end = after_prefix(key);
      parts.push_back({std::move(key), std::move(end)});
    }
  }
  return parts;
}

// How many parts there would be, before they are made.
std::uint64_t parts_count(const CubeSpec& cube, std::span<const CellKey> keys, Buckets buckets) {
  if (keys.empty() || buckets.is_empty()) return 1;
  if (cube.order == CubeOrder::key_first) return keys.size();
  return keys.size() * static_cast<std::uint64_t>(std::int64_t{buckets.until} - buckets.from);
}

Narrow narrow(const CubeSpec& cube, std::uint64_t cells_max) {
  return {"more than " + std::to_string(cells_max) + " cells of `" + cube.name +
              "` would be read; shorten the period" +
              (cube.key == CubeKey::none ? "" : ", name a " + std::string(code_of(cube.key))) +
              " or ask a cube with a coarser grain",
          cells_max};
}

// Walks the cells of one space within parts and buckets, and counts what it reads.
class Walk {
 public:
  Walk(const CubeSpec& cube, const KvSnapshot& stored, std::uint64_t cells_max, Reading& reading)
      : cube_(cube), stored_(stored), cells_max_(cells_max), reading_(reading) {}

  // visit(key, rest of the key, cell bytes) -> Result<bool>: whether the cell was of use. False for a late
  // cell that isn't: then `past` says where to go on.
  template <typename Visit, typename Past>
  Result<Stop> over(KvSpace space, std::span<const CellKey> keys, Buckets buckets, Visit visit, Past past) {
    if (buckets.is_empty()) return Stop();
    if (parts_count(cube_, keys, buckets) > cells_max_) return Stop(narrow(cube_, cells_max_));
    for (const auto& part : parts_of(cube_, keys, buckets)) {
      WJ_TRY(auto stop, over_part(space, part, buckets, visit, past));
      if (stop) return stop;
    }
    return Stop();
  }

 private:
  // Passing over a few keys is cheaper than seeking.
  static constexpr unsigned kPassedBeforeSeek = 4;

  template <typename Visit, typename Past>
  Result<Stop> over_part(KvSpace space, const Part& part, Buckets buckets, Visit& visit, Past& past) {
    ++reading_.seeks;
    const auto cursor = stored_.scan(space, part.from, part.until);
    for (unsigned passed = 0; cursor->valid();) {
      if (++reading_.rows_read > cells_max_) return Stop(narrow(cube_, cells_max_));
      std::string_view rest;
      auto key = read_cell_key(cube_, cursor->key(), rest);
      if (!key) return corrupt("totals: a key of cube `" + cube_.name + "`: " + to_hex(cursor->key()));
      std::optional<std::string> go_on;
      if (key->bucket < buckets.from || key->bucket >= buckets.until) {
        go_on = into_period(*std::move(key), buckets);
      } else {
        WJ_TRY(const bool used, visit(*key, rest, cursor->value()));
        if (!used && ++passed > kPassedBeforeSeek) go_on = past(*key);
        if (used) passed = 0;
      }
      if (go_on) {
        ++reading_.seeks;
        cursor->seek(*go_on);
        passed = 0;
      } else {
        cursor->next();
      }
    }
    WJ_CHECK(cursor->status());
    return Stop();
  }

  // All keys of a cube are walked, and this one's bucket isn't asked for: where its period begins, or behind
  // all that can still be its own.
  std::string into_period(CellKey key, Buckets buckets) const {
    if (key.bucket < buckets.from) {
      key.bucket = buckets.from;
      return cell_key(cube_, key);
    }
    key.bucket = std::numeric_limits<std::int32_t>::max();
    return after_prefix(cell_key(cube_, key));
  }

  const CubeSpec& cube_;
  const KvSnapshot& stored_;
  std::uint64_t cells_max_;
  Reading& reading_;
};

auto order_of(const TotalsRow& row) { return std::tie(row.bucket, row.merchant, row.organisation, row.dims); }

// Rows that grow: cells of one row mostly come one after the other.
class Rows {
 public:
  explicit Rows(std::string cube) : cube_(std::move(cube)) {}

  Result<void> add(TotalsRow row, int sign) {
    if (sign < 0) {
      TotalsRow negative = std::move(row);
      row = {};
      row.bucket = negative.bucket;
      row.merchant = negative.merchant;
      row.organisation = std::move(negative.organisation);
      row.dims = std::move(negative.dims);
      if (!row.sums.subtract(negative.sums)) return out_of_bounds(cube_);
      row.amounts.subtract(negative.amounts);
    }
    if (!rows_.empty() && order_of(rows_.back()) == order_of(row)) return into(rows_.back(), row);
    rows_.push_back(std::move(row));
    if (rows_.size() < compact_at_) return {};
    WJ_CHECK(compact());
    compact_at_ = std::max(compact_at_, 2 * rows_.size());
    return {};
  }

  Result<std::vector<TotalsRow>> take() {
    WJ_CHECK(compact());
    std::erase_if(rows_, [](const TotalsRow& row) { return row.sums.is_zero() && row.amounts.is_zero(); });
    return std::move(rows_);
  }

 private:
  Result<void> into(TotalsRow& row, const TotalsRow& more) {
    if (!row.sums.add(more.sums)) return out_of_bounds(cube_);
    row.amounts.add(more.amounts);
    return {};
  }

  Result<void> compact() {
    const auto less = [](const TotalsRow& a, const TotalsRow& b) { return order_of(a) < order_of(b); };
    if (!std::is_sorted(rows_.begin(), rows_.end(), less)) std::stable_sort(rows_.begin(), rows_.end(), less);
    std::size_t kept = 0;
    for (std::size_t i = 1; i < rows_.size(); ++i) {
      if (order_of(rows_[kept]) == order_of(rows_[i])) {
        WJ_CHECK(into(rows_[kept], rows_[i]));
      } else if (++kept != i) {
        rows_[kept] = std::move(rows_[i]);
      }
    }
    if (!rows_.empty()) rows_.resize(kept + 1);
    return {};
  }

  std::string cube_;
  std::vector<TotalsRow> rows_;
  std::size_t compact_at_ = 65'536;
};

// Turns cells into rows of one query.
class Answer {
 public:
  Answer(const CubeSpec& cube, const TotalsQuery& query)
      : cube_(cube),
        query_(query),
        front_is_enough_(!query.percentiles && query.group_by.within({Dimension::currency}) &&
                         filtered_by(cube, query).within({Dimension::currency})),
        rows_(cube.name) {}

  Result<void> add(const CellKey& key, std::string_view bytes, int sign) {
    return front_is_enough_ ? add_front(key, bytes, sign) : add_groups(key, bytes, sign);
  }

  Result<std::vector<TotalsRow>> take() { return rows_.take(); }

 private:
  TotalsRow row_of(const CellKey& key) const {
    TotalsRow row;
    if (query_.by) row.bucket = coarser(cube_.grain, key.bucket, *query_.by);
    if (query_.by_key) {
      row.merchant = key.merchant;
      row.organisation = key.organisation;
    }
    return row;
  }

  Result<void> add_front(const CellKey& key, std::string_view bytes, int sign) {
    WJ_CHECK(decode_front(bytes, front_));
    for (const auto& [currency, sums] : front_) {
      TotalsRow row = row_of(key);
      row.dims.currency = currency;
      row.sums = sums;
      if (allows(query_.currencies, row.dims.currency)) WJ_CHECK(rows_.add(std::move(row), sign));
    }
    return {};
  }

  Result<void> add_groups(const CellKey& key, std::string_view bytes, int sign) {
    WJ_TRY(const Cell cell, decode_cell(bytes));
    for (const auto& group : cell.groups()) {
      auto dims = read_dims(cube_, group.dims);
      if (!dims)
        return corrupt("totals: a group's dimensions in " + describe_cell(cube_, cell_key(cube_, key)));
      if (!passes(*dims)) continue;
      TotalsRow row = row_of(key);
      row.dims = grouped(*std::move(dims));
      row.sums = group.sums;
      if (query_.percentiles) row.amounts = group.amounts;
      WJ_CHECK(rows_.add(std::move(row), sign));
    }
    return {};
  }

  bool passes(const GroupDims& dims) const {
    return allows(query_.methods, dims.method) && allows(query_.statuses, dims.status) &&
           allows(query_.kinds, dims.kind) && allows(query_.channels, dims.channel) &&
           allows(query_.issuers, dims.issuer) && allows(query_.currencies, dims.currency) &&
           (cube_.key == CubeKey::organisation || allows(query_.organisations, dims.organisation));
  }

  // Keeps what is grouped by.
  GroupDims grouped(GroupDims dims) const {
    if (!query_.group_by.has(Dimension::method)) dims.method = 0;
    if (!query_.group_by.has(Dimension::status)) dims.status = 0;
    if (!query_.group_by.has(Dimension::kind)) dims.kind = 0;
    if (!query_.group_by.has(Dimension::channel)) dims.channel = 0;
    if (!query_.group_by.has(Dimension::issuer)) dims.issuer.clear();
    if (!query_.group_by.has(Dimension::organisation)) dims.organisation.clear();
    return dims;
  }

  const CubeSpec& cube_;
  const TotalsQuery& query_;
  const bool front_is_enough_;
  Rows rows_;
  std::vector<CurrencySums> front_;
};

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

Result<Stop> add_now(Walk& walk, const CubeSpec& cube, const TotalsQuery& query, Answer& answer) {
  const auto visit = [&](const CellKey& key, std::string_view rest, std::string_view bytes) -> Result<bool> {
    if (!rest.empty()) return corrupt("totals: a key of " + cube.name + " in totals_now is too long");
    WJ_CHECK(answer.add(key, bytes, +1));
    return true;
  };
  const auto past = [](const CellKey&) { return std::optional<std::string>(); };
  return walk.over(kTotalsNow, keys_of(cube, query), now_buckets(cube, query), visit, past);
}

// The late cells that tell then from now: those after the close where the bucket was over by then, those up
// to the close where it was still open (totals_writer.h).
Result<Stop> add_late(Walk& walk, const CubeSpec& cube, const TotalsQuery& query, Answer& answer) {
  const auto open = open_at(cube, query.close);
  const int sign_over = query.face == TotalsFace::then ? -1 : +1;
  const auto visit = [&](const CellKey& key, std::string_view rest, std::string_view bytes) -> Result<bool> {
    const auto recorded = read_ordered(rest);
    if (!recorded) return corrupt("totals: a key of " + cube.name + " in totals_late has no recorded day");
    const bool was_over = key.bucket < open;
    if (was_over != (*recorded > query.close.days)) return false;
    WJ_CHECK(answer.add(key, bytes, was_over ? sign_over : -sign_over));
    return true;
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

Result<std::variant<TotalsRows, Narrow>> read_totals(std::span<const CubeSpec> cubes,
                                                     const KvSnapshot& stored, const TotalsQuery& query) {
  using Out = std::variant<TotalsRows, Narrow>;
  WJ_TRY(const CubeSpec* cube, find_cube(cubes, query.cube));
  WJ_CHECK(check_query(*cube, query));
  TotalsRows out;
  out.reading.index = "totals " + cube->name + (query.face == TotalsFace::now ? "" : ", by recorded day");
  Walk walk(*cube, stored, query.cells_max, out.reading);
  Answer answer(*cube, query);
  WJ_TRY(auto stop, add_now(walk, *cube, query, answer));
  if (!stop && query.face != TotalsFace::now) {
    WJ_TRY(stop, add_late(walk, *cube, query, answer));
  }
  if (stop) return Out(*std::move(stop));
  WJ_TRY(out.rows, answer.take());
  return Out(std::move(out));
}

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

Result<const CubeSpec*> find_top_cube(std::span<const CubeSpec> cubes, const std::string& name, Grain grain) {
  WJ_TRY(const CubeSpec* cube, find_cube(cubes, name));
  if (cube->key == CubeKey::merchant && cube->order == CubeOrder::bucket_first && cube->grain == grain)
    return cube;
  return invalid("cube `" + name + "` doesn't have all merchants of a " + std::string(code_of(grain)) +
                 " side by side: declare one by merchant and " + std::string(code_of(grain)) +
                 ", bucket_first");
}

class Merchants {
 public:
  Merchants(const KvSnapshot& stored, const TopQuery& query, Reading& reading)
      : stored_(stored), query_(query), reading_(reading) {}

  Result<Stop> add(const CubeSpec& cube, Buckets buckets) {
    const auto visit = [&](const CellKey& key, std::string_view, std::string_view bytes) -> Result<bool> {
      WJ_CHECK(decode_front(bytes, front_));
      for (const auto& [currency, sums] : front_) {
        if (currency == query_.currency && !sums_[key.merchant].add(sums)) return out_of_bounds(cube.name);
      }
      return true;
    };
    const auto past = [](const CellKey&) { return std::optional<std::string>(); };
    return Walk(cube, stored_, query_.cells_max, reading_).over(kTotalsNow, {}, buckets, visit, past);
  }

  std::vector<TopRow> take() {
    std::vector<TopRow> rows;
    rows.reserve(sums_.size());
    for (auto& [merchant, sums] : sums_) rows.push_back({merchant, sums});
    const auto count = std::min<std::size_t>(query_.limit, rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(),
                      [&](const TopRow& a, const TopRow& b) {
                        const auto x = measure_of(a.sums, query_.by), y = measure_of(b.sums, query_.by);
                        return x != y ? x > y : a.merchant < b.merchant;
                      });
    rows.resize(count);
    return rows;
  }

 private:
  const KvSnapshot& stored_;
  const TopQuery& query_;
  Reading& reading_;
  std::unordered_map<MerchantNo, Measures> sums_;
  std::vector<CurrencySums> front_;
};

struct Stretch {
  const std::string* cube;
  Grain grain;
  Buckets buckets;
};

// Days up to the first whole month, whole months, days behind the last one; or just days.
std::vector<Stretch> stretches_of(const TopQuery& query) {
  const auto first = bucket_of(Grain::month, BusinessDate{query.from.days - 1}) + 1;
  const auto last = bucket_of(Grain::month, query.until);
  if (first >= last) return {{&query.day_cube, Grain::day, {query.from.days, query.until.days}}};
  const auto first_day = first_day_of(Grain::month, first).days,
             last_day = first_day_of(Grain::month, last).days;
  return {{&query.day_cube, Grain::day, {query.from.days, first_day}},
          {&query.month_cube, Grain::month, {first, last}},
          {&query.day_cube, Grain::day, {last_day, query.until.days}}};
}

}  // namespace

Result<std::variant<TopRows, Narrow>> read_top(std::span<const CubeSpec> cubes, const KvSnapshot& stored,
                                               const TopQuery& query) {
  using Out = std::variant<TopRows, Narrow>;
  if (query.limit == 0 || query.limit > TopQuery::kLimitMax) {
    return invalid("top merchants: a limit is 1 to " + std::to_string(TopQuery::kLimitMax));
  }
  if (query.from > query.until) return invalid("top merchants: the period ends before it begins");
  TopRows out;
  out.reading.index = "totals";
  Merchants merchants(stored, query, out.reading);
  for (const auto& [name, grain, buckets] : stretches_of(query)) {
    if (buckets.is_empty()) continue;
    WJ_TRY(const CubeSpec* cube, find_top_cube(cubes, *name, grain));
    out.reading.index += (out.reading.index == "totals" ? " " : " + ") + cube->name;
    WJ_TRY(auto stop, merchants.add(*cube, buckets));
    if (stop) return Out(*std::move(stop));
  }
  out.rows = merchants.take();
  return Out(std::move(out));
}

}  // namespace wonjang::serving
