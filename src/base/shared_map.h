// SharedMap: a hash map that one writer changes and hands to readers as snapshots, which share its entries.
// The entries lie in kShards shards; share() copies pointers to these, whatever they hold, and the first
// change of a shard after it copies that one. So a snapshot and the change after it cost about kShards
// pointers and a 1/kShards of the entries, not all of them. A snapshot never changes.
//
// Not copied by accident: share() is the only way.
//
// Threads: one writer calls share(), at_for_change(); what share() gave may be read by any thread, also while
// the writer goes on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace wonjang {

template <typename Key, typename Value>
class SharedMap {
 public:
  static constexpr std::size_t kShards = 512;

  SharedMap() : shards_(kShards) {}
  SharedMap(SharedMap&&) noexcept = default;
  SharedMap& operator=(SharedMap&&) noexcept = default;

  // The same entries; what is changed in either from here on is not seen in the other.
  SharedMap share() {
    SharedMap out;
    for (std::size_t i = 0; i < kShards; ++i) {
      shards_[i].is_own = false;
      out.shards_[i].entries = shards_[i].entries;
    }
    out.size_ = size_;
    return out;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  const Value* find(const Key& key) const {
    const auto& entries = shards_[shard_of(key)].entries;
    if (entries == nullptr) return nullptr;
    const auto it = entries->find(key);
    return it == entries->end() ? nullptr : &it->second;
  }

  // The value of `key`, a new empty one if there was none. Valid until the next share().
  Value& at_for_change(const Key& key) {
    auto& shard = shards_[shard_of(key)];
    if (!shard.is_own) {
      shard.entries =
          shard.entries == nullptr ? std::make_shared<Entries>() : std::make_shared<Entries>(*shard.entries);
      shard.is_own = true;
    }
    const auto [it, is_new] = shard.entries->try_emplace(key);
    if (is_new) ++size_;
    return it->second;
  }

  // each(key, value) for every entry, in no order.
  template <typename Each>
  void for_each(Each each) const {
    for (const auto& shard : shards_) {
      if (shard.entries == nullptr) continue;
      for (const auto& [key, value] : *shard.entries) each(key, value);
    }
  }

 private:
  using Entries = std::unordered_map<Key, Value>;
  struct Shard {
    std::shared_ptr<Entries> entries;  // null: none
    bool is_own = false;               // nobody else has these entries. Not use_count(), which orders nothing
  };

  static std::size_t shard_of(const Key& key) {
    // The high bits: the map within the shard takes the low ones of the same hash.
    return (std::hash<Key>()(key) * 0x9E3779B97F4A7C15ULL) >> 55U;
  }
  static_assert(kShards == std::size_t{1} << (64U - 55U));

  std::vector<Shard> shards_;
  std::size_t size_ = 0;
};

}  // namespace wonjang
