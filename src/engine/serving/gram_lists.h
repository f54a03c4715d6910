// GramLists: for each gram (one to three neighbouring characters) the numbers of the values that contain it,
// rising. Differences are stored as varints, one to three bytes each, in blocks that grow with their list.
//
// Threads: one writer calls append(); any thread reads. A reader that learned (by an acquire) that value n is
// complete finds every number up to n; larger ones may or may not be there.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/serving/chunks.h"

namespace wonjang::serving {

using Gram = std::uint64_t;
constexpr std::size_t kGramMax = 3;

// REQUIRES: 1..kGramMax characters
Gram gram_of(std::u32string_view characters);

class GramLists {
 public:
  GramLists();
  GramLists(const GramLists&) = delete;
  GramLists& operator=(const GramLists&) = delete;

  // A number that is already the list's last is not added again. REQUIRES: number >= the list's last
  void append(Gram gram, std::uint32_t number);

  // How long the list is, about; 0: there is none.
  std::uint32_t count(Gram gram) const;
  // Appends the numbers below `until` to `out`.
  void read(Gram gram, std::uint32_t until, std::vector<std::uint32_t>& out) const;

  std::size_t lists() const { return list_count_.load(std::memory_order_relaxed); }
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct List {
    Gram gram = 0;
    std::uint32_t first = 0;        // block
    std::uint32_t last = 0;         // block; the writer's own
    std::uint32_t last_number = 0;  // the writer's own
    std::atomic<std::uint32_t> count{0};
  };
  // In front of its bytes. `next` is written once, after the last change of `used`: a reader that sees it
  // knows that `used` is final.
  struct Block {
    std::atomic<std::uint32_t> next{0};
    std::atomic<std::uint16_t> used{0};
    std::uint16_t capacity = 0;
    std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(this + 1); }
    const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  };
  struct alignas(8) Unit {
    std::byte bytes[8];
  };
  static_assert(sizeof(Block) == sizeof(Unit));
  struct Slots {
    explicit Slots(std::size_t size)
        : mask(size - 1), lists(std::make_unique<std::atomic<std::uint32_t>[]>(size)) {}
    std::size_t mask;
    std::unique_ptr<std::atomic<std::uint32_t>[]> lists;  // number + 1; 0: free
  };

  const List* find(Gram gram) const;
  List& find_or_add(Gram gram);
  void grow_slots();
  Block& block(std::uint32_t at) { return *reinterpret_cast<Block*>(&units_[at]); }
  const Block& block(std::uint32_t at) const { return *reinterpret_cast<const Block*>(&units_[at]); }
  std::uint32_t new_block(std::size_t payload_bytes);
  void count_bytes();

  Chunks<List, 10> lists_;
  Chunks<Unit, 13> units_;
  std::size_t units_used_ = 1;  // block 0 is no block
  std::size_t slot_bytes_ = 0;
  std::atomic<Slots*> slots_{nullptr};
  std::vector<std::unique_ptr<Slots>> all_slots_;  // readers may still hold an old one
  std::atomic<std::uint32_t> list_count_{0};
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace wonjang::serving
