// FlatKeys: byte strings, numbered in order of first sight, for the many short keys of one batch or one
// answer: a few large arrays instead of an allocation for each key, and clear() keeps them.
//
//   const auto [number, is_new] = keys.number_of("seoul");
//   if (is_new) rows.emplace_back();
//   rows[number].count += 1;
//
// Bounds: below 2^32 keys, of below 2^32 bytes together (a batch is bounded far below).
// Threads: a value.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/hash64.h"

namespace wonjang::serving {

class FlatKeys {
 public:
  struct Number {
    std::uint32_t number;
    bool is_new;
  };
  Number number_of(std::string_view key) {
    if (2 * (keys_.size() + 1) > slots_.size()) grow();
    const std::uint64_t hash = hash64(key);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at] != 0) {
      const std::uint32_t number = slots_[at] - 1;
      if (keys_[number].hash == hash && (*this)[number] == key) return {number, false};
      at = (at + 1) & (slots_.size() - 1);
    }
    return {add(key, hash, at), true};
  }

  // Lives until the next number_of() or clear().
  std::string_view operator[](std::uint32_t number) const {
    const Key& key = keys_[number];
    return {bytes_.data() + key.from, key.size};
  }

  std::size_t size() const { return keys_.size(); }
  void clear() {
    keys_.clear();
    bytes_.clear();
    std::fill(slots_.begin(), slots_.end(), 0);
  }

 private:
  struct Key {
    std::uint64_t hash;
    std::uint32_t from;
    std::uint32_t size;
  };

  std::uint32_t add(std::string_view key, std::uint64_t hash, std::size_t slot) {
    WJ_ASSERT(bytes_.size() + key.size() < std::numeric_limits<std::uint32_t>::max());
    const auto number = static_cast<std::uint32_t>(keys_.size());
    keys_.push_back(
        {hash, static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(key.size())});
    bytes_.append(key);
    slots_[slot] = number + 1;
    return number;
  }

  void grow() {
    slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), 0);
    for (std::uint32_t number = 0; number < keys_.size(); ++number) {
      std::size_t at = keys_[number].hash & (slots_.size() - 1);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = number + 1;
    }
  }

  std::vector<std::uint32_t> slots_;  // a number + 1, or 0; a power of two of them, half empty
  std::vector<Key> keys_;
  std::string bytes_;
};

}  // namespace wonjang::serving
