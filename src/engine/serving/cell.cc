#include "engine/serving/cell.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"

namespace wonjang::serving {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kWithHistograms = 1;  // a flag

void put_measures(std::string& out, const Measures& m) {
  put_signed(out, m.amount.count);
  put_signed128(out, m.amount.sum);
  put_signed128(out, m.amount.sumsq);
  put_signed128(out, m.gross);
  put_signed128(out, m.canceled);
}

bool read_measures(ByteReader& in, Measures& m) {
  bool ok = true;
  m.amount.count = read_signed(in);
  m.amount.sum = read_signed128(in, ok);
  m.amount.sumsq = read_signed128(in, ok);
  m.gross = read_signed128(in, ok);
  m.canceled = read_signed128(in, ok);
  return ok && in.ok() && m.amount.count <= Moments::kCountMax && m.amount.count >= -Moments::kCountMax;
}

// The sized currency in front of packed dimensions, and what follows it.
struct SplitDims {
  std::string_view currency;
  std::string_view rest;
};
SplitDims split(std::string_view dims) {
  ByteReader in(dims);
  const auto currency = in.sized();
  return {currency, in.take(in.remaining())};
}

Error bad_cell(std::string_view what) { return corrupt("totals: a cell's " + std::string(what)); }

struct CurrencyFront {
  CurrencySums total;
  std::uint64_t groups = 0;
};

Result<bool> read_format(ByteReader& in) {
  const auto format = in.u8();
  const auto flags = in.u8();
  if (!in.ok() || format != kFormat || flags > kWithHistograms) return bad_cell("format is unknown");
  return flags == kWithHistograms;
}

Result<CurrencyFront> read_front(ByteReader& in) {
  CurrencyFront front;
  front.total.currency = in.sized();
  front.groups = in.varint();
  if (!read_measures(in, front.total.sums) || front.groups == 0 || front.groups > Cell::kGroupsMax) {
    return bad_cell("front is cut or out of bounds");
  }
  return front;
}

// A group that is alone in its currency has its sums in the front.
Result<Group> read_group(ByteReader& in, const CurrencyFront& front, bool histograms) {
  Group group;
  put_sized(group.dims, front.total.currency);
  group.dims += in.sized();
  if (front.groups == 1) {
    group.sums = front.total.sums;
  } else if (!read_measures(in, group.sums)) {
    return bad_cell("group is cut or out of bounds");
  }
  if (histograms) {
    WJ_TRY(group.amounts, Histogram::decode(in));
  }
  if (!in.ok()) return bad_cell("group is cut");
  if (group.is_zero()) return bad_cell("group is zero");
  return group;
}

void put_front(std::string& out, std::string_view currency, std::span<const Group> groups) {
  Measures sums;
  for (const auto& group : groups) {
    const bool fits = sums.add(group.sums);
    WJ_ASSERT(fits);  // merge() looked
  }
  put_sized(out, currency);
  put_varint(out, groups.size());
  put_measures(out, sums);
}

void put_groups(std::string& out, std::span<const Group> groups, bool histograms) {
  for (const auto& group : groups) {
    put_sized(out, split(group.dims).rest);
    if (groups.size() > 1) put_measures(out, group.sums);
    if (histograms) group.amounts.encode(out);
  }
}

// The groups by currency, in order. Sorting by packed dimensions keeps a currency's groups together.
std::vector<std::span<const Group>> by_currency(std::span<const Group> groups) {
  std::vector<std::span<const Group>> runs;
  for (std::size_t from = 0; from < groups.size();) {
    const auto currency = split(groups[from].dims).currency;
    std::size_t until = from + 1;
    while (until < groups.size() && split(groups[until].dims).currency == currency) ++until;
    runs.push_back(groups.subspan(from, until - from));
    from = until;
  }
  return runs;
}

bool fits_by_currency(std::span<const Group> groups) {
  for (const auto& run : by_currency(groups)) {
    Measures sums;
    for (const auto& group : run) {
      if (!sums.add(group.sums)) return false;
    }
  }
  return true;
}

}  // namespace

bool Measures::add(const Measures& other) {
  Measures next = *this;
  if (!try_add(next.gross, other.gross) || !try_add(next.canceled, other.canceled) ||
      !next.amount.add(other.amount)) {
    return false;
  }
  *this = next;
  return true;
}

bool Measures::subtract(const Measures& other) {
  Measures next = *this;
  if (!try_subtract(next.gross, other.gross) || !try_subtract(next.canceled, other.canceled) ||
      !next.amount.subtract(other.amount)) {
    return false;
  }
  *this = next;
  return true;
}

Group& Cell::group(std::string_view dims) {
  const auto at = std::lower_bound(groups_.begin(), groups_.end(), dims,
                                   [](const Group& g, std::string_view d) { return g.dims < d; });
  if (at != groups_.end() && at->dims == dims) return *at;
  return *groups_.insert(at, Group{std::string(dims), {}, {}});
}

void Cell::remove_zeros() {
  std::erase_if(groups_, [](const Group& group) { return group.is_zero(); });
}

Merged Cell::merge(const Cell& delta) {
  std::vector<Group> merged;
  merged.reserve(groups_.size() + delta.groups_.size());
  auto mine = groups_.begin();
  for (const auto& change : delta.groups_) {
    while (mine != groups_.end() && mine->dims < change.dims) merged.push_back(std::move(*mine++));
    if (mine == groups_.end() || mine->dims != change.dims) {
      merged.push_back(change);
      continue;
    }
    if (!mine->sums.add(change.sums)) return Merged::out_of_bounds;
    mine->amounts.add(change.amounts);
    merged.push_back(std::move(*mine++));
  }
  std::move(mine, groups_.end(), std::back_inserter(merged));
  groups_ = std::move(merged);
  remove_zeros();
  if (groups_.size() > kGroupsMax) return Merged::too_many_groups;
  return fits_by_currency(groups_) ? Merged::done : Merged::out_of_bounds;
}

std::string encode_cell(const Cell& cell) {
  const auto& groups = cell.groups();
  WJ_ASSERT(!groups.empty());
  const bool histograms =
      std::any_of(groups.begin(), groups.end(), [](const Group& g) { return !g.amounts.is_zero(); });
  const auto runs = by_currency(groups);
  std::string out;
  out.reserve(32 * groups.size() + 32);
  out.push_back(static_cast<char>(kFormat));
  out.push_back(static_cast<char>(histograms ? kWithHistograms : 0));
  put_varint(out, runs.size());
  for (const auto& run : runs) put_front(out, split(run.front().dims).currency, run);
  for (const auto& run : runs) put_groups(out, run, histograms);
  return out;
}

Result<Cell> decode_cell(std::string_view bytes) {
  ByteReader in(bytes);
  WJ_TRY(const bool histograms, read_format(in));
  const auto currencies = in.varint();
  if (!in.ok() || currencies == 0 || currencies > bytes.size()) return bad_cell("number of currencies");
  std::vector<CurrencyFront> fronts;
  for (std::uint64_t i = 0; i < currencies; ++i) {
    WJ_TRY(fronts.emplace_back(), read_front(in));
  }
  Cell cell;
  for (const auto& front : fronts) {
    Measures sums;
    for (std::uint64_t i = 0; i < front.groups; ++i) {
      WJ_TRY(auto group, read_group(in, front, histograms));
      if (!cell.groups_.empty() && !(cell.groups_.back().dims < group.dims))
        return bad_cell("groups don't rise");
      if (!sums.add(group.sums)) return bad_cell("groups are out of bounds");
      cell.groups_.push_back(std::move(group));
    }
    if (sums != front.total.sums) return bad_cell("front isn't the sum of its groups");
  }
  if (!in.at_end()) return bad_cell("bytes go on behind its end");
  return cell;
}

Result<void> decode_front(std::string_view bytes, std::vector<CurrencySums>& out) {
  out.clear();
  ByteReader in(bytes);
  WJ_TRY([[maybe_unused]] const bool histograms, read_format(in));
  const auto currencies = in.varint();
  if (!in.ok() || currencies == 0 || currencies > bytes.size()) return bad_cell("number of currencies");
  for (std::uint64_t i = 0; i < currencies; ++i) {
    WJ_TRY(auto front, read_front(in));
    out.push_back(front.total);
  }
  return {};
}

}  // namespace wonjang::serving
