// RecentUnits: what `streams` and `keys` have to say of a run of units, in memory: rows in the order of the
// log and hash tables over them. It holds nothing that the log doesn't hold: opening a book fills it again.
//
// Memory: about 144 bytes a unit that has a key and a claim.
//
// Threads: any for the const functions while nobody adds.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/rocksdb/rocks_codec.h"
#include "ports/book.h"

namespace wonjang::rocks {

// Open addressing over rows that the caller keeps: a slot holds the number of a row. A number made at random
// when the process starts goes into each place, so that nobody outside can choose keys that fall together.
class RowSlots {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  explicit RowSlots(std::size_t rows = 0) { reset(rows); }
  void reset(std::size_t rows);  // empty, with room for so many

  // The row of which `is_it(row)` is true, or kNone.
  template <typename IsIt>
  std::uint32_t find(std::uint64_t hash, IsIt is_it) const {
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot slot = slots_[at];
      if (slot.row == kNone || (slot.tag == tag_of(hash) && is_it(slot.row))) return slot.row;
    }
  }
  // Puts `row` where the row is of which `is_it` is true, and gives that one; else into a free slot: kNone.
  // `hash_of(row)` gives the hash of any row put before.
  template <typename IsIt, typename HashOf>
  std::uint32_t put(std::uint64_t hash, std::uint32_t row, IsIt is_it, HashOf hash_of) {
    if ((used_ + 1) * 3 > slots_.size() * 2) grow(hash_of);
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      Slot& slot = slots_[at];
      if (slot.row == kNone) {
        slot = {row, tag_of(hash)};
        ++used_;
        return kNone;
      }
      if (slot.tag == tag_of(hash) && is_it(slot.row)) return std::exchange(slot.row, row);
    }
  }
  // Its place will be asked for soon.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  std::size_t bytes() const { return slots_.size() * sizeof(Slot); }

  static std::uint64_t hash_of(std::uint64_t a, std::uint64_t b);

 private:
  struct Slot {
    std::uint32_t row = kNone;
    std::uint32_t tag = 0;
  };
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32U); }

  template <typename HashOf>
  void grow(HashOf hash_of) {
    const std::vector<Slot> before = std::move(slots_);
    slots_.assign(before.size() * 2, Slot{});
    mask_ = slots_.size() - 1;
    for (const Slot& slot : before) {
      if (slot.row == kNone) continue;
      std::size_t at = hash_of(slot.row) & mask_;
      while (slots_[at].row != kNone) at = (at + 1) & mask_;
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::size_t used_ = 0;
};

enum class KeySort : std::uint8_t { claim, idempotency };  // in the order of the family
std::uint64_t hash_of_key(const Hash128& hash, KeySort sort);

class RecentUnits {
 public:
  struct StreamRow {
    RawId stream;
    StreamEntry entry;
    std::uint32_t before = RowSlots::kNone;  // of the same stream
  };
  struct KeyRow {
    Hash128 hash{};
    std::uint32_t unit = 0;  // its stream row
    KeySort sort = KeySort::idempotency;
    bool final = false;
    bool replaced = false;  // by a later row of the same key
  };

  // Of units from position `from` on; room for `units_max`, more is slower.
  RecentUnits(Position from, std::size_t units_max);

  // REQUIRES: unit.first == until()
  void add(const UnitIndex& unit);

  Position from() const { return from_; }
  Position until() const { return until_; }
  std::size_t units() const { return streams_.size(); }
  std::size_t bytes() const;

  bool has(const Hash128& hash, KeySort sort) const { return find(hash, sort) != RowSlots::kNone; }
  // It will be asked for or added soon.
  void prefetch(const Hash128& hash, KeySort sort) const { key_slots_.prefetch(hash_of_key(hash, sort)); }
  std::optional<KeyEntry> find_key(const Hash128& key) const;
  std::optional<RawId> find_claim(const Hash128& claim) const;
  std::optional<StreamEntry> newest(RawId stream) const;
  // Those of one stream that begin at `from` or later, newest first, behind what is in `out`.
  void versions(RawId stream, std::uint32_t from, std::vector<StreamEntry>& out) const;

  const std::vector<StreamRow>& stream_rows() const { return streams_; }
  const std::vector<KeyRow>& key_rows() const { return keys_; }
  // Numbers of the rows in the order of their keys on disk; of equal keys only the newest.
  std::vector<std::uint32_t> sorted_streams() const;
  std::vector<std::uint32_t> sorted_keys() const;

 private:
  std::uint32_t find(const Hash128& hash, KeySort sort) const;
  void add_key(const Hash128& hash, KeySort sort, bool final, std::uint32_t unit);

  Position from_;
  Position until_;
  std::vector<StreamRow> streams_;
  std::vector<KeyRow> keys_;
  RowSlots stream_slots_;
  RowSlots key_slots_;
};

}  // namespace wonjang::rocks
