// MemoryBook: the Book in ordered maps. Same promises as the one on disk, nothing survives the process.
//
//   MemoryBook book;                                   // a book of its own, on a disk of its own
//
//   auto disk = std::make_shared<MemoryDisk>();        // what survives a crash of the book
//   {
//     auto book = MemoryBook::open(disk).value();
//     disk->fail_append(MemoryDisk::Fault::lost);      // the next append: the power goes before the sync
//     (void)book->append(batch);                       // in_doubt; so is every later one
//   }                                                  // the process dies: just drop the book
//   auto book = MemoryBook::open(disk).value();        // holds every append that was acknowledged
//
// Threads: as for Book. A MemoryDisk may be used by any thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/mutex.h"
#include "ports/book.h"

namespace wonjang {

// What is durable: books by directory name, and the faults that the next appends will meet. An append is one
// synced step, so a crash can only lose the batch in flight, whole: the three faults are all the ways it can
// go.
class MemoryDisk {
 public:
  enum class Fault : std::uint8_t {
    refused,  // unavailable, nothing written (no space, say)
    lost,     // in_doubt, nothing written
    kept,     // in_doubt, written
  };

  // The next append on this disk meets `fault`; called again, the one after it does too, and so on.
  void fail_append(Fault fault);

 private:
  friend class MemoryBook;

  struct Files {
    Position tail = 0;
    std::string head;
    std::vector<StoredUnit> log;                        // in position order
    std::map<RawId, std::vector<std::size_t>> streams;  // places in `log`, in version order
    std::map<Hash128, std::size_t> keys;                // place in `log` of the newest unit
    std::map<Hash128, RawId> claims;
    std::set<AlarmEntry> alarms;
    std::map<std::pair<std::uint8_t, std::uint64_t>, Hash256> tree;
    bool open = false;

    std::uint32_t version_of(RawId stream) const;
  };

  mutable Mutex mutex_;
  std::map<std::string, Files> directories_
      WJ_GUARDED_BY(mutex_);                         // a map: references stay while others are added
  std::vector<Fault> faults_ WJ_GUARDED_BY(mutex_);  // oldest first
};

class MemoryBook final : public Book {
 public:
  MemoryBook();
  ~MemoryBook() override;
  MemoryBook(const MemoryBook&) = delete;
  MemoryBook& operator=(const MemoryBook&) = delete;

  // The book in `directory` of `disk`; an empty one is made when there is none.
  // Errors: unavailable (another MemoryBook has it open).
  static Result<std::unique_ptr<MemoryBook>> open(std::shared_ptr<MemoryDisk> disk,
                                                  const std::string& directory = "book");

  Position tail() const override;
  Result<std::string> head() const override;
  Result<void> append(const AppendBatch& batch) override;
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override;
  Result<std::optional<FoundIdempotency>> find_idempotency(const Hash128& key) const override;
  Result<std::optional<RawId>> find_claim(const Hash128& claim) const override;
  void look_ahead(std::span<const Hash128> keys, std::span<const Hash128> claims,
                  LookedAhead& out) const override;
  Result<std::vector<StoredUnit>> read(Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override;
  Result<std::vector<AlarmEntry>> alarms(std::uint8_t kind, std::int64_t until_us,
                                         std::uint32_t count_max) const override;
  Result<std::optional<Hash256>> tree_node(std::uint8_t level, std::uint64_t index) const override;
  Result<BookCounts> count() const override;
  // `directory` is a name on the same MemoryDisk. Errors: unavailable (there is one already).
  Result<void> backup(const std::string& directory) const override;
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override;

 private:
  MemoryBook(std::shared_ptr<MemoryDisk> disk, MemoryDisk::Files& files);

  // The first promise that `batch` would break, or nothing.
  static Result<void> admit(const MemoryDisk::Files& files, const AppendBatch& batch);
  static void write(MemoryDisk::Files& files, const AppendBatch& batch);

  std::shared_ptr<MemoryDisk> disk_;
  MemoryDisk::Files& files_;     // of disk_, under its mutex
  std::optional<Error> poison_;  // what every further append answers; under disk_'s mutex
};

}  // namespace wonjang
