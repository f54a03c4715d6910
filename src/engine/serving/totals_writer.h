// TotalsWriter: keeps every cube's cells right while facts come and change. A change takes the old facts back
// and adds the new ones; what belongs to one cell is added up in memory first, so that a batch reads and
// writes each cell once, however many facts met there.
//
//   writer.change(&before, &after, recorded);  // for every event that changed a payment's facts
//   writer.add(transaction, recorded);         // for every movement of money
//   writer.finish(*snapshot, out);             // the batch's cells into `out`
//
// Two spaces. totals_now: a cell is the sum of everything so far. totals_late: what was recorded on another
// day than the last one of the cell's bucket, as a difference per recorded day, for cubes with history. So,
// with L the last day of a bucket, as of the close of day D it held
//
//   L <= D: now less the late cells recorded after D      (they came when the bucket's close was over)
//   L >  D: the late cells recorded on D or before        (a month that wasn't over; business ahead of the
//   clock)
//
// and the rest is the difference between then and now. Both are exact, for every D.
//
// Invariants: the bytes stored depend on the facts alone, not on how they were cut into batches; no number of
// totals_now is below zero (finish() says corrupt, a bug of ours or broken bytes); a cell of zeros is
// removed.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash64.h"
#include "base/result.h"
#include "domain/time.h"
#include "engine/serving/cell.h"
#include "engine/serving/cube.h"
#include "engine/serving/facts.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

// Transparent, so that a key needn't become a string to be looked up.
struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const { return hash64(key); }
};

// Encoded cells that were written lately, so that a live stream reads almost none: the least recently used go
// first. Encoded, because some five times more of them fit than decoded, and decoding takes well below the
// microseconds of a read.
class HotCells {
 public:
  explicit HotCells(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  HotCells(const HotCells&) = delete;  // its entries are linked
  HotCells& operator=(const HotCells&) = delete;

  // Null: not here. Lives until the next put(), forget() or clear().
  const std::string* find(std::string_view key);
  void put(const std::string& key, std::string_view cell);
  void forget(std::string_view key);
  void clear();

  std::size_t size() const { return entries_.size(); }
  std::size_t byte_size() const { return bytes_; }

 private:
  struct Entry;
  using Entries = std::unordered_map<std::string, Entry, KeyHash, std::equal_to<>>;
  using Node = Entries::value_type;  // nodes stay where they are
  struct Entry {
    std::string cell;
    Node* newer = nullptr;
    Node* older = nullptr;
  };
  static std::size_t cost_of(const Node& node);
  void link_newest(Node& node);
  void unlink(Node& node);
  void erase(Node& node);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Entries entries_;
  Node* newest_ = nullptr;
  Node* oldest_ = nullptr;
};

class TotalsWriter {
 public:
  static constexpr std::size_t kCacheBytes = 64U << 20U;
  explicit TotalsWriter(std::vector<CubeSpec> cubes, std::size_t cache_bytes_max = kCacheBytes);

  // `before` null: the payment is new. Equal facts cost nothing. `recorded`: the day in Seoul of the event's
  // recorded_at.
  // Errors: corrupt (bounds of exact.h, an organisation's code with a zero byte). Then abandon().
  Result<void> change(const PaymentFacts* before, const PaymentFacts* after, BusinessDate recorded);
  Result<void> add(const TransactionFacts& facts, BusinessDate recorded);

  // Reads the cells it doesn't know from `stored`, which holds all finished batches, and puts every changed
  // cell into `out`. What it wrote counts as stored from now on: after a batch that failed to be written,
  // abandon().
  // Errors: corrupt, unavailable; abandon() was called then.
  Result<void> finish(const KvSnapshot& stored, KvBatch& out);

  // Forgets the facts since the last finish(), and every cell it knows.
  void abandon();

  // Numbers for metrics: cells read, written, found hot; cells and bytes in the cache.
  std::vector<std::pair<std::string, std::uint64_t>> stats() const;

 private:
  struct Pending {
    const CubeSpec* cube = nullptr;
    Cell delta;
  };
  using PendingCells = std::unordered_map<std::string, Pending, KeyHash, std::equal_to<>>;
  struct Change {
    const std::string* key;  // in pending_
    Pending* pending;
    std::optional<std::string> stored;  // the cell before, encoded
  };

  bool count(const CubeSpec& cube, const Fact& fact, int sign, BusinessDate recorded);
  bool count_in(const CubeSpec& cube, std::string_view space_and_key, const Fact& fact, int sign);
  Result<void> count_all(const Fact& fact, int sign, BusinessDate recorded);
  std::vector<Change> changes();
  Result<void> read_stored(std::span<Change> changes, const KvSnapshot& stored);
  Result<void> put_cells(const KvSnapshot& stored, KvBatch& out);
  Result<void> put_cell(const Change& change, KvBatch& out);

  const std::vector<CubeSpec> cubes_;
  PendingCells pending_;  // by space(1) and key
  HotCells hot_;
  std::string key_;  // storage for count()
  std::string dims_;

  std::uint64_t cells_read_ = 0;
  std::uint64_t cells_written_ = 0;
  std::uint64_t cells_hot_ = 0;
};

}  // namespace wonjang::serving
