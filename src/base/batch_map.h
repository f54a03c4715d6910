// BatchMap: a hash map that is filled and emptied again and again, for what one batch has to know of itself:
// no memory per entry, and emptying costs nothing. Keys are random or hashes already; whoever could choose
// them so that they fall together would make one batch slower, no more.
//
// Threads: as a value.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace wonjang {

// `Hasher` gives a std::size_t. Keys and values are small and copied.
template <typename Key, typename Value, typename Hasher>
class BatchMap {
 public:
  // Room for so many without growing.
  explicit BatchMap(std::size_t entries = 8) : slots_(std::bit_ceil(entries * 2 + 2)) { set_shift(); }

  void clear() {
    size_ = 0;
    if (++round_ != 0) return;
    slots_.assign(slots_.size(), Slot{});  // after 2^32 rounds
    round_ = 1;
  }
  std::size_t size() const { return size_; }

  // Null: not there. Valid until the next change.
  Value* find(const Key& key) {
    Slot& slot = slot_of(slots_, key);
    return slot.round == round_ ? &slot.value : nullptr;
  }
  // The value of `key`, and whether it is a new one. Valid until the next change.
  std::pair<Value*, bool> try_emplace(const Key& key, const Value& value) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = slot_of(slots_, key);
    const bool is_new = slot.round != round_;
    if (is_new) {
      slot = {key, value, round_};
      ++size_;
    }
    return {&slot.value, is_new};
  }
  void put(const Key& key, const Value& value) { *try_emplace(key, value).first = value; }

 private:
  struct Slot {
    Key key{};
    Value value{};
    std::uint32_t round = 0;  // of the batch that put it here; another's is a free slot
  };

  void set_shift() { shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots_.size())); }

  // Where `key` is, or the free slot where it belongs. There is one: half are free.
  Slot& slot_of(std::vector<Slot>& slots, const Key& key) {
    const auto mask = slots.size() - 1;
    auto at = static_cast<std::size_t>(Hasher()(key) * 0x9E37'79B9'7F4A'7C15ULL >> shift_);
    while (slots[at].round == round_ && !(slots[at].key == key)) at = (at + 1) & mask;
    return slots[at];
  }

  void grow() {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    set_shift();
    for (const Slot& slot : before) {
      if (slot.round == round_) slot_of(slots_, slot.key) = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two
  unsigned shift_ = 0;
  std::size_t size_ = 0;
  std::uint32_t round_ = 1;
};

}  // namespace wonjang
