// Book: an insert-only event store with optimistic concurrency, the only truth of a ledger. Positions are
// dense: event p is followed by p + 1, nothing is ever changed or removed. Units are the atoms: the events
// that one command added to one stream, with the idempotency entry that answers for it. Unique (stream,
// version) is the only lock there is; that is why an insert-only book cannot deadlock.
//
// Events are opaque bytes here, and so are Merkle nodes: engine/ledger makes them (see
// engine/ledger/merkle.h), the book stores them in the same atomic write.
//
// Every adapter passes testing/book_contract.h.
//
// Threads: one call of append() at a time, whichever thread makes it; any thread may call the const
// functions, which see every append that has returned.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"

namespace wonjang {

using Position = std::uint64_t;

// The answer under one idempotency key. `key` is a hash of (tenant, key), see engine/ledger/idempotency.h.
// An entry that isn't final may be followed by another unit with the same key (an intent, then its outcome);
// after a final one the key is spent for ever.
struct IdempotencyEntry {
  Hash128 key{};
  Hash128 fingerprint{};
  bool final = true;
  std::uint16_t status = 0;  // of the answer; 0 when not final
  std::string reply;         // the answer's body, byte for byte
  friend bool operator==(const IdempotencyEntry&, const IdempotencyEntry&) = default;
};

// "Look at this stream at that time." At most one per stream.
struct AlarmEntry {
  std::uint8_t kind = 0;
  std::int64_t at_us = 0;
  RawId stream;
  friend auto operator<=>(const AlarmEntry&, const AlarmEntry&) = default;
};

struct Unit {
  RawId stream;
  std::uint32_t expected_version = 0;  // events the stream has so far
  std::vector<std::string> events;     // encoded, at least one
  std::optional<IdempotencyEntry> idempotency;
  std::optional<Hash128> claim;  // a natural key that this stream takes for itself (merchant + order id)
  // From look_ahead(): the book has no entry under the idempotency key, nobody has taken the claim. Adapters
  // may believe it and not look again; false says nothing. REQUIRES: true where it says so
  bool key_is_new = false;
  bool claim_is_new = false;
  std::optional<AlarmEntry> alarm_before;  // removed, when it differs from alarm_after
  std::optional<AlarmEntry> alarm_after;
};

struct StoredUnit {
  Position first = 0;  // of its first event; the others follow
  RawId stream;
  std::uint32_t first_version = 0;
  std::vector<std::string> events;
  std::optional<IdempotencyEntry> idempotency;
  std::optional<Hash128> claim;

  Position next() const { return first + events.size(); }
};

// A complete subtree of the Merkle tree: `level` 0 is a leaf, node (level, index) covers leaves
// [index << level, (index + 1) << level).
struct TreeNode {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  Hash256 hash{};
  friend bool operator==(const TreeNode&, const TreeNode&) = default;
};

struct AppendBatch {
  std::span<const Unit> units;
  std::span<const TreeNode> tree_nodes;  // nodes that became complete
  std::string_view head;  // the book's head record after this batch, opaque (engine/ledger/head.h)
};

// What a book said of keys and claims before they were appended: 1 where it surely had none, 0: not known.
struct LookedAhead {
  std::vector<std::uint8_t> key_is_new;    // in the order of the question
  std::vector<std::uint8_t> claim_is_new;  // the same
};

struct FoundIdempotency {
  IdempotencyEntry entry;  // the newest under its key
  Position position = 0;   // of the unit's first event
  std::uint32_t event_count = 0;
  RawId stream;
};

// Full counts, by scanning; for check().
struct BookCounts {
  std::uint64_t events = 0;
  std::uint64_t units = 0;
  std::uint64_t stream_versions = 0;  // entries of the stream index, one a unit
  std::uint64_t idempotency_keys = 0;
  std::uint64_t claims = 0;
  std::uint64_t alarms = 0;
  std::uint64_t tree_nodes = 0;
  friend bool operator==(const BookCounts&, const BookCounts&) = default;
};

class Book {
 public:
  static constexpr std::uint32_t kUnitsMax = 4096;  // of one batch
  static constexpr std::uint32_t kEventsPerUnitMax = 256;
  static constexpr std::size_t kEventBytesMax = 256 * 1024;

  virtual ~Book() = default;

  // The position the next event will get.
  virtual Position tail() const = 0;
  // The newest head record, empty for an empty book.
  virtual Result<std::string> head() const = 0;

  // Adds all units in one durable (synced) step, or none.
  // Errors: conflict (a (stream, version), a claim or a spent key is there already; nothing was written),
  //   unavailable (nothing was written: no space, say), in_doubt (it may be written: close, reopen, look),
  //   corrupt.
  // After in_doubt or corrupt every further append fails the same way until the book is opened again.
  // REQUIRES: 0 < units.size() <= kUnitsMax; units in order, a later unit may continue an earlier one's
  // stream
  virtual Result<void> append(const AppendBatch& batch) = 0;

  // Which of many keys and claims are new: all at once is quicker than one after the other. As of every
  // append that has returned. May run beside one; of what that one adds it says anything.
  virtual void look_ahead(std::span<const Hash128> keys, std::span<const Hash128> claims,
                          LookedAhead& out) const {
    out.key_is_new.assign(keys.size(), 0);
    out.claim_is_new.assign(claims.size(), 0);
  }

  // All units of one stream in version order; empty when there is none.
  Result<std::vector<StoredUnit>> load(RawId stream) const { return load_from(stream, 0); }
  // Of these the ones that begin at `version` or later: what came since somebody read so many events.
  // REQUIRES: `version` is a unit's border: 0, or where a unit ends
  virtual Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const = 0;

  virtual Result<std::optional<FoundIdempotency>> find_idempotency(const Hash128& key) const = 0;
  virtual Result<std::optional<RawId>> find_claim(const Hash128& claim) const = 0;

  // Units from the one that holds `from` on, oldest first; at most `units_max`, and no further unit once
  // `bytes_max` bytes of events were gathered. Fewer than asked and next() == tail(): the end. Replies are
  // left out (empty).
  virtual Result<std::vector<StoredUnit>> read(Position from, std::uint32_t units_max,
                                               std::size_t bytes_max) const = 0;

  // Alarms of `kind` with at_us < until_us, earliest first.
  virtual Result<std::vector<AlarmEntry>> alarms(std::uint8_t kind, std::int64_t until_us,
                                                 std::uint32_t count_max) const = 0;

  virtual Result<std::optional<Hash256>> tree_node(std::uint8_t level, std::uint64_t index) const = 0;

  // Scans everything: for check().
  virtual Result<BookCounts> count() const = 0;

  // A consistent copy of the book as of now into `directory`, which doesn't exist yet; opened like the
  // original.
  virtual Result<void> backup(const std::string& directory) const = 0;

  // Bytes on disk, and other numbers of the adapter by name, for metrics.
  virtual std::vector<std::pair<std::string, std::uint64_t>> stats() const = 0;
};

}  // namespace wonjang
