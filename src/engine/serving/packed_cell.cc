#include "engine/serving/packed_cell.h"

#include <algorithm>

namespace wonjang::serving {
namespace {

constexpr std::uint8_t kFormat = 2;
// Flags.
constexpr std::uint8_t kWithHistograms = 1;
constexpr std::uint8_t kSaturated = 2;
constexpr std::uint8_t kAllFlags = kWithHistograms | kSaturated;

Error bad_cell() { return corrupt("totals: a cell's bytes are cut, or no cell's"); }

}  // namespace

const std::string_view kEmptySaturatedCell("\x02\x02\x00", 3);

bool PackedCell::open(std::string_view bytes) {
  in_ = ByteReader(bytes);
  fronts_.clear();
  front_ = 0;
  left_ = 0;
  broken_ = true;
  const auto format = in_.u8();
  const auto flags = in_.u8();
  const auto currencies = in_.varint();
  if (!in_.ok() || format != kFormat || flags > kAllFlags || currencies > bytes.size()) return false;
  has_histograms_ = (flags & kWithHistograms) != 0;
  is_saturated_ = (flags & kSaturated) != 0;
  if (currencies == 0 && !is_saturated_) return false;
  const std::size_t groups_max = is_saturated_ ? 1 : Cell::kGroupsMax;
  for (std::uint64_t i = 0; i < currencies; ++i) {
    Front& front = fronts_.emplace_back();
    const auto code = in_.sized();
    front.groups = in_.varint();
    const auto sums = in_.sized();
    if (!in_.ok() || code.size() > kCurrencyMax || front.groups == 0 || front.groups > groups_max ||
        !read_measures(sums, front.sums)) {
      return false;
    }
    front.currency = {code.data() - 1, code.size() + 1};
  }
  if (!fronts_.empty()) left_ = fronts_.front().groups;
  broken_ = false;
  return true;
}

bool PackedCell::next(PackedGroup& out) {
  if (left_ == 0) {
    if (front_ + 1 >= fronts_.size()) {
      broken_ = broken_ || !in_.ok() || !in_.at_end();
      return false;
    }
    left_ = fronts_[++front_].groups;
  }
  --left_;
  out.front = front_;
  out.dims = in_.sized();
  out.sums = fronts_[front_].groups == 1 ? std::string_view() : in_.sized();
  out.amounts = has_histograms_ ? in_.sized() : std::string_view();
  broken_ =
      !in_.ok() || (fronts_[front_].groups > 1 && out.sums.empty()) || (is_saturated_ && !out.dims.empty());
  return !broken_;
}

bool PackedCell::sums_of(const PackedGroup& group, Measures& out) const {
  const Front& front = fronts_[group.front];
  if (front.groups > 1) return read_measures(group.sums, out);
  out = front.sums;
  return true;
}

CellMerge::Item& CellMerge::new_item(std::string_view dims) {
  if (items_used_ == items_.size()) items_.emplace_back();
  Item& item = items_[items_used_++];
  item.dims = dims;
  item.raw_sums = item.raw_amounts = {};
  if (!item.amounts.is_zero()) item.amounts = {};
  return item;
}

void CellMerge::advance() { at_group_ = stored_.next(group_); }

bool CellMerge::stands_at(std::string_view currency) const {
  return at_group_ && stored_.fronts()[group_.front].currency == currency;
}

void CellMerge::copy_group() {
  Item& item = new_item(group_.dims);
  item.raw_sums = group_.sums;
  item.raw_amounts = group_.amounts;
  if (group_.sums.empty()) item.sums = stored_.fronts()[group_.front].sums;
  advance();
}

Result<Merged> CellMerge::merge_group(const GroupDelta& delta, std::string_view dims, bool is_stored,
                                      bool never_below_zero) {
  Item& item = new_item(dims);
  item.sums = *delta.sums;
  if (!delta.amounts->is_zero()) item.amounts = *delta.amounts;
  if (is_stored) {
    Measures before;
    if (!stored_.sums_of(group_, before)) return bad_cell();
    if (!item.sums.add(before)) return Merged::out_of_bounds;
    if (!group_.amounts.empty()) {
      ByteReader in(group_.amounts);
      WJ_TRY(const auto amounts, Histogram::decode(in));
      item.amounts.add(amounts);
    }
    advance();
  }
  if (item.sums.is_zero() && item.amounts.is_zero()) {
    --items_used_;
    return Merged::done;
  }
  // A group that counts nothing sums to nothing.
  const bool below = item.sums.is_below_zero() || item.sums.amount.count == 0 || item.amounts.is_below_zero();
  return never_below_zero && below ? Merged::below_zero : Merged::done;
}

// All groups of one currency.
Result<Merged> CellMerge::merge_run(std::string_view currency, std::span<const GroupDelta>& deltas,
                                    bool never_below_zero) {
  Run run{currency, items_used_, {}};
  if (stands_at(currency)) run.sums = stored_.fronts()[group_.front].sums;
  while (true) {
    const bool has_stored = stands_at(currency);
    const bool has_delta = !deltas.empty() && deltas.front().dims.starts_with(currency);
    if (!has_stored && !has_delta) break;
    const auto dims = has_delta ? deltas.front().dims.substr(currency.size()) : std::string_view();
    if (!has_delta || (has_stored && group_.dims < dims)) {
      copy_group();
      continue;
    }
    if (!run.sums.add(*deltas.front().sums)) return Merged::out_of_bounds;
    WJ_TRY(const Merged how,
           merge_group(deltas.front(), dims, has_stored && group_.dims == dims, never_below_zero));
    if (how != Merged::done) return how;
    deltas = deltas.subspan(1);
  }
  run.groups = items_used_ - run.groups;
  if (run.groups > 0) runs_.push_back(run);
  return Merged::done;
}

// What `deltas` add to each currency, as one group each: joined_ and joined_deltas_. False: out of bounds.
bool CellMerge::join(std::span<const GroupDelta> deltas) {
  joined_ = {};
  joined_deltas_.clear();
  if (!joined_.saturate()) return false;
  for (const auto& delta : deltas) {
    if (!joined_.add(delta.dims, *delta.sums, *delta.amounts)) return false;
  }
  for (const auto& group : joined_.groups())
    joined_deltas_.push_back({group.dims, &group.sums, &group.amounts});
  return true;
}

// The items of each run become one.
Result<void> CellMerge::saturate() {
  is_saturated_ = true;
  const Item* item = items_.data();
  std::size_t used = 0;
  for (auto& run : runs_) {
    Histogram amounts;
    for (const Item* const end = item + run.groups; item != end; ++item) {
      amounts.add(item->amounts);
      if (item->raw_amounts.empty()) continue;
      ByteReader in(item->raw_amounts);
      WJ_TRY(const auto stored, Histogram::decode(in));
      amounts.add(stored);
    }
    run.groups = run.sums.is_zero() && amounts.is_zero() ? 0 : 1;
    if (run.groups == 0) continue;
    // Never in front of `item`: each run had one at least.
    items_[used++] = {.dims = {}, .raw_sums = {}, .raw_amounts = {}, .sums = run.sums, .amounts = amounts};
  }
  items_used_ = used;
  std::erase_if(runs_, [](const Run& run) { return run.groups == 0; });
  return {};
}

Result<Merged> CellMerge::merge(std::string_view stored, std::span<const GroupDelta> deltas,
                                bool never_below_zero, std::string& out) {
  out.clear();
  items_used_ = 0;
  runs_.clear();
  at_group_ = false;
  is_saturated_ = false;
  if (!stored.empty()) {
    if (!stored_.open(stored)) return bad_cell();
    is_saturated_ = stored_.is_saturated();
    advance();
  }
  if (is_saturated_) {
    if (!join(deltas)) return Merged::out_of_bounds;
    deltas = joined_deltas_;
  }
  WJ_TRY(const Merged how, merge_runs(deltas, never_below_zero));
  if (how != Merged::done) return how;
  if (!stored.empty() && stored_.is_broken()) return bad_cell();
  if (!is_saturated_ && items_used_ > groups_max_) WJ_CHECK(saturate());
  if (!runs_.empty() || is_saturated_) encode(out);
  return Merged::done;
}

Result<Merged> CellMerge::merge_runs(std::span<const GroupDelta> deltas, bool never_below_zero) {
  while (at_group_ || !deltas.empty()) {
    std::string_view currency = at_group_ ? stored_.fronts()[group_.front].currency : std::string_view();
    if (!deltas.empty()) {
      const auto other = currency_of(deltas.front().dims);
      if (!at_group_ || other < currency) currency = other;
    }
    WJ_TRY(const Merged how, merge_run(currency, deltas, never_below_zero));
    if (how != Merged::done) return how;
  }
  return Merged::done;
}

void CellMerge::encode(std::string& out) {
  const std::span<const Item> items = std::span(items_).first(items_used_);
  const bool histograms = std::any_of(items.begin(), items.end(), [](const Item& item) {
    return item.raw_amounts.size() > 1 || !item.amounts.is_zero();  // one byte: no buckets
  });
  out.push_back(static_cast<char>(kFormat));
  out.push_back(static_cast<char>((histograms ? kWithHistograms : 0) | (is_saturated_ ? kSaturated : 0)));
  put_varint(out, runs_.size());
  for (const auto& run : runs_) {
    out.append(run.currency);
    put_varint(out, run.groups);
    put_measures(out, run.sums);
  }
  const Item* item = items.data();
  for (const auto& run : runs_) {
    for (std::size_t i = 0; i < run.groups; ++i, ++item) {
      put_sized(out, item->dims);
      if (run.groups > 1 && item->raw_sums.empty()) put_measures(out, item->sums);
      if (run.groups > 1 && !item->raw_sums.empty()) put_sized(out, item->raw_sums);
      if (!histograms) continue;
      if (!item->raw_amounts.empty()) {
        put_sized(out, item->raw_amounts);
        continue;
      }
      scratch_.clear();
      item->amounts.encode(scratch_);
      put_sized(out, scratch_);
    }
  }
}

}  // namespace wonjang::serving
