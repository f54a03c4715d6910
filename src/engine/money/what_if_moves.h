// What moved, counted whole and kept a page at a time (what_if.h).
//
// Threads: one.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/hash64.h"
#include "engine/money/what_if.h"

namespace wonjang::money {

// A page of a list that is told item by item, from its beginning.
template <typename T>
class MovedPage {
 public:
  MovedPage(MovedList list, const WhatIfAsked& asked) : list_(list), count_max_(asked.count_max) {
    if (!asked.after) return;
    is_wanted_ = asked.after->list == list;
    if (is_wanted_) after_ = *asked.after;
  }

  // `bytes` tell the item apart.
  void add(T item, std::string_view bytes) {
    check();
    if (is_wanted_ && count_ >= after_.count) {
      if (items_.size() < count_max_) {
        items_.push_back(std::move(item));
      } else if (!next_) {
        next_ = {list_, count_, hash_};
      }
    }
    hash_ = hash64(bytes, hash_);
    ++count_;
  }

  // Errors: conflict.
  Result<void> close() {
    check();
    if (count_ < after_.count || !is_same_)
      return conflict("the book has moved on, and what was listed so far has changed");
    return {};
  }
  std::uint64_t count() const { return count_; }
  std::vector<T> take() { return std::move(items_); }
  std::optional<MovedPlace> next() const { return next_; }

 private:
  void check() {
    if (count_ == after_.count && hash_ != after_.hash) is_same_ = false;
  }

  MovedList list_;
  std::size_t count_max_;
  bool is_wanted_ = true;
  bool is_same_ = true;
  MovedPlace after_;
  std::vector<T> items_;
  std::optional<MovedPlace> next_;
  std::uint64_t count_ = 0;
  std::uint64_t hash_ = 0;
};

class Moves {
 public:
  explicit Moves(const WhatIfAsked& asked)
      : lines_(MovedList::lines, asked),
        payouts_(MovedList::payouts, asked),
        failures_(MovedList::failures, asked) {}

  // Its payout, too, when its day moves.
  void add(MovedLine line);
  void add(MoveFailed failed);
  // `payout.net` is added to what goes from the one day to the other; one with `next` is told by itself.
  void add(const MovedPayout& payout);

  Result<WhatIf> finish();

 private:
  using Days = std::tuple<MerchantId, Currency, BusinessDate, BusinessDate, settlement::PayoutId>;

  std::set<MerchantId> merchants_;
  std::map<Currency, int128> fee_delta_;
  std::map<Days, int128> nets_;  // no payout's id: zero
  std::vector<MovedPayout> nexts_;
  MovedPage<MovedLine> lines_;
  MovedPage<MovedPayout> payouts_;
  MovedPage<MoveFailed> failures_;
};

}  // namespace wonjang::money
