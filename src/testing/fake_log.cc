#include "testing/fake_log.h"

#include <algorithm>

namespace wonjang {

void FakeLog::append(std::uint32_t book, RawId stream, std::vector<std::string> events) {
  {
    const MutexLock lock(mutex_);
    Units& units = books_.at(book);
    StoredUnit unit;
    unit.first = tail_of(units);
    unit.stream = stream;
    const auto before = std::find_if(units.rbegin(), units.rend(),
                                     [stream](const StoredUnit& one) { return one.stream == stream; });
    if (before != units.rend()) {
      unit.first_version = before->first_version + static_cast<std::uint32_t>(before->events.size());
    }
    unit.events = std::move(events);
    units.push_back(std::move(unit));
  }
  const MutexLock lock(wake_mutex_);
  if (wake_) wake_();
}

void FakeLog::cut(std::uint32_t book, Position tail) {
  const MutexLock lock(mutex_);
  std::erase_if(books_.at(book), [tail](const StoredUnit& unit) { return unit.first >= tail; });
}

void FakeLog::fail_reads(std::uint32_t times, ErrorKind kind) {
  const MutexLock lock(mutex_);
  reads_to_fail_ = times;
  fail_kind_ = kind;
}

void FakeLog::set_after_tails(std::function<void()> hook) {
  const MutexLock lock(mutex_);
  after_tails_ = std::move(hook);
}

LogPositions FakeLog::tails() const {
  LogPositions out;
  std::function<void()> hook;
  {
    const MutexLock lock(mutex_);
    for (const Units& units : books_) out.push_back(tail_of(units));
    hook = after_tails_;
  }
  if (hook) hook();
  return out;
}

Result<std::vector<StoredUnit>> FakeLog::read(std::uint32_t book, Position from, std::uint32_t units_max,
                                              std::size_t bytes_max) const {
  const MutexLock lock(mutex_);
  if (reads_to_fail_ > 0) {
    reads_to_fail_ -= 1;
    return Error{fail_kind_, "the fake log was told to fail"};
  }
  const Units& units = books_.at(book);
  auto unit = std::partition_point(units.begin(), units.end(),
                                   [from](const StoredUnit& one) { return one.next() <= from; });
  std::vector<StoredUnit> out;
  for (std::size_t bytes = 0; unit != units.end() && out.size() < units_max && bytes < bytes_max; ++unit) {
    for (const auto& event : unit->events) bytes += event.size();
    out.push_back(*unit);
  }
  return out;
}

Result<std::vector<StoredUnit>> FakeLog::load_from(RawId stream, std::uint32_t version) const {
  const MutexLock lock(mutex_);
  std::vector<StoredUnit> out;
  for (const Units& units : books_) {
    std::copy_if(units.begin(), units.end(), std::back_inserter(out), [&](const StoredUnit& unit) {
      return unit.stream == stream && unit.first_version >= version;
    });
  }
  return out;
}

void FakeLog::set_wake(std::function<void()> wake) {
  const MutexLock lock(wake_mutex_);
  wake_ = std::move(wake);
}

}  // namespace wonjang
