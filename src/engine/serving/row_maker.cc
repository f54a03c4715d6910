#include "engine/serving/row_maker.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/bytes.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {
namespace {

bool add_signed(Measures& into, const Measures& sums, int sign) {
  return sign > 0 ? into.add(sums) : into.subtract(sums);
}

}  // namespace

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

RowMaker::RowMaker(const CubeSpec& cube, const TotalsQuery& query)
    : cube_(cube),
      query_(query),
      one_row_a_currency_(!query.percentiles && query.group_by.within({Dimension::currency})),
      front_is_enough_(one_row_a_currency_ && filtered_by(cube, query).within({Dimension::currency})),
      tells_groups_apart_(!query.group_by.within({Dimension::currency}) ||
                          !filtered_by(cube, query).within({Dimension::currency})),
      lens_(cube, query) {}

Result<Seen> RowMaker::add(const CellKey& key, std::string_view bytes, int sign) {
  if (!cell_.open(bytes)) return broken(key);
  if (cell_.is_saturated() && tells_groups_apart_) return Seen::saturated;
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

Result<std::vector<TotalsRow>> RowMaker::take() {
  const auto order_of = [](const TotalsRow& row) {
    return std::tie(row.bucket, row.merchant, row.organisation, row.dims);
  };
  const auto less = [&](const TotalsRow& a, const TotalsRow& b) { return order_of(a) < order_of(b); };
  std::erase_if(rows_, [](const TotalsRow& row) { return row.sums.is_zero() && row.amounts.is_zero(); });
  if (!std::is_sorted(rows_.begin(), rows_.end(), less)) std::sort(rows_.begin(), rows_.end(), less);
  return std::move(rows_);
}

Error RowMaker::broken(const CellKey& key) const {
  return corrupt("totals: a cell's bytes are cut, or no cell's: " +
                 describe_cell(cube_, cell_key(cube_, key)));
}

void RowMaker::begin_row(const CellKey& key) {
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

bool RowMaker::wants(const PackedCell::Front& front) const {
  return query_.currencies.empty() || std::find(query_.currencies.begin(), query_.currencies.end(),
                                                front.code()) != query_.currencies.end();
}

TotalsRow& RowMaker::row_of(const CellKey& key, const PackedCell::Front& front, bool grouped) {
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

Result<void> RowMaker::add_fronts(const CellKey& key, int sign) {
  for (const auto& front : cell_.fronts()) {
    if (!wants(front)) continue;
    if (!add_signed(row_of(key, front, false).sums, front.sums, sign)) return out_of_bounds(cube_.name);
  }
  return {};
}

Result<void> RowMaker::add_filtered(const CellKey& key, int sign) {
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

Result<void> RowMaker::add_groups(const CellKey& key, int sign) {
  PackedGroup group;
  Measures sums;
  while (cell_.next(group)) {
    const auto& front = cell_.fronts()[group.front];
    // Without dimensions there is nothing to look through the lens at, and nothing of it was asked for.
    if (!cell_.is_saturated() && !lens_.read(group.dims)) return broken(key);
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

}  // namespace wonjang::serving
