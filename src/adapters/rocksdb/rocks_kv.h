// RocksKv: the KvStore in a directory of files, on RocksDB: one column family per space, no write-ahead log.
// docs/formats/kv.md says what stands in the files.
//
//   const auto shared = RocksShared::make({});
//   WJ_TRY(auto views, RocksKv::open("data/views", spaces, {.shared = shared}));
//
// A batch goes to memory only. When the write buffers are full, or by flush(), all families are written out
// together and become part of the store in one step; a crash falls back to the last such step. Closing
// flushes. A bulk write is such a step of its own: files that are made outside and taken in together.
//
// Threads: as for KvStore.
#pragma once

#include <memory>

#include "adapters/rocksdb/rocks_book.h"
#include "ports/kv_store.h"

namespace wonjang {

struct RocksKvOptions {
  std::shared_ptr<const RocksShared> shared;  // REQUIRES: not null
  // Of all spaces together, charged to the memory of `shared`. At seven eighths of it a flush begins, in the
  // background: about the most that has to be written again after a crash. While flushes lag behind the
  // writer it may become twice as much; then the writer waits.
  std::size_t write_buffer_bytes = 96U << 20U;
  std::size_t bulk_file_bytes = 64U << 20U;  // where write_bulk() begins a new file
  bool flush_on_close = true;                // false for tests: closing leaves what a crash would
};

class RocksKv final : public KvStore {
 public:
  // Makes an empty store where there is none, and the spaces that are new in the list.
  // Errors: unavailable (another process has it open, no space, no permission), invalid (it has a space that
  // isn't in the list, isn't a KvStore at all, or is of a newer format), corrupt.
  static Result<std::unique_ptr<RocksKv>> open(const std::string& directory,
                                               const std::vector<KvSpaceOptions>& spaces,
                                               const RocksKvOptions& options);
  ~RocksKv() override;
  RocksKv(const RocksKv&) = delete;
  RocksKv& operator=(const RocksKv&) = delete;

  Result<void> write(const KvBatch& batch) override;
  std::unique_ptr<KvSnapshot> snapshot() const override;
  Result<void> write_bulk(const KvBatch& batch) override;
  Result<void> flush() override;
  Result<void> clear() override;
  // Filling leaves more files beside each other and packs them loosely, and no debt slows the writer. Says
  // how each family is kept from now on; an opened one is always kept for serving, whatever it was before.
  Result<void> use_for(KvUse use) override;
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override;

 private:
  struct Impl;
  explicit RocksKv(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wonjang
