// SearchWalk: every payment of a merchant, or of all, newest first, with the hints of ids that point to it.
// The plan for texts that so many values contain that looking each of them up would cost more than looking at
// rows; and it is right without the dictionary.
//
// Threads: one owner.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/serving/hint_merge.h"

namespace wonjang::serving {

// Payments in order, each with its row as stored; a row that isn't there is a hint to nothing.
struct SearchChunk {
  std::vector<Candidate> candidates;
  std::vector<std::optional<std::string>> rows;
  void clear() {
    candidates.clear();
    rows.clear();
  }
};

class SearchWalk {
 public:
  // `ids` holds hints of ids only, from `range.from` on, and outlives this; so does `budget`.
  SearchWalk(const KvSnapshot& snapshot, std::optional<MerchantNo> merchant, PlaceRange range, HintMerge& ids,
             ReadBudget& budget);

  // Up to `count` more payments into `out`, replacing what it held. Steps: found (go on), end and ceiling
  // (these are the last ones). Errors: corrupt, unavailable.
  Result<HintMerge::Step> next(std::size_t count, SearchChunk& out);
  // Nothing before this place is still to come.
  Place reached() const { return reached_; }

 private:
  Result<bool> mark_ids(Candidate& candidate);
  Result<void> add_rows(SearchChunk& out) const;

  const KvSnapshot& snapshot_;
  const std::optional<MerchantNo> merchant_;
  const PlaceRange range_;
  HintMerge& ids_;
  ReadBudget& budget_;
  std::unique_ptr<KvCursor> cursor_;  // of rows, or of the timeline
  std::optional<Candidate> id_;       // the next payment that ids point to
  bool ids_ended_ = false;
  Place ids_known_until_ = kNoPlace;
  bool has_walked_ = false;
  Place reached_;
};

// The rows of `candidates`, in their order. Errors: those of the snapshot.
Result<std::vector<std::optional<std::string>>> rows_of(const KvSnapshot& snapshot,
                                                        const std::vector<Candidate>& candidates);

}  // namespace wonjang::serving
