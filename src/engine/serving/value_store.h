// ValueStore: the forms of one field, numbered from 0 in order of arrival, with the id and the newest time of
// each. Forms are UTF-16 behind their length: two bytes a Korean character.
//
// Threads: one writer calls append() and publish(); any thread reads values below size(), and calls learn().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "engine/serving/chunks.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {

class ValueStore {
 public:
  static constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max();
  // In characters; with five grams each, their lists stay addressable.
  static constexpr std::size_t kCharactersMax = std::size_t{1} << 28U;

  // Published values. What was published is complete.
  std::uint32_t size() const { return size_.load(std::memory_order_acquire); }
  bool has_room(std::size_t characters) const { return used_ + characters * 2 + 1 <= kCharactersMax; }

  // `newest_us` may be kUnknown. Not seen by readers before publish(). Returns the value's number.
  std::uint32_t append(std::u32string_view form, ValueId id, std::int64_t newest_us);
  void publish() { size_.store(appended_, std::memory_order_release); }

  ValueId id(std::uint32_t number) const { return ids_[number]; }
  // Into `out`, replacing what it held.
  void read_form(std::uint32_t number, std::u32string& out) const;

  // kUnknown, or no smaller than the time of any payment with this value.
  std::int64_t newest_us(std::uint32_t number) const {
    const auto stored = newest_[number].load(std::memory_order_relaxed);
    return (stored & kUnknownBit) != 0 ? kUnknown : stored;
  }
  // A payment with this value at `at_us`.
  void raise(std::uint32_t number, std::int64_t at_us);
  // All payments that existed when the store was loaded are at `at_us` or before; those since were raised.
  void learn(std::uint32_t number, std::int64_t at_us);

  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  // Set in a time: what came before the load isn't known. The other bits are the newest one since.
  static constexpr std::int64_t kUnknownBit = std::int64_t{1} << 62U;

  Chunks<char16_t, 15> text_;
  Chunks<std::uint32_t, 12> starts_;
  Chunks<ValueId, 12> ids_;
  Chunks<std::atomic<std::int64_t>, 12> newest_;
  std::size_t used_ = 0;  // of text_
  std::uint32_t appended_ = 0;
  std::atomic<std::uint32_t> size_{0};
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace wonjang::serving
