// KvStore: ordered keys in named spaces, with snapshots and atomic batches over all spaces: where the serving
// views live. What it holds can be rebuilt from the log, so a written batch need not survive a crash at once;
// it must only never survive in part.
//
// Promises:
//   - a batch is visible whole or not at all, in every space, also after a crash;
//   - after a crash the store stands as after some earlier batch: none before that one is missing, none after
//     it is there (so a position that is written in each batch says exactly what the store holds);
//   - flush() makes everything written so far survive;
//   - a snapshot never changes, however long it lives. It pins disk space: hold it for one answer, never for
//     a client's cursor.
//
// Every adapter passes testing/kv_contract.h.
//
// Threads: one writer calls write(), write_bulk(), clear() and use_for(); any thread takes snapshots and
// calls flush() and stats(). A snapshot may be read by several threads at once; a cursor belongs to one at a
// time. Snapshots die before their store, cursors before their snapshot.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wonjang {

// Index into the list of spaces the store was opened with. The list's order may grow at its end only.
using KvSpace = std::uint8_t;

struct KvSpaceOptions {
  std::string name;  // [a-z_]+, the space's name on disk
  // Most keys asked for by get() are there (rows), or most are not (dictionary of new values): filters are
  // built for the second.
  bool often_absent = false;
  // Values compress well, and are read in runs.
  bool compress = true;
};

// Puts and removals, in order: of two for one key the later one stands.
class KvBatch {
 public:
  struct Change {
    KvSpace space = 0;
    bool removed = false;
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;
    std::size_t offset = 0;  // of the key in bytes(); the value follows it
  };

  void put(KvSpace space, std::string_view key, std::string_view value) {
    add({space, false, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size()),
         bytes_.size()},
        key, value);
  }
  void remove(KvSpace space, std::string_view key) {
    add({space, true, static_cast<std::uint32_t>(key.size()), 0, bytes_.size()}, key, {});
  }
  void clear() {
    bytes_.clear();
    changes_.clear();
  }
  bool empty() const { return changes_.empty(); }
  std::size_t size() const { return changes_.size(); }
  std::size_t byte_size() const { return bytes_.size(); }

  std::span<const Change> changes() const { return changes_; }
  std::string_view key(const Change& change) const {
    return std::string_view(bytes_).substr(change.offset, change.key_size);
  }
  std::string_view value(const Change& change) const {
    return std::string_view(bytes_).substr(change.offset + change.key_size, change.value_size);
  }

 private:
  void add(Change change, std::string_view key, std::string_view value) {
    bytes_.append(key).append(value);
    changes_.push_back(change);
  }
  std::string bytes_;
  std::vector<Change> changes_;
};

// Walks the keys of one space in [from, until), in byte order or against it. valid() is false at the end and
// after an error; status() tells which. key() and value() live until the next next() or seek().
class KvCursor {
 public:
  virtual ~KvCursor() = default;
  virtual bool valid() const = 0;
  virtual void next() = 0;
  // To the first key >= `key` within the cursor's bounds, wherever it stands; of a cursor that walks back, to
  // the last key <= `key`.
  virtual void seek(std::string_view key) = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  // Errors: corrupt, unavailable.
  virtual Result<void> status() const = 0;
};

class KvSnapshot {
 public:
  virtual ~KvSnapshot() = default;
  // Errors: corrupt, unavailable.
  virtual Result<std::optional<std::string>> get(KvSpace space, std::string_view key) const = 0;
  // One result per key, in order of `keys`; cheaper than one by one.
  virtual Result<std::vector<std::optional<std::string>>> get_many(
      KvSpace space, std::span<const std::string> keys) const = 0;
  // Stands on the first key >= from. An empty `until` means no upper bound.
  virtual std::unique_ptr<KvCursor> scan(KvSpace space, std::string_view from,
                                         std::string_view until) const = 0;
  // The same bounds from the other end: stands on the last key < until, and next() goes down.
  virtual std::unique_ptr<KvCursor> scan_back(KvSpace space, std::string_view from,
                                              std::string_view until) const = 0;
};

// What a store is used for.
enum class KvUse : std::uint8_t {
  serving,  // it is read as much as it is written
  filling,  // much is written and little is read: what only makes reads cheap may wait
};

class KvStore {
 public:
  virtual ~KvStore() = default;

  // Errors: unavailable (nothing was written), corrupt (stop writing and open again).
  virtual Result<void> write(const KvBatch& batch) = 0;

  // As of all finished writes.
  virtual std::unique_ptr<KvSnapshot> snapshot() const = 0;

  // write() for a batch of millions of changes (a rebuild, catching up): dear to begin with, cheap per
  // change, and the batch and all before it are durable when it returns. Uses up to two threads of the store,
  // and memory of about 32 bytes a change beside the batch. Errors: unavailable (of this batch nothing was
  // written), corrupt (stop writing and open again).
  virtual Result<void> write_bulk(const KvBatch& batch) = 0;

  // Returns when every batch whose write() had returned before the call survives a crash. On a thread of its
  // own it doesn't hold up the writer. Errors: unavailable (ask again), corrupt.
  virtual Result<void> flush() = 0;

  // Removes every key of every space, durably. Snapshots keep what they had.
  // Errors: unavailable, corrupt; a crash or an error in the middle leaves all of it or none, at the latest
  // once the store is opened again.
  virtual Result<void> clear() = 0;

  // From now on; a store that was opened is for `serving`. No promise and no content depends on it. After
  // `filling` a store makes up on its own threads for what it put off, and is read and written meanwhile.
  // Errors: unavailable, corrupt; it is used as before then, or as asked in some spaces only.
  virtual Result<void> use_for(KvUse use) = 0;

  // Bytes on disk, per space and in all, and other numbers of the adapter by name, for metrics.
  virtual std::vector<std::pair<std::string, std::uint64_t>> stats() const = 0;
};

}  // namespace wonjang
