// HotCells: encoded cells that were written lately, so that a live stream reads almost none; the least
// recently used go first. Encoded, because some five times more of them fit than decoded, and a merge works
// on the bytes. One array of entries, found through an array of 8-byte slots: a cell that isn't here costs
// one look.
//
//   const auto place = cells.find(key);       // once a batch for each cell
//   merge(cells.cell_at(place), ...);
//   cells.put(place, key, bytes);             // or forget(place)
//   cells.trim();                             // once the batch is done: until then it may be beyond its
//   bytes
//
// A place stays right until the next put() of the same key without one, forget() of it, trim() or clear().
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wonjang::serving {

class HotCells {
 public:
  using Place = std::uint32_t;
  static constexpr Place kAbsent = 0xFFFF'FFFF;

  explicit HotCells(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // kAbsent: not here. What is found counts as used.
  Place find(std::string_view key);
  std::string_view cell_at(Place place) const;
  // Where `key` is: what find() said, and nothing put it since.
  void put(Place place, std::string_view key, std::string_view cell);
  void forget(Place place);  // kAbsent: nothing to do
  // Drops the least recently used until the rest is within its bytes.
  void trim();
  void clear();

  std::size_t size() const { return entries_.size() - free_.size(); }
  std::size_t byte_size() const { return bytes_; }

 private:
  struct Entry {
    std::string bytes;  // key and cell
    std::uint32_t key_size = 0;
    std::uint32_t hash = 0;
    Place newer = kAbsent;
    Place older = kAbsent;
  };
  struct Slot {
    std::uint32_t hash = 0;
    Place place = kAbsent;
  };
  static std::size_t cost_of(const Entry& entry);
  void link_newest(Place place);
  void unlink(Place place);
  void insert_slot(Slot slot);
  void erase_slot(Place place);
  void grow();

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::vector<Entry> entries_;
  std::vector<Place> free_;
  std::vector<Slot> slots_;  // a power of two, at most half full; each entry at its hash or close behind
  Place newest_ = kAbsent;
  Place oldest_ = kAbsent;
};

}  // namespace wonjang::serving
