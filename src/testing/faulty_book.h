// FaultyBook: a Book whose disk misbehaves, by script or by chance. Wraps any Book; with no faults it is that
// Book.
//
//   FaultyBook book(MemoryBook::open(disk).value());
//   book.fail_append(FaultyBook::AppendFault::kept);   // the next append is written and answers in_doubt
//   book.fail_append(FaultyBook::AppendFault::refused, /*times=*/100);  // then the disk is full for a while
//
// After in_doubt every further append is in_doubt, as the port promises, until the wrapped book is opened
// again: drop both.
//
// Threads: as for Book; faults may be scripted by any thread. The callbacks run on the caller's thread,
// outside any lock.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "base/mutex.h"
#include "base/rng.h"
#include "ports/book.h"

namespace wonjang {

// In percent of calls, on top of the script.
struct FaultRates {
  std::uint32_t refused = 0;
  std::uint32_t lost = 0;
  std::uint32_t kept = 0;
  std::uint32_t read_failed = 0;
};

class FaultyBook final : public Book {
 public:
  enum class AppendFault : std::uint8_t {
    none,
    refused,  // unavailable, nothing written
    lost,     // in_doubt, nothing written
    kept,     // in_doubt, written
  };

  explicit FaultyBook(std::unique_ptr<Book> inner, FaultRates rates = {}, std::uint64_t seed = 0);

  // The next `times` appends meet `fault`; called again, those after them do. `none` lets one through.
  void fail_append(AppendFault fault, std::uint32_t times = 1);
  // The next `times` calls of the reading functions answer unavailable.
  void fail_reads(std::uint32_t times);
  // The next `times` calls of find_idempotency alone do.
  void fail_lookups(std::uint32_t times);
  std::uint32_t lookups_to_fail() const;
  // In the next `times` units that load_from() or read() give, one bit of one event is flipped, and nobody
  // says so.
  void flip_bits(std::uint32_t times);
  // Runs before every append reaches the wrapped book, and after it: to make it slow, or to hold it still.
  void around_append(std::function<void()> before, std::function<void()> after = {});
  // Runs before every read() reaches the wrapped book: to hold back those who fold the log.
  void before_read(std::function<void()> before);

  Position tail() const override;
  Result<std::string> head() const override;
  Result<void> append(const AppendBatch& batch) override;
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override;
  Result<std::optional<FoundIdempotency>> find_idempotency(const Hash128& key) const override;
  Result<std::optional<RawId>> find_claim(const Hash128& claim) const override;
  Result<std::vector<StoredUnit>> read(Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override;
  Result<std::vector<AlarmEntry>> alarms(std::uint8_t kind, std::int64_t until_us,
                                         std::uint32_t count_max) const override;
  Result<std::optional<Hash256>> tree_node(std::uint8_t level, std::uint64_t index) const override;
  Result<BookCounts> count() const override;
  Result<void> backup(const std::string& directory) const override;
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override;

 private:
  AppendFault next_append_fault();
  Result<void> readable() const;
  Result<std::vector<StoredUnit>> flipped(Result<std::vector<StoredUnit>> units) const;

  const std::unique_ptr<Book> inner_;
  const FaultRates rates_;
  mutable Mutex mutex_;
  mutable Rng rng_ WJ_GUARDED_BY(mutex_);
  std::deque<AppendFault> script_ WJ_GUARDED_BY(mutex_);
  mutable std::uint32_t reads_to_fail_ WJ_GUARDED_BY(mutex_) = 0;
  mutable std::uint32_t lookups_to_fail_ WJ_GUARDED_BY(mutex_) = 0;
  mutable std::uint32_t bits_to_flip_ WJ_GUARDED_BY(mutex_) = 0;
  std::optional<Error> poison_;  // the writer's
  std::function<void()> before_append_;
  std::function<void()> after_append_;
  std::function<void()> before_read_;
};

}  // namespace wonjang
