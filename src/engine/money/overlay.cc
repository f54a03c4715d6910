#include "engine/money/overlay.h"

namespace wonjang::money {

Result<void> Overlay::prefetch(KvSpace space, std::span<const std::string> keys) {
  index_new(space);
  Entries& entries = spaces_[space].entries;
  std::vector<std::string> unknown;
  std::vector<Entry*> places;
  for (const auto& key : keys) {
    const auto [at, is_new] = entries.try_emplace(key);
    if (!is_new) continue;
    unknown.push_back(key);
    places.push_back(&at->second);
  }
  if (unknown.empty()) return {};
  WJ_TRY(auto values, snapshot_.get_many(space, unknown));
  for (std::size_t i = 0; i < places.size(); ++i) places[i]->value = std::move(values[i]);
  return {};
}

// What put_new() wrote becomes known when somebody reads in its space.
void Overlay::index_new(KvSpace space) {
  Space& at = spaces_[space];
  if (!at.has_new) return;
  const auto changes = out_.changes();
  for (; at.indexed < changes.size(); ++at.indexed) {
    const auto& change = changes[at.indexed];
    if (change.space == space) at.entries[std::string(out_.key(change))].value = out_.value(change);
  }
  at.has_new = false;
}

Result<Overlay::Entry*> Overlay::entry_of(KvSpace space, const std::string& key) {
  index_new(space);
  const auto [at, is_new] = spaces_[space].entries.try_emplace(key);
  if (is_new) {
    WJ_TRY(at->second.value, snapshot_.get(space, key));
  }
  return &at->second;
}

Result<const std::string*> Overlay::get(KvSpace space, const std::string& key) {
  WJ_TRY(const Entry* const entry, entry_of(space, key));
  return entry->value ? &*entry->value : static_cast<const std::string*>(nullptr);
}

Result<std::optional<std::string>> Overlay::take(KvSpace space, const std::string& key) {
  WJ_TRY(Entry* const entry, entry_of(space, key));
  auto value = std::exchange(entry->value, std::nullopt);
  entry->changed = entry->changed || value.has_value();
  return value;
}

void Overlay::put(KvSpace space, const std::string& key, std::string value) {
  Entry& entry = spaces_[space].entries[key];
  entry.value = std::move(value);
  entry.changed = true;
}

void Overlay::remove(KvSpace space, const std::string& key) {
  Entry& entry = spaces_[space].entries[key];
  entry.value.reset();
  entry.changed = true;
}

void Overlay::finish() {
  for (std::size_t space = 0; space < spaces_.size(); ++space) {
    const Entries entries = std::exchange(spaces_[space].entries, {});  // gone before the next space's go out
    for (const auto& [key, entry] : entries) {
      if (!entry.changed) continue;
      if (entry.value) {
        out_.put(static_cast<KvSpace>(space), key, *entry.value);
      } else {
        out_.remove(static_cast<KvSpace>(space), key);
      }
    }
  }
  spaces_.clear();
}

}  // namespace wonjang::money
