// ListWalks: the candidates of a list in the order of a sort, by what they are walked along. plan.h decides
// which of them answers a question.
//
// Threads: a walk belongs to one thread, like its cursors.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/serving/plan.h"

namespace wonjang::serving {

// Where a payment stands in an order by amount: the end of its keys of the space `amounts`.
std::string amount_position(const Locator& at, std::int64_t amount);
constexpr std::size_t kAmountBytes = 8;  // in front of it

// rows of one merchant; the bytes are there.
std::unique_ptr<Walk> walk_rows(std::unique_ptr<KvCursor> cursor);
std::unique_ptr<Walk> walk_timeline(std::unique_ptr<KvCursor> cursor);
// Several runs of `amounts` as one.
std::unique_ptr<Walk> walk_amounts(MerchantNo merchant, std::vector<std::unique_ptr<KvCursor>> runs, bool up);
// Several runs of hints (postings, ids) as one, each payment once. `prefix`: the bytes in front of the place.
std::unique_ptr<Walk> walk_hints(std::vector<std::unique_ptr<KvCursor>> runs, std::size_t prefix, bool up);
// Places that were collected, in any order, some of them twice.
std::unique_ptr<Walk> walk_places(std::vector<Locator> places, bool up);

struct SortedItem {
  std::string position;
  Locator at;
  std::string row;
};
// Rows that were collected, behind `position`.
std::unique_ptr<Walk> walk_sorted(std::vector<SortedItem> items, bool up, std::string_view position);

// Keys of `range` without what lies up to `position` behind `prefix`, seen in the direction of the walk.
std::unique_ptr<KvCursor> scan_behind(const KvSnapshot& snapshot, KvSpace space, KeyRange range,
                                      std::string_view prefix, bool up, std::string_view position);

}  // namespace wonjang::serving
