#include "testing/serving/delivered_log.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"

namespace wonjang::testing {

Position DeliveredLog::end_of(std::uint32_t book) const {
  return units_[book].empty() ? 0 : units_[book].back().next();
}

void DeliveredLog::wake_up() const {
  std::function<void()> wake;
  {
    const MutexLock lock(mutex_);
    wake = wake_;
  }
  if (wake) wake();
}

void DeliveredLog::append(LogUnit unit) {
  {
    const MutexLock lock(mutex_);
    WJ_ASSERT(unit.book < books_);
    WJ_ASSERT(!unit.unit.events.empty());
    unit.unit.first = end_of(unit.book);
    streams_[unit.unit.stream].push_back({unit.book, units_[unit.book].size()});
    units_[unit.book].push_back(std::move(unit.unit));
    if (shows_all_) visible_[unit.book] = end_of(unit.book);
  }
  wake_up();
}

void DeliveredLog::show(const LogPositions& until) {
  {
    const MutexLock lock(mutex_);
    WJ_ASSERT(until.size() == books_);
    shows_all_ = false;
    visible_ = until;
  }
  wake_up();
}

void DeliveredLog::show_all() {
  {
    const MutexLock lock(mutex_);
    shows_all_ = true;
    for (std::uint32_t book = 0; book < books_; ++book) visible_[book] = end_of(book);
  }
  wake_up();
}

LogPositions DeliveredLog::end() const {
  const MutexLock lock(mutex_);
  LogPositions out;
  for (std::uint32_t book = 0; book < books_; ++book) out.push_back(end_of(book));
  return out;
}

LogPositions DeliveredLog::tails() const {
  const MutexLock lock(mutex_);
  return visible_;
}

Result<std::vector<StoredUnit>> DeliveredLog::read(std::uint32_t book, Position from, std::uint32_t units_max,
                                                   std::size_t bytes_max) const {
  const MutexLock lock(mutex_);
  WJ_ASSERT(book < books_);
  const auto& all = units_[book];
  auto it =
      std::partition_point(all.begin(), all.end(), [&](const StoredUnit& u) { return u.next() <= from; });
  std::vector<StoredUnit> out;
  for (std::size_t bytes = 0; it != all.end() && it->next() <= visible_[book]; ++it) {
    if (out.size() >= units_max || (!out.empty() && bytes >= bytes_max)) break;
    for (const auto& event : it->events) bytes += event.size();
    out.push_back(*it);
  }
  return out;
}

Result<std::vector<StoredUnit>> DeliveredLog::load_from(RawId stream, std::uint32_t version) const {
  const MutexLock lock(mutex_);
  std::vector<StoredUnit> out;
  const auto places = streams_.find(stream);
  if (places == streams_.end()) return out;
  for (const auto& place : places->second) {
    const StoredUnit& unit = units_[place.book][place.index];
    if (unit.next() <= visible_[place.book] && unit.first_version >= version) out.push_back(unit);
  }
  const auto by_version = [](const StoredUnit& a, const StoredUnit& b) {
    return a.first_version < b.first_version;
  };
  const auto same_version = [](const StoredUnit& a, const StoredUnit& b) {
    return a.first_version == b.first_version;
  };
  std::stable_sort(out.begin(), out.end(), by_version);
  out.erase(std::unique(out.begin(), out.end(), same_version), out.end());
  return out;
}

void DeliveredLog::set_wake(std::function<void()> wake) {
  const MutexLock lock(mutex_);
  wake_ = std::move(wake);
}

}  // namespace wonjang::testing
