// SharedMap: a hash map that one writer changes and hands to readers as snapshots, which share its entries.
// The entries lie in kShards shards; share() copies pointers to these, whatever they hold, and the first
// change of a shard after it copies that one. So a snapshot and the change after it cost about kShards
// pointers and a 1/kShards of the entries, not all of them. A snapshot never changes.
//
// A look-up waits for memory three times: the shard, the place of the hash, the entry.
//
// Not copied by accident: share() is the only way.
//
// Threads: one writer calls share(), at_for_change(); what share() gave may be read by any thread, also while
// the writer goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
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
      out.shards_[i] = shards_[i];
    }
    out.size_ = size_;
    return out;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  const Value* find(const Key& key) const {
    const auto hash = hash_of(key);
    const Shard& shard = shard_for(hash);
    const Entry* entry = shard.entries == nullptr ? nullptr : shard.find(key, hash);
    return entry == nullptr ? nullptr : &entry->value;
  }

  // The value of `key`, a new empty one if there was none. Valid until the next call, here or of share().
  Value& at_for_change(const Key& key) {
    const auto hash = hash_of(key);
    Shard& shard = shards_[hash >> kShardShift];
    if (!shard.is_own) {
      shard.entries =
          shard.entries == nullptr ? std::make_shared<Entries>() : std::make_shared<Entries>(*shard.entries);
      shard.is_own = true;
      shard.look();
    }
    auto& entries = *shard.entries;
    if (const Entry* entry = shard.find(key, hash); entry != nullptr)
      return entries.all[static_cast<std::size_t>(entry - entries.all.data())].value;
    entries.add(key, hash);
    shard.look();
    ++size_;
    return entries.all.back().value;
  }

  // each(key, value) for every entry, in no order.
  template <typename Each>
  void for_each(Each each) const {
    for (const auto& shard : shards_) {
      if (shard.entries == nullptr) continue;
      for (const auto& [key, value] : shard.entries->all) each(key, value);
    }
  }

 private:
  static constexpr unsigned kShardShift = 55;  // the high bits of a hash; those below them are for its place
  static constexpr unsigned kPlaceShift = 23;
  static_assert(kShards == std::size_t{1} << (64U - kShardShift));

  struct Entry {
    Key key;
    Value value;
  };
  // Open addressing: a place holds the number of an entry and one, or 0. A third of them is free.
  struct Entries {
    std::vector<Entry> all;
    std::vector<std::uint32_t> places = std::vector<std::uint32_t>(4);

    void add(const Key& key, std::uint64_t hash) {
      all.push_back({key, Value()});
      if (all.size() * 3 > places.size() * 2) {
        places.assign(places.size() * 2, 0);
        for (std::uint32_t i = 0; i < all.size(); ++i) put(hash_of(all[i].key), i);
      } else {
        put(hash, static_cast<std::uint32_t>(all.size() - 1));
      }
    }
    void put(std::uint64_t hash, std::uint32_t number) {
      const std::size_t mask = places.size() - 1;
      std::size_t at = (hash >> kPlaceShift) & mask;
      while (places[at] != 0) at = (at + 1) & mask;
      places[at] = number + 1;
    }
  };
  struct Shard {
    std::shared_ptr<Entries> entries;  // null: none
    bool is_own = false;               // nobody else has these entries. Not use_count(), which orders nothing
    // Where they lie: one wait for memory less.
    const Entry* all = nullptr;
    const std::uint32_t* places = nullptr;
    std::size_t mask = 0;

    void look() {
      all = entries->all.data();
      places = entries->places.data();
      mask = entries->places.size() - 1;
    }
    // REQUIRES: there are entries
    const Entry* find(const Key& key, std::uint64_t hash) const {
      for (std::size_t at = (hash >> kPlaceShift) & mask; places[at] != 0; at = (at + 1) & mask) {
        const Entry& entry = all[places[at] - 1];
        if (entry.key == key) return &entry;
      }
      return nullptr;
    }
  };

  static std::uint64_t hash_of(const Key& key) { return std::hash<Key>()(key) * 0x9E37'79B9'7F4A'7C15ULL; }
  const Shard& shard_for(std::uint64_t hash) const { return shards_[hash >> kShardShift]; }

  std::vector<Shard> shards_;
  std::size_t size_ = 0;
};

}  // namespace wonjang
