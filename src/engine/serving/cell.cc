#include "engine/serving/cell.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "engine/serving/packed_cell.h"

namespace wonjang::serving {
namespace {

Error bad_cell(std::string_view what) { return corrupt("totals: a cell's " + std::string(what)); }

// Zigzag varints of up to 128 bits. Nearly all are below 2^63, where a machine word does.
char* put_number(char* at, int128 value) {
  uint128 bits = (static_cast<uint128>(value) << 1U) ^ (value < 0 ? ~static_cast<uint128>(0) : 0);
  while ((bits >> 64U) != 0) {
    *at++ = static_cast<char>(static_cast<std::uint8_t>(bits) | 0x80U);
    bits >>= 7U;
  }
  auto low = static_cast<std::uint64_t>(bits);
  while (low >= 0x80) {
    *at++ = static_cast<char>(static_cast<std::uint8_t>(low) | 0x80U);
    low >>= 7U;
  }
  *at++ = static_cast<char>(low);
  return at;
}

bool read_long_number(const char*& at, const char* end, uint128 bits, unsigned shift, int128& out) {
  for (; at != end && shift < 128; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    if (shift == 126 && byte > 3) return false;  // more than 128 bits
    bits |= static_cast<uint128>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) {
      out = static_cast<int128>((bits >> 1U) ^ (static_cast<uint128>(0) - (bits & 1U)));
      return true;
    }
  }
  return false;
}

bool read_number(const char*& at, const char* end, int128& out) {
  std::uint64_t bits = 0;
  unsigned shift = 0;
  for (; at != end && shift < 63; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    bits |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) {
      out = static_cast<std::int64_t>((bits >> 1U) ^ (std::uint64_t{0} - (bits & 1U)));
      return true;
    }
  }
  return read_long_number(at, end, bits, shift, out);
}

// Every number of a group, checked against its currency's front by the caller.
Result<Group> read_group(const PackedCell& cell, const PackedGroup& packed) {
  Group group;
  group.dims = std::string(cell.fronts()[packed.front].currency) + std::string(packed.dims);
  if (!cell.sums_of(packed, group.sums)) return bad_cell("group is out of bounds");
  if (cell.has_histograms()) {
    ByteReader in(packed.amounts);
    WJ_TRY(group.amounts, Histogram::decode(in));
    if (!in.at_end()) return bad_cell("histogram goes on behind its end");
  }
  if (group.is_zero()) return bad_cell("group is zero");
  return group;
}

}  // namespace

void put_measures(std::string& out, const Measures& m) {
  char bytes[1 + 5 * 19];  // 128 bits take 19 bytes at most
  char* end = put_number(bytes + 1, m.amount.count);
  for (const int128 number : {m.amount.sum, m.amount.sumsq, m.gross, m.canceled})
    end = put_number(end, number);
  bytes[0] = static_cast<char>(end - bytes - 1);
  out.append(bytes, static_cast<std::size_t>(end - bytes));
}

bool read_measures(std::string_view bytes, Measures& out) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  int128 count = 0;
  if (!read_number(at, end, count) || count > Moments::kCountMax || count < -Moments::kCountMax) return false;
  out.amount.count = static_cast<std::int64_t>(count);
  return read_number(at, end, out.amount.sum) && read_number(at, end, out.amount.sumsq) &&
         read_number(at, end, out.gross) && read_number(at, end, out.canceled) && at == end;
}

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

std::string_view currency_of(std::string_view dims) {
  const std::size_t size = dims.empty() ? 0 : static_cast<std::uint8_t>(dims.front());
  WJ_ASSERT(size <= kCurrencyMax);
  return dims.substr(0, 1 + size);
}

Group& Cell::group(std::string_view dims) {
  if (is_saturated_) dims = currency_of(dims);
  const auto at = std::lower_bound(groups_.begin(), groups_.end(), dims,
                                   [](const Group& g, std::string_view d) { return g.dims < d; });
  if (at != groups_.end() && at->dims == dims) return *at;
  return *groups_.insert(at, Group{std::string(dims), {}, {}});
}

void Cell::remove_zeros() {
  std::erase_if(groups_, [](const Group& group) { return group.is_zero(); });
}

bool Cell::add(std::string_view dims, const Measures& sums, const Histogram& amounts) {
  Group& into = group(dims);
  if (!into.sums.add(sums)) return false;
  into.amounts.add(amounts);
  return true;
}

bool Cell::saturate() {
  Cell joined;
  joined.is_saturated_ = true;
  for (const auto& group : groups_) {
    if (!joined.add(group.dims, group.sums, group.amounts)) return false;
  }
  joined.remove_zeros();
  *this = std::move(joined);
  return true;
}

std::string encode_cell(const Cell& cell) {
  WJ_ASSERT(!cell.is_empty());
  std::vector<GroupDelta> groups;
  for (const auto& group : cell.groups()) groups.push_back({group.dims, &group.sums, &group.amounts});
  std::string out;
  const auto stored = cell.is_saturated() ? kEmptySaturatedCell : std::string_view();
  const auto how = CellMerge().merge(stored, groups, /*never_below_zero=*/false, out);
  WJ_ASSERT(how && *how == Merged::done);
  return out;
}

Result<Cell> decode_cell(std::string_view bytes) {
  PackedCell packed;
  if (!packed.open(bytes)) return bad_cell("format or front is unknown, cut or out of bounds");
  Cell cell;
  cell.is_saturated_ = packed.is_saturated();
  std::vector<Measures> sums(packed.fronts().size());
  for (PackedGroup at; packed.next(at);) {
    WJ_TRY(auto group, read_group(packed, at));
    if (!cell.groups_.empty() && !(cell.groups_.back().dims < group.dims))
      return bad_cell("groups don't rise");
    if (!sums[at.front].add(group.sums)) return bad_cell("groups are out of bounds");
    cell.groups_.push_back(std::move(group));
  }
  if (packed.is_broken()) return bad_cell("groups are cut, or bytes go on behind them");
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i] != packed.fronts()[i].sums) return bad_cell("front isn't the sum of its groups");
  }
  return cell;
}

bool is_same_cell(std::string_view a, std::string_view b) {
  if (a == b) return true;
  auto one = a.empty() ? Result<Cell>(Cell()) : decode_cell(a);
  auto other = b.empty() ? Result<Cell>(Cell()) : decode_cell(b);
  if (!one || !other || (!one->is_saturated() && !other->is_saturated())) return false;
  return one->saturate() && other->saturate() && *one == *other;
}

}  // namespace wonjang::serving
