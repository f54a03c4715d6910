// Overlay: the store as it stands within one batch: a snapshot, and on top of it what the batch has changed
// so far. What was read or changed is kept, so that a batch reads each key once.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash64.h"
#include "ports/kv_store.h"

namespace wonjang::money {

class Overlay {
 public:
  Overlay(const KvSnapshot& snapshot, KvSpace spaces, KvBatch& out)
      : snapshot_(snapshot), out_(out), spaces_(spaces) {}

  const KvSnapshot& snapshot() const { return snapshot_; }

  // Reads those of `keys` that aren't known yet, in one go. Errors: those of the snapshot.
  Result<void> prefetch(KvSpace space, std::span<const std::string> keys);
  // Null: there is none. Lives until the key is put or removed. Errors: those of the snapshot.
  Result<const std::string*> get(KvSpace space, const std::string& key);
  void put(KvSpace space, const std::string& key, std::string value);
  void remove(KvSpace space, const std::string& key);
  // The value, which is removed; nothing: there is none. Errors: those of the snapshot.
  Result<std::optional<std::string>> take(KvSpace space, const std::string& key);
  // As put(), for a new key that this batch hardly ever reads again: cheap until it does.
  void put_new(KvSpace space, std::string_view key, std::string_view value) {
    out_.put(space, key, value);
    spaces_[space].has_new = true;
  }
  // For what this batch doesn't read again.
  void put_blind(KvSpace space, std::string_view key, std::string_view value) { out_.put(space, key, value); }

  // Writes the changes to the batch's output.
  void finish();

 private:
  struct Entry {
    std::optional<std::string> value;
    bool changed = false;
  };
  struct Hash {
    // Not noexcept: then the map keeps each key's hash instead of making it again for every neighbour it
    // passes.
    std::size_t operator()(const std::string& key) const { return hash64(key); }
  };
  using Entries = std::unordered_map<std::string, Entry, Hash>;
  struct Space {
    Entries entries;
    bool has_new = false;
    std::size_t indexed = 0;  // changes of the output before it are in `entries`
  };

  Result<Entry*> entry_of(KvSpace space, const std::string& key);
  void index_new(KvSpace space);

  const KvSnapshot& snapshot_;
  KvBatch& out_;
  std::vector<Space> spaces_;
};

}  // namespace wonjang::money
