#include "engine/serving/totals_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "engine/serving/flat_keys.h"
#include "engine/serving/packed_cell.h"

namespace wonjang::serving {
namespace {

using Stop = std::optional<Narrow>;

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

Narrow too_many_rows(const CubeSpec& cube, std::uint64_t rows_max) {
  return {"the answer would have more than " + std::to_string(rows_max) + " rows of `" + cube.name +
              "`; shorten the period, ask for a coarser grain (`by`) or group by less",
          rows_max};
}

// Of a cell: it was of use; it is a late one that isn't; it makes more rows than an answer may have.
enum class Seen : std::uint8_t { used, passed, one_row_too_many };

struct Ceilings {
  std::uint64_t cells = 0;
  std::uint64_t rows = 0;
};

// Walks the cells of one space within parts and buckets, and counts what it reads.
class Walk {
 public:
  Walk(const CubeSpec& cube, const KvSnapshot& stored, Ceilings most, Reading& reading)
      : cube_(cube), stored_(stored), most_(most), reading_(reading) {}

  // visit(key, rest of the key, cell bytes) -> Result<Seen>. Behind cells that were passed `past` says where
  // to go on.
  template <typename Visit, typename Past>
  Result<Stop> over(KvSpace space, std::span<const CellKey> keys, Buckets buckets, Visit visit, Past past) {
    if (buckets.is_empty()) return Stop();
    if (parts_count(cube_, keys, buckets) > most_.cells) return Stop(narrow(cube_, most_.cells));
    // One cursor for all parts: going on is cheaper than beginning.
    const auto parts = parts_of(cube_, keys, buckets);
    const auto cursor = stored_.scan(space, parts.front().from, parts.back().until);
    ++reading_.seeks;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0 && cursor->valid() && cursor->key() < parts[i].from) {
        ++reading_.seeks;
        cursor->seek(parts[i].from);
      }
      WJ_TRY(auto stop, over_part(*cursor, parts[i], buckets, visit, past));
      if (stop) return stop;
    }
    WJ_CHECK(cursor->status());
    return Stop();
  }

 private:
  // Passing over a few keys is cheaper than seeking.
  static constexpr unsigned kPassedBeforeSeek = 4;

  template <typename Visit, typename Past>
  Result<Stop> over_part(KvCursor& cursor, const Part& part, Buckets buckets, Visit& visit, Past& past) {
    const auto is_within = [&](std::string_view key) { return part.until.empty() || key < part.until; };
    for (unsigned passed = 0; cursor.valid();) {
      const auto stored_key = cursor.key();
      if (!is_within(stored_key)) break;
      if (++reading_.rows_read > most_.cells) return Stop(narrow(cube_, most_.cells));
      std::string_view rest;
      auto key = read_cell_key(cube_, stored_key, rest);
      if (!key) return corrupt("totals: a key of cube `" + cube_.name + "`: " + to_hex(stored_key));
      std::optional<std::string> go_on;
      if (key->bucket < buckets.from || key->bucket >= buckets.until) {
        go_on = into_period(*std::move(key), buckets);
      } else {
        WJ_TRY(const Seen seen, visit(*key, rest, cursor.value()));
        if (seen == Seen::one_row_too_many) return Stop(too_many_rows(cube_, most_.rows));
        if (seen == Seen::used) passed = 0;
        if (seen == Seen::passed && ++passed > kPassedBeforeSeek) go_on = past(*key);
      }
      if (go_on) {
        ++reading_.seeks;
        cursor.seek(*go_on);
        passed = 0;
      } else {
        cursor.next();
      }
    }
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
  const Ceilings most_;
  Reading& reading_;
};

// Which groups a question lets through and what it tells apart, by where a cube's packed dimensions have it:
// a byte each of method, status, kind and channel, then sized issuer and organisation (cube.h).
class GroupLens {
 public:
  GroupLens(const CubeSpec& cube, const TotalsQuery& query)
      : issuers_(query.issuers),
        organisations_(query.organisations),
        has_issuer_(cube.inner.has(Dimension::issuer)),
        has_organisation_(cube.inner.has(Dimension::organisation)),
        shows_issuer_(query.group_by.has(Dimension::issuer)),
        shows_organisation_(query.group_by.has(Dimension::organisation)) {
    take_byte(cube, query, Dimension::method, query.methods);
    take_byte(cube, query, Dimension::status, query.statuses);
    take_byte(cube, query, Dimension::kind, query.kinds);
    take_byte(cube, query, Dimension::channel, query.channels);
    reads_texts_ = shows_issuer_ || shows_organisation_ || !issuers_.empty() ||
                   (has_organisation_ && !organisations_.empty());
  }

  // False: these are no dimensions of the cube. Otherwise passes() and append_shown() are about them.
  bool read(std::string_view dims) {
    if (dims.size() < bytes_) return false;
    dims_ = dims;
    issuer_ = organisation_ = {};
    if (!reads_texts_) return true;
    ByteReader in(dims.substr(bytes_));
    if (has_issuer_) issuer_ = in.sized();
    if (has_organisation_) organisation_ = in.sized();
    return in.ok() && in.at_end();
  }

  bool passes() const {
    for (const auto& [at, wanted] : filters_) {
      if (!wanted[static_cast<std::uint8_t>(dims_[at])]) return false;
    }
    return (issuers_.empty() || holds(issuers_, issuer_)) &&
           (!has_organisation_ || organisations_.empty() || holds(organisations_, organisation_));
  }

  // The same bytes for groups of one row.
  void append_shown(std::string& out) const {
    for (const auto& [at, dimension] : shown_) out.push_back(dims_[at]);
    if (shows_issuer_) put_sized(out, issuer_);
    if (shows_organisation_) put_sized(out, organisation_);
  }
  GroupDims shown() const {
    GroupDims out;
    for (const auto& [at, dimension] : shown_) out.*dimension = static_cast<std::uint8_t>(dims_[at]);
    if (shows_issuer_) out.issuer = issuer_;
    if (shows_organisation_) out.organisation = organisation_;
    return out;
  }

 private:
  struct Filter {
    std::size_t at;
    std::array<bool, 256> wanted;
  };
  struct Shown {
    std::size_t at;
    std::uint8_t GroupDims::*dimension;
  };

  static bool holds(const std::vector<std::string>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }
  static std::uint8_t GroupDims::*member_of(Dimension d) {
    return d == Dimension::method   ? &GroupDims::method
           : d == Dimension::status ? &GroupDims::status
           : d == Dimension::kind   ? &GroupDims::kind
                                    : &GroupDims::channel;
  }
  void take_byte(const CubeSpec& cube, const TotalsQuery& query, Dimension d,
                 const std::vector<std::uint8_t>& wanted) {
    if (!cube.inner.has(d)) return;
    const std::size_t at = bytes_++;
    if (query.group_by.has(d)) shown_.push_back({at, member_of(d)});
    if (wanted.empty()) return;
    filters_.push_back({at, {}});
    for (const auto value : wanted) filters_.back().wanted[value] = true;
  }

  const std::vector<std::string>& issuers_;
  const std::vector<std::string>& organisations_;
  const bool has_issuer_;
  const bool has_organisation_;
  const bool shows_issuer_;
  const bool shows_organisation_;
  bool reads_texts_ = false;
  std::size_t bytes_ = 0;
  std::vector<Filter> filters_;
  std::vector<Shown> shown_;
  std::string_view dims_;
  std::string_view issuer_;
  std::string_view organisation_;
};

bool add_signed(Measures& into, const Measures& sums, int sign) {
  return sign > 0 ? into.add(sums) : into.subtract(sums);
}

// Turns cells into rows of one query: a row is found by its bytes, and made when it is met first.
class Answer {
 public:
  Answer(const CubeSpec& cube, const TotalsQuery& query)
      : cube_(cube),
        query_(query),
        one_row_a_currency_(!query.percentiles && query.group_by.within({Dimension::currency})),
        front_is_enough_(one_row_a_currency_ && filtered_by(cube, query).within({Dimension::currency})),
        lens_(cube, query) {}

  Result<Seen> add(const CellKey& key, std::string_view bytes, int sign) {
    if (!cell_.open(bytes)) return broken(key);
    begin_row(key);
    if (front_is_enough_) {
      WJ_CHECK(add_fronts(key, sign));
    } else if (one_row_a_currency_) {
      WJ_CHECK(add_filtered(key, sign));
    } else {
      WJ_CHECK(add_groups(key, sign));
    }
    return rows_.size() > query_.rows_max ? Seen::one_row_too_many : Seen::used;
  }

  Result<std::vector<TotalsRow>> take() {
    const auto order_of = [](const TotalsRow& row) {
      return std::tie(row.bucket, row.merchant, row.organisation, row.dims);
    };
    const auto less = [&](const TotalsRow& a, const TotalsRow& b) { return order_of(a) < order_of(b); };
    std::erase_if(rows_, [](const TotalsRow& row) { return row.sums.is_zero() && row.amounts.is_zero(); });
    if (!std::is_sorted(rows_.begin(), rows_.end(), less)) std::sort(rows_.begin(), rows_.end(), less);
    return std::move(rows_);
  }

 private:
  Error broken(const CellKey& key) const {
    return corrupt("totals: a cell's bytes are cut, or no cell's: " +
                   describe_cell(cube_, cell_key(cube_, key)));
  }

  // The part of a row's name that all groups of the cell have.
  void begin_row(const CellKey& key) {
    bucket_.reset();
    name_.clear();
    if (query_.by) {
      bucket_ = coarser(cube_.grain, key.bucket, *query_.by);
      append_ordered(name_, *bucket_);
    }
    if (!query_.by_key) return;
    put_be32(name_, key.merchant);
    put_sized(name_, key.organisation);
  }

  bool wants(const PackedCell::Front& front) const {
    return query_.currencies.empty() || std::find(query_.currencies.begin(), query_.currencies.end(),
                                                  front.code()) != query_.currencies.end();
  }

  // The row of the cell's key, a currency and, with `grouped`, of the group in the lens.
  TotalsRow& row_of(const CellKey& key, const PackedCell::Front& front, bool grouped) {
    const std::size_t common = name_.size();
    name_.append(front.currency);
    if (grouped) lens_.append_shown(name_);
    const bool is_last = !rows_.empty() && name_ == last_name_;
    const FlatKeys::Number found = is_last ? FlatKeys::Number{last_, false} : names_.number_of(name_);
    if (!is_last) last_name_ = name_;
    last_ = found.number;
    name_.resize(common);
    if (!found.is_new) return rows_[last_];
    TotalsRow& row = rows_.emplace_back();
    row.bucket = bucket_;
    if (query_.by_key) {
      row.merchant = key.merchant;
      row.organisation = key.organisation;
    }
    if (grouped) row.dims = lens_.shown();
    row.dims.currency = front.code();
    return row;
  }

  Result<void> add_fronts(const CellKey& key, int sign) {
    for (const auto& front : cell_.fronts()) {
      if (!wants(front)) continue;
      if (!add_signed(row_of(key, front, false).sums, front.sums, sign)) return out_of_bounds(cube_.name);
    }
    return {};
  }

  // Adds up a currency's groups first, and looks for its row once.
  Result<void> add_filtered(const CellKey& key, int sign) {
    PackedGroup group;
    Measures all, sums;
    std::uint32_t front = 0;
    bool any = false;
    const auto flush = [&] {
      if (!any) return true;
      any = false;
      const Measures added = all;
      all = {};
      return add_signed(row_of(key, cell_.fronts()[front], false).sums, added, sign);
    };
    while (cell_.next(group)) {
      if (group.front != front) {
        if (!flush()) return out_of_bounds(cube_.name);
        front = group.front;
      }
      if (!lens_.read(group.dims)) return broken(key);
      if (!lens_.passes() || !wants(cell_.fronts()[front])) continue;
      if (!cell_.sums_of(group, sums)) return broken(key);
      if (!all.add(sums)) return out_of_bounds(cube_.name);
      any = true;
    }
    if (cell_.is_broken()) return broken(key);
    if (!flush()) return out_of_bounds(cube_.name);
    return {};
  }

  Result<void> add_groups(const CellKey& key, int sign) {
    PackedGroup group;
    Measures sums;
    while (cell_.next(group)) {
      const auto& front = cell_.fronts()[group.front];
      if (!lens_.read(group.dims)) return broken(key);
      if (!lens_.passes() || !wants(front)) continue;
      if (!cell_.sums_of(group, sums)) return broken(key);
      TotalsRow& row = row_of(key, front, true);
      if (!add_signed(row.sums, sums, sign)) return out_of_bounds(cube_.name);
      if (!query_.percentiles || group.amounts.empty()) continue;
      ByteReader in(group.amounts);
      WJ_TRY(const auto amounts, Histogram::decode(in));
      sign > 0 ? row.amounts.add(amounts) : row.amounts.subtract(amounts);
    }
    if (cell_.is_broken()) return broken(key);
    return {};
  }

  const CubeSpec& cube_;
  const TotalsQuery& query_;
  const bool one_row_a_currency_;
  const bool front_is_enough_;
  GroupLens lens_;
  PackedCell cell_;
  std::optional<std::int32_t> bucket_;
  std::string name_;
  FlatKeys names_;
  std::string last_name_;  // cells of one row mostly come one after the other
  std::uint32_t last_ = 0;
  std::vector<TotalsRow> rows_;
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
  const auto visit = [&](const CellKey& key, std::string_view rest, std::string_view bytes) -> Result<Seen> {
    if (!rest.empty()) return corrupt("totals: a key of " + cube.name + " in totals_now is too long");
    return answer.add(key, bytes, +1);
  };
  const auto past = [](const CellKey&) { return std::optional<std::string>(); };
  return walk.over(kTotalsNow, keys_of(cube, query), now_buckets(cube, query), visit, past);
}

// The late cells that tell then from now: those after the close where the bucket was over by then, those up
// to the close where it was still open (totals_writer.h).
Result<Stop> add_late(Walk& walk, const CubeSpec& cube, const TotalsQuery& query, Answer& answer) {
  const auto open = open_at(cube, query.close);
  const int sign_over = query.face == TotalsFace::then ? -1 : +1;
  const auto visit = [&](const CellKey& key, std::string_view rest, std::string_view bytes) -> Result<Seen> {
    const auto recorded = read_ordered(rest);
    if (!recorded) return corrupt("totals: a key of " + cube.name + " in totals_late has no recorded day");
    const bool was_over = key.bucket < open;
    if (was_over != (*recorded > query.close.days)) return Seen::passed;
    return answer.add(key, bytes, was_over ? sign_over : -sign_over);
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
  Walk walk(*cube, stored, {query.cells_max, query.rows_max}, out.reading);
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
    Walk walk(*cubes_.months, stored_, most(), reading_);
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
    return Walk(cube, stored_, most(), reading_).over(kTotalsNow, merchants, buckets, visit, nowhere);
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
