#include "engine/projection/log_batch.h"

#include <algorithm>

#include "base/assert.h"
#include "engine/projection/positions.h"

namespace wonjang::projection {
namespace {

std::size_t bytes_of(const StoredUnit& unit) {
  std::size_t bytes = 0;
  for (const auto& event : unit.events) bytes += event.size();
  return bytes;
}

class FairReader {
 public:
  FairReader(const EventLog& log, LogPositions from, const LogPositions& until, BatchBounds bounds)
      : log_(log), next_(std::move(from)), until_(until), left_(bounds) {
    next_.resize(std::max(next_.size(), until.size()));
    for (std::uint32_t book = 0; book < until.size(); ++book) {
      if (next_[book] < until[book]) active_.push_back(book);
    }
  }

  Result<std::vector<LogUnit>> read() {
    while (!active_.empty() && left_.units_max > 0 && left_.bytes_max > 0) WJ_CHECK(round());
    return std::move(units_);
  }

 private:
  // Every active book once; one that gives nothing more leaves.
  Result<void> round() {
    const auto books = static_cast<std::uint32_t>(active_.size());
    const BatchBounds share{std::max(1U, left_.units_max / books),
                            std::max<std::size_t>(1, left_.bytes_max / books)};
    std::vector<std::uint32_t> still_active;
    for (const std::uint32_t book : active_) {
      if (left_.units_max == 0 || left_.bytes_max == 0) break;
      WJ_TRY(auto units,
             log_.read(book, next_[book], std::min(share.units_max, left_.units_max), share.bytes_max));
      WJ_TRY(const bool more, take(book, std::move(units)));
      if (more) still_active.push_back(book);
    }
    active_ = std::move(still_active);
    return {};
  }

  // False when the book has no more units before `until`.
  Result<bool> take(std::uint32_t book, std::vector<StoredUnit> units) {
    if (units.empty()) return false;
    for (StoredUnit& unit : units) {
      if (unit.first != next_[book] || unit.events.empty()) {
        return corrupt("book " + std::to_string(book) + " gives a unit at position " +
                       std::to_string(unit.first) + " where " + std::to_string(next_[book]) +
                       " has to begin one: its history is not the one that was folded; check the book, " +
                       "then rebuild the projection");
      }
      if (unit.next() > until_[book]) return false;
      next_[book] = unit.next();
      left_.units_max -= 1;
      left_.bytes_max -= std::min(left_.bytes_max, bytes_of(unit));
      units_.push_back({book, std::move(unit)});
    }
    return next_[book] < until_[book];
  }

  const EventLog& log_;
  LogPositions next_;
  const LogPositions& until_;
  BatchBounds left_;
  std::vector<std::uint32_t> active_;
  std::vector<LogUnit> units_;
};

}  // namespace

Result<std::vector<LogUnit>> read_fairly(const EventLog& log, LogPositions from, const LogPositions& until,
                                         BatchBounds bounds) {
  WJ_ASSERT(bounds.units_max > 0);
  WJ_ASSERT(bounds.bytes_max > 0);
  return FairReader(log, std::move(from), until, bounds).read();
}

}  // namespace wonjang::projection
