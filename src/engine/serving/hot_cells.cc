#include "engine/serving/hot_cells.h"

#include <algorithm>
#include <utility>

#include "base/hash64.h"

namespace wonjang::serving {
namespace {

std::uint32_t hash_of(std::string_view key) { return static_cast<std::uint32_t>(hash64(key) >> 32U); }

}  // namespace

std::size_t HotCells::cost_of(const Entry& entry) {
  constexpr std::size_t kEntry = sizeof(Entry) + 2 * sizeof(Slot) + 16;  // 16: what the allocator adds
  return entry.bytes.capacity() + kEntry;
}

void HotCells::link_newest(Place place) {
  entries_[place].newer = kAbsent;
  entries_[place].older = newest_;
  (newest_ == kAbsent ? oldest_ : entries_[newest_].newer) = place;
  newest_ = place;
}

void HotCells::unlink(Place place) {
  const auto& entry = entries_[place];
  (entry.newer == kAbsent ? newest_ : entries_[entry.newer].older) = entry.older;
  (entry.older == kAbsent ? oldest_ : entries_[entry.older].newer) = entry.newer;
}

HotCells::Place HotCells::find(std::string_view key) {
  if (slots_.empty()) return kAbsent;
  const auto hash = hash_of(key);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].place != kAbsent; at = (at + 1) & mask) {
    if (slots_[at].hash != hash) continue;
    const Place place = slots_[at].place;
    const Entry& entry = entries_[place];
    if (std::string_view(entry.bytes).substr(0, entry.key_size) != key) continue;
    if (place != newest_) {
      unlink(place);
      link_newest(place);
    }
    return place;
  }
  return kAbsent;
}

std::string_view HotCells::cell_at(Place place) const {
  const Entry& entry = entries_[place];
  return std::string_view(entry.bytes).substr(entry.key_size);
}

void HotCells::put(Place place, std::string_view key, std::string_view cell) {
  if (place == kAbsent) {
    if (2 * (size() + 1) > slots_.size()) grow();
    if (free_.empty()) {
      place = static_cast<Place>(entries_.size());
      entries_.emplace_back();
    } else {
      place = free_.back();
      free_.pop_back();
    }
    Entry& entry = entries_[place];
    entry.hash = hash_of(key);
    entry.key_size = static_cast<std::uint32_t>(key.size());
    entry.bytes.reserve(key.size() + cell.size());
    entry.bytes = key;
    insert_slot({entry.hash, place});
    link_newest(place);
  } else {
    bytes_ -= cost_of(entries_[place]);
  }
  Entry& entry = entries_[place];
  entry.bytes.replace(entry.key_size, std::string::npos, cell);
  bytes_ += cost_of(entry);
}

void HotCells::forget(Place place) {
  if (place == kAbsent) return;
  bytes_ -= cost_of(entries_[place]);
  erase_slot(place);
  unlink(place);
  entries_[place].bytes = std::string();  // frees it
  free_.push_back(place);
}

void HotCells::trim() {
  while (bytes_ > bytes_max_ && oldest_ != kAbsent) forget(oldest_);
}

void HotCells::clear() {
  entries_.clear();
  free_.clear();
  slots_.clear();
  newest_ = oldest_ = kAbsent;
  bytes_ = 0;
}

void HotCells::insert_slot(Slot slot) {
  std::size_t at = slot.hash & (slots_.size() - 1);
  while (slots_[at].place != kAbsent) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = slot;
}

// Entries behind the gap move into it where that is no place before their own, so no search ends early.
void HotCells::erase_slot(Place place) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = entries_[place].hash & mask;
  while (slots_[gap].place != place) gap = (gap + 1) & mask;
  for (std::size_t at = (gap + 1) & mask; slots_[at].place != kAbsent; at = (at + 1) & mask) {
    const std::size_t from_home = (at - slots_[at].hash) & mask;
    if (from_home < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = {};
}

void HotCells::grow() {
  const auto before = std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(64, 2 * slots_.size())));
  for (const auto& slot : before) {
    if (slot.place != kAbsent) insert_slot(slot);
  }
}

}  // namespace wonjang::serving
