#include "engine/serving/search_walk.h"

#include <algorithm>
#include <utility>

namespace wonjang::serving {
namespace {

// [from, until) behind `prefix`.
KeyRange keys_of(const std::string& prefix, const PlaceRange& range) {
  KeyRange out{prefix, prefix};
  append_place(out.from, range.from);
  append_place(out.until, range.until);
  return out;
}

}  // namespace

SearchWalk::SearchWalk(const KvSnapshot& snapshot, std::optional<MerchantNo> merchant, PlaceRange range,
                       HintMerge& ids, ReadBudget& budget)
    : snapshot_(snapshot),
      merchant_(merchant),
      range_(range),
      ids_(ids),
      budget_(budget),
      reached_(range.from) {}

Result<HintMerge::Step> SearchWalk::next(std::size_t count, SearchChunk& out) {
  out.clear();
  if (!cursor_) {
    const KeyRange keys = keys_of(merchant_ ? merchant_prefix(*merchant_) : std::string(), range_);
    cursor_ = snapshot_.scan(merchant_ ? kRows : kTimeline, keys.from, keys.until);
    ++budget_.seeks;
  }
  for (; cursor_->valid() && out.candidates.size() < count; cursor_->next()) {
    Candidate candidate;
    const bool is_whole = cursor_->key().size() == (merchant_ ? kPlaceSize + 4 : kPlaceSize) &&
                          (merchant_ || cursor_->value().size() == 4);
    if (!is_whole) return corrupt("the views hold a key of a wrong size: rebuild them");
    candidate.place = place_in(cursor_->key());
    candidate.merchant = merchant_ ? *merchant_ : ByteReader(cursor_->value()).be32();
    WJ_TRY(const bool marked, mark_ids(candidate));
    // Whatever was read before: by one row at least it gets on.
    if (!marked || (has_walked_ && !budget_.has_row())) {
      if (!merchant_) WJ_CHECK(add_rows(out));
      return HintMerge::Step::ceiling;
    }
    ++budget_.rows;
    has_walked_ = true;
    reached_ = after(candidate.place);
    out.candidates.push_back(candidate);
    if (merchant_) out.rows.emplace_back(cursor_->value());
  }
  WJ_CHECK(cursor_->status());
  if (!merchant_) WJ_CHECK(add_rows(out));
  if (cursor_->valid()) return HintMerge::Step::found;
  reached_ = range_.until;
  return HintMerge::Step::end;
}

// False: what ids say about this payment can't be read any more within the budget.
Result<bool> SearchWalk::mark_ids(Candidate& candidate) {
  while (!ids_ended_ && (!id_ || id_->place < candidate.place)) {
    WJ_TRY(const auto step, ids_.next(id_.emplace()));
    ids_ended_ = step != HintMerge::Step::found;
    if (step == HintMerge::Step::ceiling) ids_known_until_ = ids_.reached();
  }
  if (candidate.place >= ids_known_until_) {
    // Between the row before and this one there is none: all in front of this place is done.
    reached_ = std::max(reached_, ids_known_until_);
    return false;
  }
  if (!ids_ended_ && id_->place == candidate.place) candidate.ids = id_->ids;
  return true;
}

Result<void> SearchWalk::add_rows(SearchChunk& out) const {
  WJ_TRY(out.rows, rows_of(snapshot_, out.candidates));
  return {};
}

Result<std::vector<std::optional<std::string>>> rows_of(const KvSnapshot& snapshot,
                                                        const std::vector<Candidate>& candidates) {
  std::vector<std::string> keys;
  keys.reserve(candidates.size());
  for (const auto& candidate : candidates) {
    keys.push_back(merchant_prefix(candidate.merchant));
    append_place(keys.back(), candidate.place);
  }
  return snapshot.get_many(kRows, keys);
}

}  // namespace wonjang::serving
