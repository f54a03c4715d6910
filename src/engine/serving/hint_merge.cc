#include "engine/serving/hint_merge.h"

#include <algorithm>
#include <utility>

namespace wonjang::serving {
namespace {

constexpr std::size_t kChunkMax = 256;
// A source that belongs mostly to other merchants gives way to the others after so many keys for each wanted.
constexpr std::size_t kPassedPerHint = 4;

constexpr auto kLater = [](const auto& a, const auto& b) { return a.place > b.place; };

}  // namespace

HintMerge::HintMerge(const KvSnapshot& snapshot, std::optional<MerchantNo> merchant, PlaceRange range,
                     ReadBudget& budget)
    : snapshot_(snapshot), merchant_(merchant), range_(range), budget_(budget), reached_(range.from) {}

void HintMerge::reserve(std::size_t values) {
  constexpr std::size_t kOthers = 16;
  heap_.reserve(values + kOthers);
  sources_.reserve(values + kOthers);
}

void HintMerge::add(TextField field, const Match& match) {
  Place first = range_.from;
  if (match.newest_us != Match::kUnknown) first = std::max(first, first_place_at(match.newest_us));
  if (first >= range_.until) return;
  heap_.push_back({first, static_cast<std::uint32_t>(sources_.size()), false});
  sources_.push_back({kPostings, static_cast<std::uint8_t>(field), match.value, -1});
}

void HintMerge::add(IdKind kind, std::string value) {
  heap_.push_back({range_.from, static_cast<std::uint32_t>(sources_.size()), false});
  sources_.push_back({kIds, static_cast<std::uint8_t>(kind), id_values_.size(), -1});
  id_values_.push_back(std::move(value));
}

void HintMerge::add(const Candidate& found) {
  if (found.place < range_.from || found.place >= range_.until) return;
  if (merchant_ && found.merchant != *merchant_) return;
  heap_.push_back({found.place, kFoundOtherwise + static_cast<std::uint32_t>(others_.size()), true});
  others_.push_back(found);
}

Result<HintMerge::Step> HintMerge::next(Candidate& out) {
  if (!std::exchange(is_heap_, true)) std::make_heap(heap_.begin(), heap_.end(), kLater);
  out = {};
  bool has = false;
  while (!heap_.empty()) {
    const Entry top = heap_.front();
    if (has && top.place != out.place) break;
    if (top.known) {
      take(pop(), out);
      has = true;
      continue;
    }
    // What was taken of this payment so far isn't all of it: whoever goes on begins with it.
    if (!may_go_on()) {
      reached_ = top.place;
      return Step::ceiling;
    }
    pop();
    WJ_CHECK(read_ahead(top.source, top.place));
  }
  reached_ = has ? after(out.place) : range_.until;
  return has ? Step::found : Step::end;
}

bool HintMerge::may_go_on() const {
  return budget_.has_seek() && budget_.has_row() && budget_.effort() <= effort_max_;
}

KvCursor& HintMerge::cursor_of(KvSpace space) {
  auto& cursor = spaces_[space == kIds ? 1 : 0].cursor;
  if (!cursor) cursor = snapshot_.scan(space, {}, {});
  return *cursor;
}

std::string HintMerge::prefix_of(const Source& source) const {
  return source.space == kIds ? id_prefix(static_cast<IdKind>(source.kind), id_values_[source.value])
                              : posting_prefix(static_cast<TextField>(source.kind), source.value);
}

void HintMerge::push(const Entry& entry) {
  heap_.push_back(entry);
  std::push_heap(heap_.begin(), heap_.end(), kLater);
}

HintMerge::Entry HintMerge::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), kLater);
  const Entry out = heap_.back();
  heap_.pop_back();
  return out;
}

Result<void> HintMerge::read_ahead(std::uint32_t source, Place from) {
  Source& its = sources_[source];
  if (its.run < 0) {
    its.run = static_cast<std::int32_t>(runs_.size());
    runs_.emplace_back();
  }
  Run& run = runs_[static_cast<std::size_t>(its.run)];
  KvCursor& cursor = cursor_of(its.space);
  const std::string prefix = prefix_of(its);
  auto& standing = spaces_[its.space == kIds ? 1 : 0].standing;
  if (standing != source) {
    std::string key = prefix;
    append_place(key, from);
    cursor.seek(key);
    ++budget_.seeks;
    standing = source;
  }
  WJ_CHECK(collect(cursor, prefix, run));
  put_back(source, run);
  return {};
}

// Up to a chunk of the source's hints, from where the cursor stands.
Result<void> HintMerge::collect(KvCursor& cursor, std::string_view prefix, Run& run) {
  run.hints.clear();
  run.at = 0;
  run.has_rest = false;
  for (std::size_t passed = 0; cursor.valid() && cursor.key().starts_with(prefix); cursor.next()) {
    // An id with a zero byte in it is longer, and another one.
    if (cursor.key().size() != prefix.size() + kPlaceSize) continue;
    const Place place = place_in(cursor.key());
    if (place >= range_.until) break;
    if (run.hints.size() == run.chunk || passed == run.chunk * kPassedPerHint || !budget_.has_row()) {
      run.rest = place;
      run.has_rest = true;
      break;
    }
    ++passed;
    ++budget_.rows;
    if (cursor.value().size() != 4) return corrupt("the views hold a hint of a wrong size: rebuild them");
    const MerchantNo merchant = ByteReader(cursor.value()).be32();
    if (!merchant_ || merchant == *merchant_) run.hints.push_back({place, merchant});
  }
  run.chunk = std::min(run.chunk * 4, kChunkMax);
  return cursor.status();
}

void HintMerge::put_back(std::uint32_t source, const Run& run) {
  if (run.at < run.hints.size()) {
    push({run.hints[run.at].place, source, true});
  } else if (run.has_rest) {
    push({run.rest, source, false});
  }
}

void HintMerge::take(const Entry& entry, Candidate& out) {
  out.place = entry.place;
  if (entry.source >= kFoundOtherwise) {
    const Candidate& found = others_[entry.source - kFoundOtherwise];
    out.merchant = found.merchant;
    out.ids |= found.ids;
    return;
  }
  const Source& source = sources_[entry.source];
  Run& run = runs_[static_cast<std::size_t>(source.run)];
  out.merchant = run.hints[run.at].merchant;
  if (source.space == kIds) out.ids |= bit_of(static_cast<IdKind>(source.kind));
  ++run.at;
  put_back(entry.source, run);
}

}  // namespace wonjang::serving
