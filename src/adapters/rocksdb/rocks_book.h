// RocksBook: the Book in a directory of files, on RocksDB. docs/formats/book.md has every byte of it.
//
//   const auto shared = RocksShared::make({});
//   WJ_TRY(auto book, RocksBook::open({.directory = "data/book-0"}, shared));
//
// An append is one WriteBatch with one sync of the write-ahead log. After an error that may have touched the
// log, nothing is written any more until the book is opened again: a file whose sync failed can't be trusted
// to hold what was written.
//
// The indexes of recent units stand in memory and are written out in the background (recent_index.h).
//
// Opening replays the write-ahead log, and reads the recent units for their indexes. A torn record at its
// very end, the mark of a power cut in the middle of an append that was never acknowledged, is left away
// (stats(): log_tail_dropped_bytes); damage anywhere before that is `corrupt`, named by file and offset. So
// is a book that ends before what it was noted to have acknowledged (tail_note.h).
//
// Threads: as for Book. A RocksShared may be used by any thread and by any number of books.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "ports/book.h"

namespace wonjang {

// Memory and background threads of all books of one process.
struct RocksSharedOptions {
  std::size_t memory_bytes = 512U << 20U;        // blocks, filters, indexes and write buffers together
  std::size_t write_buffer_bytes = 160U << 20U;  // of that, at most, the write buffers
  int background_threads = 2;                    // flushes and compactions
  // Called with each warning and error of RocksDB, by any thread, briefly. There is no log file of its own:
  // on a full disk a RocksDB built with assertions ends the process over the second line that it can't write.
  std::function<void(std::string_view line)> log = {};
};

class RocksShared {
 public:
  static std::shared_ptr<const RocksShared> make(const RocksSharedOptions& options);
  struct Impl;
  explicit RocksShared(std::unique_ptr<Impl> impl);
  ~RocksShared();
  RocksShared(const RocksShared&) = delete;
  RocksShared& operator=(const RocksShared&) = delete;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct RocksBookOptions {
  std::string directory;
  bool create = true;  // an empty book where there is none; else that is not_found
  bool sync = true;    // false for tests only: an acknowledged append may be lost with the power
  // So long without an append, and the tail is noted: at most twice as long can the loss of a damaged last
  // record go unnoticed. 0, or no sync: never noted.
  std::int64_t note_idle_us = 500'000;
  std::size_t wal_bytes_max = 256U << 20U;  // what opening after a crash has to replay; of N books, 1/N each
  std::size_t write_buffer_bytes = 64U << 20U;  // of this book's log; its indexes take less
  // Units whose index rows stand in memory before they are written out, and the bytes of their events and
  // answers: what opening has to read. Up to three times as many while the disk is slow.
  std::size_t index_units_max = 256U << 10U;
  std::size_t index_log_bytes_max = 256U << 20U;
  std::uint64_t free_bytes_min =
      128U << 20U;  // with less free space on the disk, appends are refused (unavailable)
};

class RocksBook final : public Book {
 public:
  // Errors: unavailable (another process has it open, no space, no permission), not_found (no book, and
  // !create),
  //   invalid (made by a newer program), corrupt.
  static Result<std::unique_ptr<RocksBook>> open(const RocksBookOptions& options,
                                                 std::shared_ptr<const RocksShared> shared);
  ~RocksBook() override;
  RocksBook(const RocksBook&) = delete;
  RocksBook& operator=(const RocksBook&) = delete;

  Position tail() const override;
  Result<std::string> head() const override;
  Result<void> append(const AppendBatch& batch) override;
  void look_ahead(std::span<const Hash128> keys, std::span<const Hash128> claims,
                  LookedAhead& out) const override;
  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override;
  Result<std::optional<FoundIdempotency>> find_idempotency(const Hash128& key) const override;
  Result<std::optional<RawId>> find_claim(const Hash128& claim) const override;
  Result<std::vector<StoredUnit>> read(Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override;
  Result<std::vector<AlarmEntry>> alarms(std::uint8_t kind, std::int64_t until_us,
                                         std::uint32_t count_max) const override;
  Result<std::optional<Hash256>> tree_node(std::uint8_t level, std::uint64_t index) const override;
  // Errors: corrupt also for positions that aren't dense.
  Result<BookCounts> count() const override;
  // Files are hard links where the file system allows it. Errors: unavailable (the directory exists, no
  // space).
  Result<void> backup(const std::string& directory) const override;
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override;

  // The writer's: writes the indexes of recent units out, now. Errors: unavailable, in_doubt, corrupt.
  Result<void> write_out_indexes();
  // The writer's: rewrites everything into its final shape, for benchmarks that count bytes.
  Result<void> compact();

 private:
  struct Impl;
  explicit RocksBook(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wonjang
