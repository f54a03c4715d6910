#include "engine/serving/list_walks.h"

#include <algorithm>

namespace wonjang::serving {
namespace {

constexpr std::size_t kAmountPrefix = 6;  // merchant, month

Locator locator_in(MerchantNo merchant, std::string_view place) {
  return *read_row_key(merchant_prefix(merchant).append(place));
}

Error unreadable_key(const char* space) {
  return corrupt(std::string("a key of the space ") + space +
                 " can't be read: rebuild the views (`wonjang views rebuild`)");
}

// rows: merchant | place; the bytes are there.
class RowsWalk final : public Walk {
 public:
  explicit RowsWalk(std::unique_ptr<KvCursor> cursor) : cursor_(std::move(cursor)) { settle(); }
  bool valid() const override { return at_.has_value(); }
  void next() override {
    cursor_->next();
    settle();
  }
  Locator at() const override { return *at_; }
  std::string position() const override { return std::string(cursor_->key().substr(4)); }
  std::optional<std::string_view> row() const override { return cursor_->value(); }
  Result<void> status() const override {
    if (cursor_->valid() && !at_) return unreadable_key("rows");
    return cursor_->status();
  }

 private:
  void settle() {
    at_.reset();
    if (cursor_->valid()) at_ = read_row_key(cursor_->key());
  }
  std::unique_ptr<KvCursor> cursor_;
  std::optional<Locator> at_;
};

class TimelineWalk final : public Walk {
 public:
  explicit TimelineWalk(std::unique_ptr<KvCursor> cursor) : cursor_(std::move(cursor)) { settle(); }
  bool valid() const override { return at_.has_value(); }
  void next() override {
    cursor_->next();
    settle();
  }
  Locator at() const override { return *at_; }
  std::string position() const override { return std::string(cursor_->key()); }
  Result<void> status() const override {
    if (cursor_->valid() && !at_) return unreadable_key("timeline");
    return cursor_->status();
  }

 private:
  void settle() {
    at_.reset();
    if (cursor_->valid()) at_ = read_timeline_key(cursor_->key(), cursor_->value());
  }
  std::unique_ptr<KvCursor> cursor_;
  std::optional<Locator> at_;
};

// Several sorted runs as one. What follows `prefix` bytes of a key decides; the same from two runs comes
// once.
class Merge {
 public:
  Merge(std::vector<std::unique_ptr<KvCursor>> runs, std::size_t prefix, bool up)
      : runs_(std::move(runs)), prefix_(prefix), up_(up) {
    for (std::size_t i = 0; i < runs_.size(); ++i) push(i);
  }
  bool valid() const { return !heap_.empty() && error_.has_value(); }
  std::string_view suffix() const { return runs_[heap_.front()]->key().substr(prefix_); }
  std::string_view value() const { return runs_[heap_.front()]->value(); }
  void next() {
    const std::string passed(suffix());
    while (!heap_.empty() && suffix() == passed) {
      std::pop_heap(heap_.begin(), heap_.end(), after());
      const std::size_t run = heap_.back();
      heap_.pop_back();
      runs_[run]->next();
      push(run);
    }
  }
  Result<void> status() const { return error_; }

 private:
  void push(std::size_t run) {
    if (runs_[run]->valid()) {
      heap_.push_back(run);
      std::push_heap(heap_.begin(), heap_.end(), after());
    } else if (const auto status = runs_[run]->status(); !status && error_) {
      error_ = status;
    }
  }
  struct After {
    const Merge& merge;
    bool operator()(std::size_t a, std::size_t b) const {
      const auto left = merge.suffix_of(a), right = merge.suffix_of(b);
      return merge.up_ ? left > right : left < right;
    }
  };
  After after() const { return {*this}; }
  std::string_view suffix_of(std::size_t run) const { return runs_[run]->key().substr(prefix_); }

  std::vector<std::unique_ptr<KvCursor>> runs_;
  const std::size_t prefix_;
  const bool up_;
  std::vector<std::size_t> heap_;
  Result<void> error_;
};

// By the keys of amounts, whose months (or all of them) are runs.
class AmountsWalk final : public Walk {
 public:
  AmountsWalk(MerchantNo merchant, std::vector<std::unique_ptr<KvCursor>> months, bool up)
      : merchant_(merchant), merge_(std::move(months), kAmountPrefix, up) {}
  bool valid() const override { return merge_.valid(); }
  void next() override { merge_.next(); }
  Locator at() const override { return locator_in(merchant_, merge_.suffix().substr(kAmountBytes)); }
  std::string position() const override { return std::string(merge_.suffix()); }
  Result<void> status() const override { return merge_.status(); }

 private:
  const MerchantNo merchant_;
  Merge merge_;
};

// By hints: of texts or of ids.
class HintsWalk final : public Walk {
 public:
  HintsWalk(std::vector<std::unique_ptr<KvCursor>> values, std::size_t prefix, bool up)
      : merge_(std::move(values), prefix, up) {
    settle();
  }
  bool valid() const override { return at_.has_value(); }
  void next() override {
    merge_.next();
    settle();
  }
  Locator at() const override { return *at_; }
  std::string position() const override { return std::string(merge_.suffix()); }
  Result<void> status() const override {
    if (merge_.valid() && !at_) return unreadable_key("postings or ids");
    return merge_.status();
  }

 private:
  void settle() {
    at_.reset();
    if (merge_.valid()) at_ = read_hint(merge_.suffix(), merge_.value());
  }
  Merge merge_;
  std::optional<Locator> at_;
};

// By keys of the timeline, whose order is that of time.
class PlacesWalk final : public Walk {
 public:
  PlacesWalk(std::vector<Locator> places, bool up) {
    for (const Locator& at : places) places_.emplace_back(timeline_key(at), at);
    const auto order = [up](const auto& a, const auto& b) {
      return up ? a.first < b.first : a.first > b.first;
    };
    std::sort(places_.begin(), places_.end(), order);
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    places_.erase(std::unique(places_.begin(), places_.end(), same), places_.end());
  }
  bool valid() const override { return next_ < places_.size(); }
  void next() override { ++next_; }
  Locator at() const override { return places_[next_].second; }
  std::string position() const override { return places_[next_].first; }
  Result<void> status() const override { return {}; }

 private:
  std::vector<std::pair<std::string, Locator>> places_;
  std::size_t next_ = 0;
};

class SortedWalk final : public Walk {
 public:
  SortedWalk(std::vector<SortedItem> items, bool up, std::string_view position) : items_(std::move(items)) {
    const auto order = [up](const std::string& a, const std::string& b) { return up ? a < b : a > b; };
    if (!position.empty()) {
      std::erase_if(items_,
                    [&](const SortedItem& item) { return !order(std::string(position), item.position); });
    }
    std::sort(items_.begin(), items_.end(),
              [&](const SortedItem& a, const SortedItem& b) { return order(a.position, b.position); });
  }
  bool valid() const override { return next_ < items_.size(); }
  void next() override { ++next_; }
  Locator at() const override { return items_[next_].at; }
  std::string position() const override { return items_[next_].position; }
  std::optional<std::string_view> row() const override { return items_[next_].row; }
  Result<void> status() const override { return {}; }

 private:
  std::vector<SortedItem> items_;
  std::size_t next_ = 0;
};

}  // namespace

std::string amount_position(const Locator& at, std::int64_t amount) {
  return amount_key(at, amount).substr(kAmountPrefix);
}

std::unique_ptr<Walk> walk_rows(std::unique_ptr<KvCursor> cursor) {
  return std::make_unique<RowsWalk>(std::move(cursor));
}
std::unique_ptr<Walk> walk_timeline(std::unique_ptr<KvCursor> cursor) {
  return std::make_unique<TimelineWalk>(std::move(cursor));
}
std::unique_ptr<Walk> walk_amounts(MerchantNo merchant, std::vector<std::unique_ptr<KvCursor>> runs,
                                   bool up) {
  return std::make_unique<AmountsWalk>(merchant, std::move(runs), up);
}
std::unique_ptr<Walk> walk_hints(std::vector<std::unique_ptr<KvCursor>> runs, std::size_t prefix, bool up) {
  return std::make_unique<HintsWalk>(std::move(runs), prefix, up);
}
std::unique_ptr<Walk> walk_places(std::vector<Locator> places, bool up) {
  return std::make_unique<PlacesWalk>(std::move(places), up);
}
std::unique_ptr<Walk> walk_sorted(std::vector<SortedItem> items, bool up, std::string_view position) {
  return std::make_unique<SortedWalk>(std::move(items), up, position);
}

std::unique_ptr<KvCursor> scan_behind(const KvSnapshot& snapshot, KvSpace space, KeyRange range,
                                      std::string_view prefix, bool up, std::string_view position) {
  if (!position.empty()) {
    std::string at(prefix);
    at.append(position);
    if (up) {
      range.from = std::max(range.from, at.append(1, '\0'));
    } else if (range.until.empty() || at < range.until) {
      range.until = std::move(at);
    }
  }
  return up ? snapshot.scan(space, range.from, range.until)
            : snapshot.scan_back(space, range.from, range.until);
}

std::unique_ptr<KvCursor> scan_period(const KvSnapshot& snapshot, KvSpace space, std::string_view prefix,
                                      Instant from, Instant until, bool up, std::string_view position) {
  return scan_behind(snapshot, space, newest_first(prefix, from, until), prefix, up, position);
}

}  // namespace wonjang::serving
