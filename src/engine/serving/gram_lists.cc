#include "engine/serving/gram_lists.h"

#include <algorithm>
#include <new>

#include "base/assert.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kVarintMax = 5;
constexpr std::size_t kFirstPayload = 8;    // two or three numbers: most grams are rare
constexpr std::size_t kPayloadMax = 504;    // with its header 512
constexpr std::size_t kSlotsAtFirst = 256;  // a power of two
constexpr char32_t kNone = 0x1FFFFF;        // no character

std::size_t slot_of(Gram gram) {
  const std::uint64_t mixed = (gram ^ (gram >> 31U)) * 0x9E3779B97F4A7C15ULL;
  return static_cast<std::size_t>(mixed >> 24U);
}

// Returns how many bytes it took.
std::size_t put_number(std::uint8_t* to, std::uint32_t number) {
  std::size_t size = 0;
  while (number >= 0x80) {
    to[size++] = static_cast<std::uint8_t>(number | 0x80U);
    number >>= 7U;
  }
  to[size++] = static_cast<std::uint8_t>(number);
  return size;
}

const std::uint8_t* take_number(const std::uint8_t* from, std::uint32_t& number) {
  number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint32_t byte = *from++;
    number |= (byte & 0x7FU) << shift;
    if (byte < 0x80) return from;
  }
}

}  // namespace

Gram gram_of(std::u32string_view characters) {
  WJ_ASSERT(!characters.empty());
  WJ_ASSERT(characters.size() <= kGramMax);
  Gram gram = 0;
  for (std::size_t i = 0; i < kGramMax; ++i)
    gram = gram << 21U | (i < characters.size() ? characters[i] : kNone);
  return gram;
}

GramLists::GramLists() { grow_slots(); }

void GramLists::append(Gram gram, std::uint32_t number) {
  List& list = find_or_add(gram);
  const std::uint32_t count = list.count.load(std::memory_order_relaxed);
  if (count > 0 && list.last_number == number) return;
  WJ_ASSERT(number >= list.last_number);

  auto* tail = &block(list.last);
  std::size_t used = tail->used.load(std::memory_order_relaxed);
  if (used + kVarintMax > tail->capacity) {
    const std::uint32_t next =
        new_block(std::min<std::size_t>(2 * tail->capacity + sizeof(Block), kPayloadMax));
    tail->next.store(next, std::memory_order_release);
    list.last = next;
    tail = &block(next);
    used = 0;
  }
  used += put_number(tail->bytes() + used, number - list.last_number);
  tail->used.store(static_cast<std::uint16_t>(used), std::memory_order_release);
  list.last_number = number;
  list.count.store(count + 1, std::memory_order_relaxed);
}

std::uint32_t GramLists::count(Gram gram) const {
  const List* list = find(gram);
  return list == nullptr ? 0 : list->count.load(std::memory_order_relaxed);
}

void GramLists::read(Gram gram, std::uint32_t until, std::vector<std::uint32_t>& out) const {
  const List* list = find(gram);
  if (list == nullptr) return;
  out.reserve(out.size() + list->count.load(std::memory_order_relaxed));
  std::uint32_t number = 0;
  for (std::uint32_t at = list->first; at != 0;) {
    const Block& here = block(at);
    // Before `used`, see Block: else the numbers that came in between would be skipped.
    at = here.next.load(std::memory_order_acquire);
    const std::uint8_t* from = here.bytes();
    const std::uint8_t* const end = from + here.used.load(std::memory_order_acquire);
    while (from < end) {
      std::uint32_t difference = 0;
      from = take_number(from, difference);
      number += difference;
      if (number >= until) return;
      out.push_back(number);
    }
  }
}

const GramLists::List* GramLists::find(Gram gram) const {
  const Slots& slots = *slots_.load(std::memory_order_acquire);
  for (std::size_t i = slot_of(gram);; ++i) {
    const std::uint32_t number = slots.lists[i & slots.mask].load(std::memory_order_acquire);
    if (number == 0) return nullptr;
    const List& list = lists_[number - 1];
    if (list.gram == gram) return &list;
  }
}

GramLists::List& GramLists::find_or_add(Gram gram) {
  if (const List* known = find(gram); known != nullptr) return const_cast<List&>(*known);
  const std::uint32_t number = list_count_.load(std::memory_order_relaxed);
  if ((number + 1) * std::size_t{3} > all_slots_.back()->mask * 2) grow_slots();
  lists_.make_room(number);
  List& list = lists_[number];
  list.gram = gram;
  list.first = list.last = new_block(kFirstPayload);

  const Slots& slots = *all_slots_.back();
  std::size_t i = slot_of(gram);
  while (slots.lists[i & slots.mask].load(std::memory_order_relaxed) != 0) ++i;
  slots.lists[i & slots.mask].store(number + 1, std::memory_order_release);
  list_count_.store(number + 1, std::memory_order_relaxed);
  count_bytes();
  return list;
}

void GramLists::grow_slots() {
  auto larger =
      std::make_unique<Slots>(all_slots_.empty() ? kSlotsAtFirst : (all_slots_.back()->mask + 1) * 2);
  const std::uint32_t count = list_count_.load(std::memory_order_relaxed);
  for (std::uint32_t number = 0; number < count; ++number) {
    std::size_t i = slot_of(lists_[number].gram);
    while (larger->lists[i & larger->mask].load(std::memory_order_relaxed) != 0) ++i;
    larger->lists[i & larger->mask].store(number + 1, std::memory_order_relaxed);
  }
  slot_bytes_ += (larger->mask + 1) * sizeof(std::atomic<std::uint32_t>);
  slots_.store(larger.get(), std::memory_order_release);
  all_slots_.push_back(std::move(larger));
  count_bytes();
}

std::uint32_t GramLists::new_block(std::size_t payload_bytes) {
  const std::size_t units = 1 + (payload_bytes + sizeof(Unit) - 1) / sizeof(Unit);
  constexpr std::size_t kChunk = decltype(units_)::kChunk;
  // A block doesn't cross a chunk's end.
  if (units_used_ / kChunk != (units_used_ + units - 1) / kChunk)
    units_used_ = (units_used_ / kChunk + 1) * kChunk;
  WJ_ASSERT(units_used_ + units <= UINT32_MAX);
  const auto at = static_cast<std::uint32_t>(units_used_);
  units_.make_room(units_used_ + units - 1);
  units_used_ += units;
  auto* const made = new (&units_[at]) Block;
  made->capacity = static_cast<std::uint16_t>((units - 1) * sizeof(Unit));
  count_bytes();
  return at;
}

void GramLists::count_bytes() {
  bytes_.store(lists_.bytes() + units_.bytes() + slot_bytes_, std::memory_order_relaxed);
}

}  // namespace wonjang::serving
